"""The assistant the way Rasa's own commands serve it: `rasa run` beside `rasa run actions`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from assistant.settings import Settings

_PATIENCE = 300.0
"""Seconds until both servers answer; importing Rasa takes most of it."""


@dataclass(frozen=True)
class RasaServers:
    """Both servers, running; the REST channel is what is talked to."""

    url: str
    session: requests.Session
    log: Path
    """What they wrote to their consoles so far."""

    def say(self, text: str, conversation: str) -> list[str]:
        """The texts of the replies."""
        body = {"sender": conversation, "message": text}
        answer = self.session.post(self.url, json=body, timeout=30)
        answer.raise_for_status()
        return [message["text"] for message in answer.json()]


@contextmanager
def rasa_servers(
    settings: Settings, model: Path, folder: Path, *, options: Sequence[str] = ()
) -> Iterator[RasaServers]:
    """Run both on free ports of this machine, for the settings' customer, with `folder` to write into.

    `options` go to both commands. Raises TimeoutError when they do not come up.
    """
    rasa, actions = _free_port(), _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    endpoints = (settings.data / "endpoints.yml").read_text(encoding="utf-8")
    (folder / "endpoints.yml").write_text(endpoints.replace(":5055/", f":{actions}/"), encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(settings.data), os.environ.get("PYTHONPATH")])),
        "ASSISTANT_HOME": str(settings.home),
        "ASSISTANT_PRACTICE": "on" if settings.practice else "off",
        "ASSISTANT_KEYRING": "on" if settings.keyring else "off",
        "SANIC_ACCESS_LOG": "false",
        "SANIC_HOST": "127.0.0.1",  # the action server would take calls from everywhere
    }
    run = [sys.executable, "-m", "rasa", "run"]
    act = [*run, "actions", "--port", str(actions), "--actions", "assistant.actions"]
    serve = [*run, "--port", str(rasa), "--interface", "127.0.0.1", "--model", str(model)]
    serve += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "servers.log").open("wb"))
        for command in (act, serve):
            process = subprocess.Popen(
                [*command, *options], cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        _wait_for(f"http://127.0.0.1:{actions}/health")
        _wait_for(f"http://127.0.0.1:{rasa}/")
        session = stack.enter_context(requests.Session())
        yield RasaServers(f"http://127.0.0.1:{rasa}/webhooks/rest/webhook", session, Path(log.name))


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
