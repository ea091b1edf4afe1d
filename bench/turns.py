"""Text turns: inside the assistant's process, and the same through `rasa run` and its action server."""

from __future__ import annotations

import time
from pathlib import Path

from assistant.settings import Settings
from assistant.startup import Desk
from bench.measure import Row, percentile
from bench.rasa_servers import RasaServers, rasa_servers

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


def measure(desk: Desk, settings: Settings, model: Path) -> list[Row]:
    """Every question several times, here and through the servers by turns, so that both meet the same load.

    The first two rows ask the bank anew for every question; the comparison leaves to both ways what they
    remember of the bank, so its rounds are by themselves.
    """
    asked_anew: list[float] = []
    here: list[float] = []
    there: list[float] = []
    for number in range(_ROUNDS + 1):
        anew, _ = _in_process(desk, f"anew-{number}", forget=True)
        if number:  # the first round warms up
            asked_anew += anew
    with rasa_servers(settings, model, settings.home / "bench") as servers:
        for number in range(_ROUNDS + 1):
            ours, replies = _in_process(desk, f"bench-{number}")
            theirs, answers = _over_http(servers, f"bench-{number}")
            if answers != replies:
                raise AssertionError("the two ways gave different replies")
            if number:
                here += ours
                there += theirs
    p50, p95 = percentile(asked_anew, 50), percentile(asked_anew, 95)
    ratio = percentile(here, 50) / percentile(there, 50)
    return [
        Row("text turn, bank on localhost included, p50", f"{p50:.1f} ms", target="≤ 25 ms", met=p50 <= 25),
        Row("text turn, p95", f"{p95:.1f} ms", target="≤ 60 ms", met=p95 <= 60),
        Row(
            "the same over `rasa run` + action server, p50",
            f"{percentile(here, 50):.1f} ms",
            f"{percentile(there, 50):.1f} ms",
            ratio,
            "≤ 0.50 ×",
            ratio <= 0.5,
        ),
    ]


def _in_process(desk: Desk, name: str, *, forget: bool = False) -> tuple[list[float], list[list[str]]]:
    """Milliseconds and replies of every question."""
    assert desk.portfolio is not None
    conversation = desk.conversation(name=name)
    times: list[float] = []
    replies: list[list[str]] = []
    for question in QUESTIONS:
        if forget:
            desk.portfolio.forget()
        started = time.perf_counter()
        turn = conversation.read(question)
        times.append((time.perf_counter() - started) * 1000)
        replies.append([reply.screen for reply in turn.replies])
    return times, replies


def _over_http(servers: RasaServers, name: str) -> tuple[list[float], list[list[str]]]:
    times: list[float] = []
    answers: list[list[str]] = []
    for question in QUESTIONS:
        started = time.perf_counter()
        answers.append(servers.say(question, name))
        times.append((time.perf_counter() - started) * 1000)
    return times, answers
