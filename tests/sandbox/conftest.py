from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.sandbox.process import RunningBank, running_bank
from tests.sandbox.caller import Caller
from tests.sandbox.payer import Payer

TODAY = date(2026, 3, 18)
"""A Wednesday."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    """One server for all tests that change nothing but consents of their own."""
    with running_bank(tmp_path_factory.mktemp("bank") / "bank.sqlite", today=TODAY) as bank:
        yield bank


@pytest.fixture
def meadow(shared: RunningBank) -> Caller:
    return Caller(shared.meadow)


@pytest.fixture
def harbour(shared: RunningBank) -> Caller:
    return Caller(shared.harbour)


@pytest.fixture
def payer(own: RunningBank) -> Payer:
    """Anna at Meadow Bank, on a server of her own."""
    return Payer(Caller(own.meadow))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningBank]:
    """A server that one test may spoil."""
    with running_bank(tmp_path / "bank.sqlite", today=TODAY) as bank:
        yield bank
