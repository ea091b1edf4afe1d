"""`assistant replay` with scenarios: on several processes, interrupted.

Compared, kept as bundles and made tests of: a tester's session (test_tester_session.py)."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.command import Assistant
from tests.replay.conftest import SUITE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "some.scenario.yml").write_text(SUITE, encoding="utf-8")
    return tmp_path


def test_a_suite_on_two_processes(practised: Assistant, folder: Path) -> None:
    place = folder / "results"
    done = practised.run("replay", str(folder), "--results", str(place), "--jobs", "2")
    assert done.status == 1, done.complaint
    assert "4 passed, 1 failed" in done.shown
    assert "misunderstood: 1" in done.shown
    assert "wrong on purpose" in done.shown
    lines = [json.loads(line) for line in (place / "results.jsonl").read_text().splitlines()]
    assert len(lines) == 5
    suite = ElementTree.parse(place / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("5", "1")


def test_an_interrupted_run_goes_on_and_a_dead_process_costs_one_case(
    practised: Assistant, folder: Path
) -> None:
    place = folder / "results"
    arguments = ("replay", str(folder), "--results", str(place), "--jobs", "1", "--repeat", "4")
    with practised.started(*arguments) as running:
        running.expect("Replaying 20")
        running.expect("2 of 20")
        # The one worker, not the bank that it started.
        (worker, *_) = _children(running.process.pid, "spawn_main")
        os.kill(worker, signal.SIGKILL)
        running.expect("8 of 20")
        running.interrupt()
        assert running.end().status == 130
    done = practised.run(*arguments)
    assert "Going on with an interrupted run: " in done.shown
    assert "crash: 1" in done.shown
    results = [json.loads(line) for line in (place / "results.jsonl").read_text().splitlines()]
    assert len({result["id"] for result in results}) == len(results) == 20
    assert sum(bool(result["crash"]) for result in results) == 1


def _children(process: int, name: str) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(pid) for pid in found if name in Path(f"/proc/{pid}/cmdline").read_text()]


def test_wrong_scenarios_and_options_are_told_before_anything_is_loaded(
    practised: Assistant, folder: Path
) -> None:
    (folder / "bad.scenario.yml").write_text("scenario: a\nturns:\n  - sai: b\n", encoding="utf-8")
    done = practised.run("replay", str(folder))
    done.failed_with("replay.scenario", "bad.scenario.yml:3", "say", status=2)
    (folder / "bad.scenario.yml").unlink()
    practised.run("replay", str(folder), "--snr", "loud").failed_with("settings", "--snr", status=2)
    practised.run("replay", str(folder), "--only", "x*").failed_with("replay.nothing", "balance", status=2)
    empty = folder / "empty"
    empty.mkdir()
    practised.run("replay", str(empty)).failed_with("replay.nothing", status=2)
