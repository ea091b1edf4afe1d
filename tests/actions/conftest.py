"""A practice bank with both its banks connected, and the actions that talk to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from rasa_sdk.executor import ActionExecutor

from assistant.actions.services import Services, configure
from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.journal import Journal
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio, patience_of
from assistant.bank.sca_steps import Challenge, ScaMethod
from assistant.nlu.runtime import Dialogue
from assistant.sandbox.process import RunningBank, running_bank
from assistant.security.guard import Guard
from assistant.security.rules import Limits, Rules
from assistant.security.trail import Trail
from assistant.settings import Settings
from tests.actions.books import Books
from tests.actions.talk import Talk
from tests.security.clock import CHEAP

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 3, 18)
SEED = 7
PASSCODE = "739158"
ROOM = Limits(payment=Decimal(1_000_000), day=Decimal(9_000_000), new_payee=Decimal(1_000_000))
"""So that limits are in the way only where they are what is tested."""


@dataclass(frozen=True)
class Practice:
    """The server, and the bank's own view of it."""

    bank: RunningBank
    database: Path

    def order(self, bank: str, **fault: Any) -> None:
        """Make the next calls of a bank fail; see `assistant/sandbox/faults.py`."""
        answer = requests.post(
            f"{self.bank.base_url}/practice/faults", json={"bank": bank, **fault}, timeout=5
        )
        answer.raise_for_status()

    def relieve(self) -> None:
        requests.delete(f"{self.bank.base_url}/practice/faults", timeout=5).raise_for_status()


@dataclass(frozen=True)
class Anna:
    """Confirms at once with the code that the practice bank shows."""

    base_url: str

    def ask_password(self, bank: str, psu_id: str) -> str:
        return "sunflower"

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        return methods[0]

    def ask_otp(self, challenge: Challenge) -> str:
        codes = requests.get(f"{self.base_url}/practice/otp", timeout=5).json()
        return str(codes["codes"][0]["code"])

    def ask_confirmation_code(self) -> str:
        raise AssertionError("the practice bank shows no page")

    def show_message(self, message: str) -> None:
        """Nobody reads it here."""

    def open_url(self, url: str) -> None:
        raise AssertionError("the practice bank has no page")


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    database = tmp_path_factory.mktemp("practice") / "bank.sqlite"
    with running_bank(database, seed=SEED, today=TODAY) as bank:
        yield Practice(bank, database)


def connected_home(practice: Practice, home: Path, *currencies: str) -> Settings:
    """Settings of a home in which both banks are connected and the passcode is set."""
    settings = Settings(data=ROOT, home=home, keyring=False)
    connections = Connections.from_settings(settings)
    for name, base_url in practice.bank.banks.items():
        connect(connections, Anna(practice.bank.base_url), name=name, base_url=base_url, psu_id="anna")
    guard = Guard.from_settings(settings)
    guard.set_rules(Rules(dict.fromkeys(currencies, ROOM), answers_after=None))
    guard.set_passcode(PASSCODE)
    return settings


@pytest.fixture(scope="session")
def connected(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return connected_home(practice, tmp_path_factory.mktemp("home"), "EUR", "GBP")


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """A practice bank of its own: what is paid here would surprise other tests."""
    database = tmp_path_factory.mktemp("till") / "bank.sqlite"
    with running_bank(database, seed=SEED, today=TODAY) as bank:
        yield Practice(bank, database)


@pytest.fixture(scope="module")
def wallet(till: Practice, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return connected_home(till, tmp_path_factory.mktemp("wallet"), "EUR", "GBP")


@pytest.fixture(scope="module")
def dialogue(nlu_model: Path) -> Iterator[Dialogue]:
    with Dialogue.load(nlu_model) as dialogue:
        yield dialogue


@pytest.fixture(scope="session")
def books(practice: Practice) -> Books:
    return Books(practice.database, TODAY)


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    """Loaded as `rasa run actions --actions assistant.actions` loads it."""
    executor = ActionExecutor()
    executor.register_package("assistant.actions")
    return executor


def guarded(services: Services, folder: Path, *, passcode: str = PASSCODE) -> Services:
    """With a guard of its own, as a customer has it who changed nothing; no passcode where that is empty."""
    settings = services.settings
    guard = Guard(
        Trail(folder, keyring=False),
        Journal(folder, keyring=False),
        choose=lambda pairs: pairs[0],
        cost=CHEAP,
    )
    if passcode:
        guard.set_passcode(passcode)
    journal = Journal(folder, keyring=False, watch=guard)
    connections = Connections.from_settings(settings)
    payments = Payments(
        connections, journal, patience=patience_of(settings.bank_timeout), today=lambda: TODAY
    )
    return replace(services, guard=guard, payments=payments)


def services_of(settings: Settings) -> Services:
    return Services.from_settings(settings, Portfolio.from_settings(settings, lambda: TODAY), lambda: TODAY)


@pytest.fixture(scope="session")
def services(connected: Settings) -> Services:
    return services_of(connected)


@pytest.fixture
def talk(executor: ActionExecutor, services: Services, practice: Practice) -> Iterator[Talk]:
    """A conversation with both banks connected and well."""
    services.portfolio.forget()
    configure(services)
    yield Talk(executor)
    configure(None)
    practice.relieve()


@pytest.fixture
def talk_without_bank(executor: ActionExecutor, settings: Settings) -> Iterator[Talk]:
    configure(services_of(settings))
    yield Talk(executor)
    configure(None)
