"""The world of a scenario: a practice bank of its own, connected, and a desk that asks it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from assistant.asr.hearing import Hearing
from assistant.bank import exchanges
from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.exchanges import Exchange, Player, Recorder
from assistant.bank.known_names import Acquaintance
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
    """One `Given` come true. Scenarios take turns in it; see `spoiled` and `put_back`."""

    def __init__(self, engines: Engines, settings: Settings, bank: RunningBank | None, given: Given) -> None:
        """The banks are connected in `settings`. Without a bank, what was recorded is played back."""
        self._engines = engines
        self._settings = settings
        self._bank = bank
        self._given = given
        self._open = ExitStack()
        self._hearing = (
            Hearing(engines.speech_model, settings.voice / "lexicon", patience=None)
            if engines.speech_model is not None
            else None
        )
        self._known: Acquaintance | None = None
        """What the first desk had read when it was ready: the banks are put back to that state."""
        self._read_before: tuple[Exchange, ...] = ()
        """How it was told."""
        self._line = requests.Session()
        self._line.trust_env = False  # the practice bank is on this machine: no proxy leads to it
        self._untouched = settings.home.with_name(f"{settings.home.name}-untouched")

    def open(self) -> None:
        """Begin. Raises AssistantError with what is missing."""
        if not self._untouched.exists():
            bank = shutil.ignore_patterns(self._settings.sandbox.name)  # remembers its own state
            shutil.copytree(self._settings.home, self._untouched, ignore=bank)
            self._request("POST", "state")
        given, settings = self._given, self._settings
        self._tape: Recorder | Player | None = None
        if self._engines.recording:
            self._tape = Recorder(self._read_before)
        if given.recorded is not None:
            tape = read_tape(given.recorded, given.customer)
            self._tape = Player(tape.before, tape.asked)
        exchanges.use(self._tape)
        self.desk = Desk(
            settings,
            hearing=self._hearing or False,
            speaking=False,
            password=password_of,
            dialogue=self._engines.dialogue,
            patient=True,
            known=self._known,
        )
        self._open.enter_context(self.desk.load())
        if self._known is None and self.desk.portfolio is not None:
            self._known = self.desk.portfolio.acquaintance()
            if isinstance(self._tape, Recorder):
                self._tape.begin()
                self._read_before, _ = self._tape.kept()
        _settle(self.desk)
        self._files = self._state()

    def put_back(self) -> None:
        """Have the bank and the customer's folder as they were before the first scenario.

        What is known of names stays, and what was learnt for hearing them: they are the same.
        """
        self._open.close()
        self._request("DELETE", "state")
        for path in self._settings.home.iterdir():
            if path != self._settings.sandbox:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self._untouched, self._settings.home, dirs_exist_ok=True)
        self.open()

    def close(self) -> None:
        self._open.close()
        self._line.close()
        if self._hearing is not None:
            self._hearing.close()

    def enter(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Make it the one that is asked, as it was at its beginning but for these failures."""
        set_today(self._given)
        exchanges.use(self._tape)
        if self._tape is not None:
            self._tape.begin()
        self.desk.serve()
        assert self.desk.portfolio is not None  # noqa: S101 - the desk is loaded
        self.desk.portfolio.forget()  # so that the banks have to be asked
        if self._hearing is not None:
            self._hearing.start_afresh()
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
        self._line.request(method, url, json=body, timeout=_TIMEOUT).raise_for_status()


@contextmanager
def world(engines: Engines, given: Given) -> Iterator[World]:
    """Raises AssistantError when the bank does not start or cannot be connected."""
    set_today(given)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="replay-"))) / "home"
        home.mkdir(mode=0o700)
        settings = practice_settings(replace(engines.settings, home=home))
        bank: RunningBank | None = None
        stack.callback(exchanges.use, None)
        if given.recorded is not None:
            connections = Connections.from_settings(settings)
            for each in read_tape(given.recorded, given.customer).banks:
                connections.save(each)
        else:
            settings.sandbox.mkdir(mode=0o700)
            database = settings.sandbox / DATABASE_NAME
            bank = stack.enter_context(running_bank(database, seed=given.seed, today=given.today))
            _set_quirks(bank, given)
            _connect(settings, bank, given)
        set_guard(settings)
        place = World(engines, settings, bank, given)
        stack.callback(place.close)
        place.open()
        yield place


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
