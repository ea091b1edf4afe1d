"""The practice bank, running and connected: for the demonstration, for trying out and for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import requests

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.sca_steps import Challenge, ScaMethod
from assistant.errors import ScaError
from assistant.sandbox.catalogue import CUSTOMERS
from assistant.sandbox.process import RunningBank, running_bank
from assistant.sandbox.server import DATABASE_NAME
from assistant.security.guard import Guard
from assistant.settings import Settings

USER = "anna"
PASSCODE = "739158"

_TIMEOUT = (3.05, 10.0)


def practice_settings(settings: Settings) -> Settings:
    """The same assistant for the made-up customer, so that no real connection is ever touched."""
    return replace(settings, practice=True, keyring=False)


@contextmanager
def practising(settings: Settings) -> Iterator[RunningBank]:
    """Run the practice bank and connect both of its banks for the settings' customer.

    `settings` come from `practice_settings`. Raises BankUnreachableError when the server does not
    start, StorageError when nothing can be stored.
    """
    settings.sandbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    with running_bank(settings.sandbox / DATABASE_NAME) as bank:
        connect_all(settings, bank)
        set_guard(settings)
        yield bank


def password_of(_bank: str, psu_id: str) -> str:
    """What a made-up customer types, who has nothing to keep from anybody."""
    return CUSTOMERS[psu_id].password


def connect_all(settings: Settings, bank: RunningBank) -> None:
    """Give both banks' consents as the made-up customer would."""
    connections = Connections.from_settings(settings)
    for name, url in bank.banks.items():
        connect(connections, PractisingPerson(bank), name=name, base_url=url, psu_id=USER)


def set_guard(settings: Settings) -> None:
    """What a customer sets on the first day. Answers about made-up accounts may be given to anybody."""
    guard = Guard.from_settings(settings)
    if not guard.has_passcode:
        guard.set_rules(replace(guard.rules, answers_after=None))
        guard.set_passcode(PASSCODE)


class PractisingPerson:
    """Confirms by itself with what the practice bank shows on its console."""

    def __init__(self, bank: RunningBank) -> None:
        self._codes = f"{bank.base_url}/practice/otp"

    def ask_password(self, bank: str, psu_id: str) -> str:
        return password_of(bank, psu_id)

    def choose_method(self, methods: Sequence[ScaMethod]) -> ScaMethod:
        return methods[0]

    def ask_otp(self, challenge: Challenge) -> str:  # noqa: ARG002
        """The code that was sent last."""
        answer = requests.get(self._codes, timeout=_TIMEOUT)
        answer.raise_for_status()
        codes = answer.json()["codes"]
        if not codes:
            raise ScaError("the practice bank sent no code")
        return str(codes[0]["code"])

    def ask_confirmation_code(self) -> str:
        raise ScaError("the practice bank has no page of its own")

    def show_message(self, message: str) -> None:
        """Nobody is there to read it."""

    def open_url(self, url: str) -> None:  # noqa: ARG002
        raise ScaError("the practice bank has no page of its own")
