"""The floors are a contract: a room that imports upwards fails here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_rooms_import_only_downwards() -> None:
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Contracts: 1 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    "module", ["assistant.cli.main", "assistant.conversation", "assistant.actions", "assistant.sandbox.app"]
)
def test_importing_does_not_load_what_only_some_commands_need(module: str) -> None:
    """`assistant --help` and the practice bank must start at once; sound may be missing altogether."""
    heavy = ("tensorflow", "rasa.core", "rasa.nlu", "sounddevice", "vosk", "pyttsx3", "torch")
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_files_stay_readable_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "assistant").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350
    }
    assert not long
