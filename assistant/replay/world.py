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

from assistant.bank import exchanges
from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.exchanges import Player, Recorder
from assistant.conversation import Dialogue
from assistant.errors import NoBankError
from assistant.nlu.values.today import TODAY
from assistant.practice import PractisingPerson, password_of, practice_settings, set_guard
from assistant.replay.pseudonyms import Pseudonyms
from assistant.replay.scenario import Given
from assistant.replay.tapes import Tape, masked, new_key, put_by, read_tape
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
    recording: bool = False
    """Keep what the banks are asked and answer."""


class World:
    """One `Given` come true. Scenarios take turns in it; see `spoiled`."""

    def __init__(
        self, desk: Desk, bank: RunningBank | None, given: Given, tape: Recorder | Player | None
    ) -> None:
        """Without a bank, `tape` plays one back."""
        self.desk = desk
        self._bank = bank
        self._given = given
        self._tape = tape
        self._files = self._state()

    def enter(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Make it the one that is asked, as it was at its beginning but for these failures."""
        set_today(self._given)
        exchanges.use(self._tape)
        if self._tape is not None:
            self._tape.begin()
        self.desk.serve()
        assert self.desk.portfolio is not None  # noqa: S101 - the desk is loaded
        self.desk.portfolio.forget()  # so that the banks have to be asked
        self._request("DELETE", "faults")
        for fault in faults:
            self.order(fault)

    def order(self, fault: Mapping[str, Any]) -> None:
        """Make next calls of a bank fail."""
        self._request("POST", "faults", fault)

    def put_by(self, path: Path) -> None:
        """What the banks were asked in this scenario, and what was read before and may still be known."""
        if isinstance(self._tape, Recorder):
            key = new_key()
            banks = Connections.from_settings(self.desk.settings).all()
            put_by(path, masked(Tape(banks, *self._tape.kept()), Pseudonyms(key)), key)

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
        if self._bank is None:  # what failed is in the recording
            return
        url = f"{self._bank.base_url}/practice/{what}"
        requests.request(method, url, json=body, timeout=_TIMEOUT).raise_for_status()


@contextmanager
def world(engines: Engines, given: Given) -> Iterator[World]:
    """Raises AssistantError when the bank does not start or cannot be connected."""
    set_today(given)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="replay-")))
        settings = practice_settings(replace(engines.settings, home=home))
        bank: RunningBank | None = None
        tape: Recorder | Player | None = None
        stack.callback(exchanges.use, None)
        if given.recorded is not None:
            tape = _played_back(settings, given, given.recorded)
        else:
            settings.sandbox.mkdir(mode=0o700)
            database = settings.sandbox / DATABASE_NAME
            bank = stack.enter_context(running_bank(database, seed=given.seed, today=given.today))
            _set_quirks(bank, given)
            _connect(settings, bank, given)
            tape = Recorder() if engines.recording else None
        exchanges.use(tape)
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
        yield World(desk, bank, given, tape)


def _played_back(settings: Settings, given: Given, recorded: Path) -> Player:
    """The banks of the recording, connected."""
    tape = read_tape(recorded, given.customer)
    connections = Connections.from_settings(settings)
    for each in tape.banks:
        connections.save(each)
    return Player(tape.before, tape.asked)


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
