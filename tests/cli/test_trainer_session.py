"""The README's section for trainers, typed in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Assistant, trainers_copy
from tests.conftest import ROOT

SECTION = (ROOT / "README.md").read_text("utf-8").split("## For trainers")[1].split("\n## ")[0]
COMMANDS = [line[2:] for line in SECTION.splitlines() if line.startswith("$ ")]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy that is a repository of its own."""
    folder = trainers_copy(tmp_path / "checkout")
    git(folder, "init", "-q")
    git(folder, "add", "nlu_data", "config.yml")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "as it was")
    return folder


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def test_the_commands_are_those_that_are_known_here() -> None:
    """A command that is new in the README is looked at below, too."""
    assert [command.split()[1:3] for command in COMMANDS] == [
        ["utterances", "list"],
        ["utterances", "add"],
        ["train", "--check"],
        ["train"],
        ["evaluate", "tests/nlu/understanding.yml"],
        ["inbox", "on"],
        ["utterances", "review"],
        ["inbox", "off"],
    ]


def test_a_session_as_a_new_trainer(checkout: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    own = {
        "ASSISTANT_HOME": str(tmp_path / "home"),
        "ASSISTANT_KEYRING": "off",
        "ASSISTANT_DATA": str(checkout),
    }
    trainer = Assistant(tmp_path / "home", {**kept, **own, "COLUMNS": "120", "NO_COLOR": "1"})
    outputs: list[str] = []
    for command in COMMANDS:
        program, *arguments = shlex.split(command)
        assert program == "assistant"
        if arguments[0] == "evaluate" or arguments == ["train"]:
            continue  # the longest two: tests/test_readme.py runs them
        done = trainer.run(*arguments)
        assert done.status == 0, done.shown + done.complaint
        outputs.append(done.shown)
    listed, added, checked, on, reviewed, off = outputs
    assert "dough" in listed
    line = re.search(r"(nlu_data/\S+):(\d+)  check_balance  how much dough have i got", added)
    assert line is not None, added
    assert (
        (checkout / line[1])
        .read_text("utf-8")
        .splitlines()[int(line[2]) - 1]
        .endswith("- how much dough have i got")
    )
    diff = git(checkout, "diff", "--unified=0", "--no-color")
    changed = [each for each in diff.splitlines() if re.match(r"[+-](?![+-])", each)]
    assert changed == ["+      - how much dough have i got"]
    assert "0 errors" in checked
    assert "On:" in on
    assert "The inbox is empty" in reviewed
    assert "Off:" in off
