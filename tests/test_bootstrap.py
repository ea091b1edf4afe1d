"""Finding a Python that Rasa works on, on machines that are not like this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def find_python(environment: dict[str, str]) -> str:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import bootstrap; print(bootstrap.find_python())"
    result = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], env=environment, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}


def interpreter(path: Path, version: str) -> Path:
    """A program that answers as a Python of that version does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def test_the_newest_that_works_is_taken_from_the_path(tmp_path: Path, bare: dict[str, str]) -> None:
    interpreter(tmp_path / "bin/python3.12", "3.12")
    interpreter(tmp_path / "bin/python3.10", "3.10")
    wanted = interpreter(tmp_path / "bin/python3.11", "3.11")
    assert find_python(bare) == str(wanted)


def test_a_pyenv_shim_that_points_nowhere_is_passed_over(tmp_path: Path, bare: dict[str, str]) -> None:
    broken = tmp_path / "bin/python3.11"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho 'pyenv: python3.11: command not found' >&2\nexit 127\n")
    broken.chmod(0o755)
    wanted = interpreter(tmp_path / ".pyenv/versions/3.11.9/bin/python3.11", "3.11")
    assert find_python(bare) == str(wanted)


def test_one_that_is_named_comes_first(tmp_path: Path, bare: dict[str, str]) -> None:
    interpreter(tmp_path / "bin/python3.11", "3.11")
    named = interpreter(tmp_path / "elsewhere/python", "3.10")
    assert find_python({**bare, "PYTHON": str(named)}) == str(named)


def test_without_a_usable_python_it_says_what_to_do(tmp_path: Path, bare: dict[str, str]) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import bootstrap\n"
        "bootstrap.candidates = lambda: ['/nowhere/python3.11']\n"
        "bootstrap.ensure_python()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)],
        env={**bare, "APT": "no"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "What to do:" in result.stderr
    assert "python3.11" in result.stderr


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    """Everything that the locks name is there already: no pip, no word, no change."""
    if not (ROOT / ".venv" / "installed").is_file():
        pytest.skip("these tests do not run from an environment that `make` has set up")
    result = subprocess.run(
        [sys.executable, str(ROOT / "bootstrap.py"), "--dev"],
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == ""
