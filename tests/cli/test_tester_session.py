"""The README's section for testers, typed one command after another in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.replay.reading import read_scenarios
from tests.cli.command import Assistant, Done
from tests.conftest import ROOT

SECTION = (ROOT / "README.md").read_text("utf-8").split("## For testers")[1].split("\n## ")[0]
COMMANDS = [line[2:] for line in SECTION.splitlines() if line.startswith("$ ")]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder in which the checkout's recordings and documents are seen, and nothing else."""
    for name in ("docs", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def typed(command: str, folder: Path, tester: Assistant) -> Done:
    """In a shell, as `*.zip` is one of the words."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**tester.environment, "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.timeout(900)
def test_a_session_as_a_new_tester(desk: Path, practised: Assistant) -> None:
    ours = [each.split()[1] for each in COMMANDS if each.startswith("assistant ")]
    assert ours == ["replay", "synth", "replay", "replay", "replay", "replay", "sandbox"], "look at it below"
    shown = []
    for number, command in enumerate(COMMANDS[:6]):
        done = typed(command, desk, practised)
        fails = number in (3, 4)  # the noise, and the same once more
        assert done.status == fails, (command, done)
        shown.append(done.shown)
    two, spoken, clean, noisy, again, kept = shown
    assert "check_balance" in two
    assert "To replay them: assistant replay out/first" in spoken
    assert "1 passed, 0 failed" in clean
    assert "1 passed, 1 failed" in noisy
    assert "worse than before: 0" in noisy
    assert "snr -20" in noisy
    assert "0 passed, 1 failed" in again
    assert "kept.scenario.yml" in kept

    results = desk / "out" / "noisy"
    assert {"results.jsonl", "junit.xml", "summary.json", "report.html"} <= {
        p.name for p in results.iterdir()
    }
    suite = ElementTree.parse(results / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert "<audio" in (results / "report.html").read_text("utf-8")

    def heard(place: str, variation: str) -> list[str]:
        lines = (desk / "out" / place / "results.jsonl").read_text("utf-8").splitlines()
        (result,) = (each for each in map(json.loads, lines) if each["variation"] == variation)
        return [turn["heard"] for turn in result["turns"]]

    assert heard("again", "") == heard("noisy", "snr -20") != heard("noisy", ""), "the same sound again"

    (made,) = (desk / "out").glob("**/kept.scenario.yml")
    (scenario,) = read_scenarios(made)
    assert [turn.say for turn in scenario.turns] == ["How much money is in my savings?", "Thank you."]
    tests = typed(
        f"python -m pytest -p assistant.replay.pytest_plugin -p no:cacheprovider --rootdir . {made.parent}",
        desk,
        practised,
    )
    assert "1 failed" in tests.shown, tests
    assert "My first scenario" in tests.shown
