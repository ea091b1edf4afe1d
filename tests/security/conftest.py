from __future__ import annotations

from pathlib import Path

import pytest

from assistant.security.guard import Guard
from tests.security.clock import PASSCODE, Machine, guard_in


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "banks"


@pytest.fixture
def guard(folder: Path, machine: Machine) -> Guard:
    """With a passcode."""
    guard = guard_in(folder, machine)
    guard.set_passcode(PASSCODE)
    return guard
