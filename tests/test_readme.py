"""Every command of the README works as it is written there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.startswith("$ ")
]
# These need a person, a bank or a sound card; they are run by the tests named here.
ELSEWHERE = {
    "assistant listen": "tests/cli/test_listen.py",
    # It changes the training data, so a trainer's session in a copy of the checkout runs it.
    "assistant utterances add": "tests/cli/test_trainer_session.py",
    # What fails on purpose ends with 1: a tester's session runs all of them, one after another.
    "assistant replay": "tests/cli/test_tester_session.py",
    "assistant synth": "tests/cli/test_tester_session.py",
    "assistant serve --wyoming": "tests/cli/test_serve.py",
    "assistant passcode set": "tests/cli/test_guarding.py",
    "assistant limits set": "tests/cli/test_guarding.py",
    "assistant banks connect": "tests/cli/test_banks.py",
    "assistant banks disconnect": "tests/cli/test_banks.py",
}
# What each command must have printed.
SHOWS = {
    "assistant --help": "Talk",
    "assistant doctor": "speech model",
    "assistant chat": "groceries",
    "assistant serve satellites list": "No satellite is known",
    "assistant banks list": "No bank is connected",
    "assistant limits show": "1,000.00",
    "assistant audit verify": "as it was",
    "assistant models list": "builtin",
    "assistant models use": "builtin",
    "assistant train --check": "0 errors",
    "assistant evaluate": "understood in full",
    "assistant utterances list": "dough",
    "assistant inbox on": "On:",
    "assistant utterances review": "The inbox is empty",
    "assistant inbox off": "Off:",
    "assistant sandbox --help": "--reset",
}


def here() -> list[str]:
    return [
        command
        for command in COMMANDS
        if not command.startswith("make ") and not any(command.startswith(name) for name in ELSEWHERE)
    ]


# One command uses what the one before has made.
pytestmark = pytest.mark.xdist_group("readme")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, nlu_model: Path) -> dict[str, str]:
    """A new customer's machine, with the model of the shared cache so that nothing is trained twice."""
    home = tmp_path_factory.mktemp("readme")
    models = home / "nlu-models"
    models.mkdir()
    shutil.copy2(nlu_model, models)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "ASSISTANT_HOME": str(home), "ASSISTANT_KEYRING": "off", "PATH": path}


@pytest.mark.parametrize("command", here())
def test_command_does_what_it_is_there_for(command: str, environment: dict[str, str]) -> None:
    result = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if command.startswith("assistant say") and result.returncode:
        # Without a loudspeaker it says so, and what to do.
        assert "(audio." in result.stderr
        assert "What to do:" in result.stderr
        return
    assert result.returncode == 0, result.stdout + result.stderr
    for start, shown in SHOWS.items():
        if re.search(rf"(^|\| ){re.escape(start)}", command):
            assert shown in result.stdout


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_make_knows_the_target(command: str) -> None:
    """`make test` runs this very test; the demonstration itself is run offline by tests/test_privacy.py."""
    subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, check=True)


def test_the_others_are_run_by_a_test_of_their_own() -> None:
    for command, file in ELSEWHERE.items():
        words = command.removeprefix("assistant ").split()
        content = (ROOT / file).read_text(encoding="utf-8")
        assert all(f'"{word}"' in content for word in words), (command, file)


def test_links_lead_somewhere() -> None:
    for name in ("README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))):
        text = re.sub(r"```.*?```|`[^`]*`", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"
