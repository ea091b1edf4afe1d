from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from assistant.bank.connecting import connect
from assistant.bank.connections import Connection, Connections
from assistant.bank.journal import Journal
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a import Xs2aBank
from assistant.sandbox.process import RunningBank, running_bank
from tests.bank.crooked import CrookedBank
from tests.bank.customer import Customer, practice
from tests.bank.requests_specification import RequestRules
from tests.sandbox.specification import WHY_SKIPPED

TODAY = date(2026, 3, 18)
"""A Wednesday."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with running_bank(tmp_path_factory.mktemp("practice") / "bank.sqlite", today=TODAY) as running:
        yield running


@pytest.fixture
def practice_bank(server: RunningBank) -> Iterator[RunningBank]:
    """The practice bank with its usual habits, before the test and after it."""
    habits = practice(server.base_url, "GET", "quirks")["quirks"]
    yield server
    practice(server.base_url, "DELETE", "faults")
    for bank, quirks in habits.items():
        practice(server.base_url, "POST", "quirks", bank=bank, quirks=quirks)


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    return Connections(tmp_path / "banks", keyring=False)


@dataclass(frozen=True)
class Hasty:
    """Time that passes only when somebody waits: what is slept is added up and not slept."""

    slept: list[float]

    @property
    def patience(self) -> Patience:
        return Patience(sleep=self.slept.append, draw=lambda: 0.5)


@pytest.fixture
def hasty() -> Hasty:
    return Hasty([])


@pytest.fixture(scope="session")
def rules() -> RequestRules:
    try:
        return RequestRules()
    except LookupError:
        pytest.skip(WHY_SKIPPED)


Connect = Callable[..., Connection]


@pytest.fixture
def join(practice_bank: RunningBank, connections: Connections, hasty: Hasty) -> Connect:
    """Connect one of the practice banks, by default as Anna would."""

    def connect_bank(name: str, person: Customer | None = None, **more: Any) -> Connection:
        return connect(
            connections,
            person or Customer(practice_bank.base_url),
            name=name,
            base_url=practice_bank.banks[name],
            psu_id=more.pop("psu_id", "anna"),
            patience=more.pop("patience", hasty.patience),
            **more,
        )

    return connect_bank


@pytest.fixture
def portfolio(
    join: Connect, practice_bank: RunningBank, connections: Connections, hasty: Hasty
) -> Iterator[Portfolio]:
    """Anna's two banks, connected."""
    for name in practice_bank.banks:
        join(name)
    both = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
    yield both
    both.close()


@pytest.fixture
def payments(
    join: Connect, practice_bank: RunningBank, connections: Connections, tmp_path: Path, hasty: Hasty
) -> Iterator[Payments]:
    """Paying from Anna's two banks."""
    for name in practice_bank.banks:
        join(name)
    made = Payments(connections, journal_in(tmp_path / "banks"), patience=hasty.patience, today=lambda: TODAY)
    yield made
    made.close()


def journal_in(folder: Path) -> Journal:
    """Of somebody for whom it is always noon of the practice banks' day."""
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.utc)
    return Journal(folder, keyring=False, now=lambda: noon)


@pytest.fixture
def bank_at(hasty: Hasty) -> Callable[..., Xs2aBank]:
    """A connected bank at that address, with a consent that only it knows about."""

    def make(crooked: CrookedBank, patience: Patience | None = None, asked: bool = True) -> Xs2aBank:
        wire = Wire("Crooked Bank", crooked.base_url, patience or hasty.patience)
        return Xs2aBank(wire, "consent-1", asked_by_customer=asked, today=lambda: TODAY)

    return make
