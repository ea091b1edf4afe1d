"""Ctrl-C, and readers that do not wait for the end."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Assistant
from tests.conftest import ROOT

DEMO = ROOT / "voices" / "en" / "demo"


def test_ctrl_c_ends_a_typed_conversation(practised: Assistant) -> None:
    with practised.at_terminal("chat", "--practice") as terminal:
        terminal.expect("Ctrl-D ends the conversation.")
        terminal.expect("you ")
        terminal.type("how much money is in my everyday account\n")
        terminal.expect("You have €")
        terminal.expect("you ")
        terminal.give_up()
        done = terminal.end()
    assert done.status == 130
    assert "Traceback" not in done.shown


def test_ctrl_c_while_everything_loads(practised: Assistant) -> None:
    with practised.started("chat", "--practice") as running:
        running.expect("Starting the practice bank")
        running.interrupt()
        done = running.end()
    assert done.status == 130
    assert "Traceback" not in done.complaint


def test_ctrl_c_in_the_middle_of_recordings_writes_no_half(practised: Assistant, tmp_path: Path) -> None:
    output = tmp_path / "answers.wav"
    output.write_bytes(b"yesterday's")
    files = [str(file) for file in sorted(DEMO.glob("*.flac"))] * 20
    with practised.started("replay", *files, "--output", str(output)) as running:
        running.expect("answered")
        running.interrupt()
        done = running.end()
    assert done.status == 130
    assert "Traceback" not in done.complaint
    assert output.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_and_a_polite_request_leave_nothing_behind(
    practised: Assistant, tmp_path: Path, number: signal.Signals
) -> None:
    """SIGTERM comes to the command alone, as `kill` sends it."""
    files = [str(file) for file in sorted(DEMO.glob("*.flac"))] * 20
    with practised.started("replay", *files, "--jobs", "2", TMPDIR=str(tmp_path)) as running:
        running.expect("answered")
        assert list(tmp_path.iterdir())
        if number is signal.SIGHUP:
            running.interrupt(number)
        else:
            running.process.send_signal(number)
        done = running.end()
    assert done.status == 128 + number
    assert "Traceback" not in done.complaint
    assert list(tmp_path.iterdir()) == []


def test_who_reads_only_the_beginning_hears_no_complaint(practised: Assistant, tmp_path: Path) -> None:
    output = tmp_path / "answers.wav"
    files = [str(file) for file in sorted(DEMO.glob("*.flac"))]
    with practised.started("replay", *files, "--output", str(output)) as running:
        running.expect("answered")
        assert running.process.stdout is not None
        running.process.stdout.close()
        assert running.process.wait(60) == 1
        assert running.process.stderr is not None
        assert running.process.stderr.read() == b""
    assert list(tmp_path.iterdir()) == []


def test_the_head_of_a_list(newcomer: Assistant) -> None:
    """As a shell does it."""
    for command in ("models list", "doctor", "--help", "banks --help"):
        done = subprocess.run(
            ["bash", "-c", f"python -m assistant {command} | head -n 1"],
            cwd=ROOT,
            env={**newcomer.environment, "PATH": f"{ROOT / '.venv' / 'bin'}:{newcomer.environment['PATH']}"},
            capture_output=True,
            check=True,
        )
        assert done.stdout.count(b"\n") == 1
        assert done.stderr == b""
