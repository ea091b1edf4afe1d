"""The commands in outline: help that teaches, and each of the smaller ones at work."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from assistant import __version__
from assistant.audio.recordings import read_recording, recording_info
from assistant.bank.connecting import connect
from assistant.bank.connections import Connection, Connections
from assistant.bank.interface import ConsentStatus
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a_consents import consent_status
from assistant.cli.main import app
from assistant.errors import BankError
from tests.bank.customer import Customer, root
from tests.cli.command import Assistant, Running
from tests.conftest import ROOT

EXAMPLES = {
    "listen": "assistant listen --practice",
    "chat": "assistant chat --practice",
    "say": "assistant say",
    "replay": "assistant replay",
    "banks connect": "assistant banks connect",
    "models install": "assistant models install",
}


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, below in getattr(command, "commands", {}).items():
        yield from _commands(below, f"{name} {word}".strip())


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained(name: str) -> None:
    command = COMMANDS[name]
    assert len(command.help.split()) >= 4
    unexplained = [each.name for each in command.params if not getattr(each, "help", None)]
    assert unexplained == []
    assert EXAMPLES.get(name, "") in command.help


def test_the_help_shows_every_command(newcomer: Assistant) -> None:
    shown = newcomer.run("--help").shown
    for name in COMMANDS:
        if name and " " not in name:
            assert re.search(rf"^│ {name} ", shown, re.M), name
    assert "assistant demo" in shown
    bare = newcomer.run()
    assert (bare.status, bare.shown.rstrip()) == (2, shown.rstrip())


def test_the_version(newcomer: Assistant) -> None:
    assert newcomer.run("--version").shown == f"assistant {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lissen"], "No such command 'lissen'"),
        (["say"], "Missing argument 'text'"),
        (["say", "Hello.", "--rate", "9"], "not in the range 0.4<=x<=2.5"),
        (["replay"], "Missing argument 'paths"),
        (["sandbox", "--port", "99999"], "not in the range"),
    ],
)
def test_a_command_that_cannot_be(newcomer: Assistant, arguments: list[str], told: str) -> None:
    done = newcomer.run(*arguments)
    assert done.status == 2
    assert told in done.complaint
    assert "-h' for help" in done.complaint


def test_a_text_is_spoken_into_a_file(newcomer: Assistant, tmp_path: Path) -> None:
    brief, slow = tmp_path / "brief.wav", tmp_path / "slow.wav"
    done = newcomer.run("say", "You have €1,234.56.", "--output", str(brief))
    assert done.status == 0
    assert str(brief) in done.shown
    assert np.abs(read_recording(brief).astype(int)).max() > 1_000
    assert newcomer.run("say", "You have €1,234.56.", "-o", str(slow), "--rate", "0.6").status == 0
    assert recording_info(slow).seconds > 1.3 * recording_info(brief).seconds


def test_a_speech_model_is_installed_from_a_file_and_used(newcomer: Assistant, tmp_path: Path) -> None:
    (tmp_path / "zipped").mkdir()
    shutil.copytree(ROOT / "voices" / "en" / "speech-model", tmp_path / "zipped" / "my-model")
    archive = shutil.make_archive(str(tmp_path / "my-model"), "zip", tmp_path / "zipped")
    installed = newcomer.run("models", "install", archive)
    assert "my-model is installed. Use it with `assistant models use my-model`." in installed.shown
    assert _state_of("builtin", newcomer) == "in use"
    assert _state_of("my-model", newcomer) == "installed"
    assert "Hearing with my-model from now on." in newcomer.run("models", "use", "my-model").shown
    assert _state_of("my-model", newcomer) == "in use"
    assert "my-model, " in newcomer.run("doctor").shown
    assert newcomer.run("models", "use", "builtin").status == 0
    assert _state_of("builtin", newcomer) == "in use"


def _state_of(model: str, assistant: Assistant) -> str:
    (row,) = (line for line in assistant.run("models", "list").shown.splitlines() if f" {model} " in line)
    return row.strip("│").split("│")[-1].strip()


def test_a_speech_model_that_cannot_be(newcomer: Assistant, tmp_path: Path) -> None:
    newcomer.run("models", "use", "no-such").failed_with("asr.unknown_model", "models install no-such")
    newcomer.run("models", "use", "../../etc").failed_with("asr.unknown_model", "models list")
    newcomer.run("models", "install", "none.zip").failed_with("asr.unknown_model", "none.zip")
    letter = tmp_path / "letter.zip"
    letter.write_text("This is a letter.")
    newcomer.run("models", "install", str(letter)).failed_with("asr.broken_model", "letter.zip")
    other = newcomer.run("models", "install", str(letter), "--sha256", "0" * 64)
    other.failed_with("asr.download", "letter.zip has another sha256 checksum")
    assert _state_of("builtin", newcomer) == "in use"


def test_the_practice_bank_remembers_until_it_is_reset(newcomer: Assistant) -> None:
    with newcomer.started("sandbox", "--port", "0") as running:
        address = _address(running)
        joined = connect(
            Connections(newcomer.home / "banks", keyring=False),
            Customer(root(address)),
            name="Meadow Bank",
            base_url=address,
            psu_id="anna",
        )
        running.interrupt()
        assert running.end().status == 0
    with newcomer.started("sandbox", "--port", "0") as running:
        assert _status(joined, _address(running)) is ConsentStatus.VALID
        running.interrupt()
        running.end()
    with newcomer.started("sandbox", "--port", "0", "--reset") as running, pytest.raises(BankError):
        _status(joined, _address(running))


def test_a_port_that_is_taken(newcomer: Assistant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        newcomer.run("sandbox", "--port", port).failed_with("sandbox.port", port, "--port")


def _address(running: Running) -> str:
    """Of Meadow Bank, from what the command shows."""
    running.expect("codes appear here")
    (url,) = re.findall(r"Meadow Bank: (\S+)", running.shown)
    return str(url)


def _status(joined: Connection, address: str) -> ConsentStatus:
    return consent_status(Wire(joined.name, address, Patience()), joined.consent_id)
