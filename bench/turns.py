"""Text turns: inside the assistant's process, and the same through `rasa run` and its action server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from assistant.settings import Settings
from assistant.startup import Desk
from bench.measure import Row, percentile

QUESTIONS = [
    "how much money do I have",
    "what is in my savings",
    "how much did I spend at tesco last month",
    "and the month before",
    "what were my last five transactions",
    "show me payments above fifty euros this month",
    "where was my card used last week",
    "when did my salary arrive",
    "what is due next week",
    "what is the iban of my joint account",
    "how much did I spend on groceries this year",
    "thank you",
]
_ROUNDS = 8
_PATIENCE = 120.0


def measure(desk: Desk, settings: Settings, model: Path) -> list[Row]:
    """Every question several times; the portfolio forgets in between, so the bank is asked each time."""
    assert desk.portfolio is not None
    ours: list[float] = []
    replies: list[list[str]] = []
    for number in range(_ROUNDS + 1):
        conversation = desk.conversation(name=f"bench-{number}")
        texts = []
        for question in QUESTIONS:
            desk.portfolio.forget()
            started = time.perf_counter()
            turn = conversation.read(question)
            took = (time.perf_counter() - started) * 1000
            if number:  # the first round warms up
                ours.append(took)
            texts.append("\n".join(reply.screen for reply in turn.replies))
        replies.append(texts)
    with _servers(settings, model) as url:
        theirs, answers = _over_http(url)
    if answers != replies[-1]:
        raise AssertionError("the two ways gave different replies")
    p50, p95 = percentile(ours, 50), percentile(ours, 95)
    there = percentile(theirs, 50)
    return [
        Row("text turn, bank on localhost included, p50", f"{p50:.1f} ms", target="≤ 25 ms", met=p50 <= 25),
        Row("text turn, p95", f"{p95:.1f} ms", target="≤ 60 ms", met=p95 <= 60),
        Row(
            "the same over `rasa run` + action server, p50",
            f"{p50:.1f} ms",
            f"{there:.1f} ms",
            p50 / there,
            "≤ 0.50 ×",
            p50 * 2 <= there,
        ),
    ]


def _over_http(url: str) -> tuple[list[float], list[str]]:
    times: list[float] = []
    answers: list[str] = []
    with requests.Session() as session:
        for number in range(_ROUNDS + 1):
            answers = []
            for question in QUESTIONS:
                body = {"sender": f"bench-{number}", "message": question}
                started = time.perf_counter()
                answer = session.post(url, json=body, timeout=30)
                if number:
                    times.append((time.perf_counter() - started) * 1000)
                answers.append("\n".join(message["text"] for message in answer.json()))
    return times, answers


@contextmanager
def _servers(settings: Settings, model: Path) -> Iterator[str]:
    """`rasa run actions` and `rasa run` on free ports; the address of the REST channel."""
    rasa, actions = _free_port(), _free_port()
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    endpoints = (settings.data / "endpoints.yml").read_text(encoding="utf-8")
    (folder / "endpoints.yml").write_text(endpoints.replace(":5055/", f":{actions}/"), encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONPATH": str(settings.data),
        "ASSISTANT_HOME": str(settings.home),
        "ASSISTANT_PRACTICE": "on",
        "SANIC_ACCESS_LOG": "false",
    }
    python = [sys.executable, "-m"]
    serve = [*python, "rasa", "run", "--port", str(rasa), "--interface", "127.0.0.1", "--model", str(model)]
    serve += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    act = [*python, "rasa_sdk", "--port", str(actions), "--actions", "assistant.actions"]
    with ExitStack() as stack:
        for command in (act, serve):
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        _wait_for(f"http://127.0.0.1:{actions}/health")
        _wait_for(f"http://127.0.0.1:{rasa}/")
        yield f"http://127.0.0.1:{rasa}/webhooks/rest/webhook"


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise TimeoutError(f"{url} did not come up")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
