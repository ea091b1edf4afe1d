"""The world of a scenario: a practice bank of its own, connected, and a desk that asks it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.conversation import Dialogue
from assistant.errors import NoBankError
from assistant.nlu.values.today import TODAY
from assistant.practice import PractisingPerson, password_of, practice_settings, set_guard
from assistant.replay.scenario import Given
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.process import RunningBank, running_bank
from assistant.sandbox.server import DATABASE_NAME
from assistant.settings import Settings
from assistant.startup import Desk

_TIMEOUT = (3.05, 10.0)
_CHANGING = frozenset({"POST", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Engines:
    """What a process loads once and every world shares."""

    settings: Settings
    """Of this machine: where data and models are."""
    dialogue: Dialogue
    speech_model: Path | None
    """Folder of the model to hear with; None for worlds without sound."""


class World:
    """One `Given` come true. Scenarios take turns in it; see `spoiled`."""

    def __init__(self, desk: Desk, bank: RunningBank, given: Given) -> None:
        self.desk = desk
        self._bank = bank
        self._given = given
        self._files = self._state()

    def enter(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Make it the one that is asked, as it was at its beginning but for these failures."""
        set_today(self._given)
        self.desk.serve()
        assert self.desk.portfolio is not None  # noqa: S101 - the desk is loaded
        self.desk.portfolio.forget()  # so that the banks have to be asked
        self._request("DELETE", "faults")
        for fault in faults:
            self.order(fault)

    def order(self, fault: Mapping[str, Any]) -> None:
        """Make next calls of a bank fail."""
        self._request("POST", "faults", fault)

    def spoiled(self, calls: tuple[str, ...]) -> bool:
        """Whether a scenario left something behind that the next one would find: at a bank, or on disk."""
        return any(call.split(" ", 1)[0] in _CHANGING for call in calls) or self._state() != self._files

    def _state(self) -> frozenset[tuple[str, int]]:
        """What lies in the customer's folder, the practice bank's own database apart."""
        home = self.desk.settings.home
        found = set()
        for path in home.rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file() and self.desk.settings.sandbox not in path.parents:
                    found.add((str(path.relative_to(home)), path.stat().st_mtime_ns))
        return frozenset(found)

    def _request(self, method: str, what: str, body: Mapping[str, Any] | None = None) -> None:
        url = f"{self._bank.base_url}/practice/{what}"
        requests.request(method, url, json=body, timeout=_TIMEOUT).raise_for_status()


@contextmanager
def world(engines: Engines, given: Given) -> Iterator[World]:
    """Raises AssistantError when the bank does not start or cannot be connected."""
    set_today(given)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="replay-")))
        settings = practice_settings(replace(engines.settings, home=home))
        settings.sandbox.mkdir(mode=0o700)
        database = settings.sandbox / DATABASE_NAME
        bank = stack.enter_context(running_bank(database, seed=given.seed, today=given.today))
        _set_quirks(bank, given)
        _connect(settings, bank, given)
        set_guard(settings)
        desk = Desk(
            settings,
            hearing=engines.speech_model is not None,
            speaking=False,
            password=password_of,
            dialogue=engines.dialogue,
            patient=True,
        )
        stack.enter_context(desk.load(speech_model=engines.speech_model))
        _settle(desk)
        yield World(desk, bank, given)


def set_today(given: Given) -> None:
    """The day of a scenario, for everything in this process that asks which day it is."""
    if given.today is not None:
        os.environ[TODAY] = given.today.isoformat()
    elif _OWN_DAY is None:
        os.environ.pop(TODAY, None)
    else:
        os.environ[TODAY] = _OWN_DAY


_OWN_DAY = os.environ.get(TODAY)


def _set_quirks(bank: RunningBank, given: Given) -> None:
    usual = {plan.slug: plan.default_quirks for plan in BANKS}
    for slug, names in given.quirks:
        body = {"bank": slug, "quirks": sorted({*usual[slug], *names})}
        requests.post(f"{bank.base_url}/practice/quirks", json=body, timeout=_TIMEOUT).raise_for_status()


def _connect(settings: Settings, bank: RunningBank, given: Given) -> None:
    connections = Connections.from_settings(settings)
    person = PractisingPerson(bank)
    for plan in BANKS:
        if plan.slug in given.banks:
            url = bank.banks[plan.name]
            connect(connections, person, name=plan.name, base_url=url, psu_id=given.customer)


def _settle(desk: Desk) -> None:
    """Ask once what the first question would ask besides: which accounts a bank has is remembered."""
    assert desk.portfolio is not None  # noqa: S101 - it is loaded
    with suppress(NoBankError):
        desk.portfolio.balances()
