"""Several servers behind one address, really: processes, sockets, a store, a practice bank, synthetic speech.

A customer moves between them in the middle of a payment; one is killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from websockets.client import WebSocketClientProtocol, connect

from assistant.asr.graph_text import DIGITS
from assistant.bank.journal import Journal
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.rooms.access import Access
from assistant.sandbox.process import running_bank
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, SEED, TODAY, Practice, connected_home
from tests.actions.till import booked_since, last_entry
from tests.asr.speech import Say, chunks, silence
from tests.conftest import ROOT
from tests.rooms.devices import run
from tests.store_servers import PASSWORD, StoreServer

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_PATIENCE = 120.0

STORES = ["redis", "postgres"] if os.environ.get("ASSISTANT_EVERY_STORE") else ["redis"]
"""Each costs the loading of three processes; both kinds are compared in `tests/nlu/test_stores.py` and
`tests/actions/test_moving.py` in every run."""
pytestmark = [
    pytest.mark.parametrize("store", STORES, indirect=True),
    pytest.mark.xdist_group("workers"),  # loaded once
]


@dataclass
class House:
    """`assistant serve --workers 2` and everything around it."""

    settings: Settings
    till: Practice
    command: psutil.Popen
    tokens: dict[str, str]
    """Of the satellites."""
    uri: str = ""
    told: list[str] = field(default_factory=list)

    def workers(self) -> list[psutil.Process]:
        """Those that listen."""
        return [each for each in self.command.children() if self.uri and self._connections(each)]

    def serving(self, socket: WebSocketClientProtocol) -> int:
        """The process at the other end of a connection."""
        port = socket.local_address[1]
        for process in self.command.children():
            if any(line.raddr and line.raddr.port == port for line in self._connections(process)):
                return int(process.pid)
        raise AssertionError("nobody serves it")

    def read(self) -> None:
        for line in self.command.stdout:
            self.told.append(line.strip())
            self.uri = self.uri or (line.split()[-1] if "I listen at" in line else "")

    def _connections(self, process: psutil.Process) -> list[Any]:
        with suppress(psutil.Error):
            return list(process.net_connections("tcp"))
        return []


@contextmanager
def served(settings: Settings, till: Practice, model: Path) -> Iterator[House]:
    access = Access(settings)
    tokens = {name: access.add(name).token for name in ("kitchen", "hall")}
    models = settings.home / "nlu-models"
    models.mkdir()
    shutil.copy2(model, models)
    environment = {
        **os.environ,
        "ASSISTANT_HOME": str(settings.home),
        "ASSISTANT_KEYRING": "off",
        "ASSISTANT_STORE": settings.store,
        TODAY_VARIABLE: TODAY.isoformat(),
    }
    words = [sys.executable, "-m", "assistant", "serve", "--workers", "2", "--websocket", "ws://127.0.0.1:0"]
    pipes = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
    }
    house = House(settings, till, psutil.Popen(words, env=environment, cwd=ROOT, **pipes), tokens)
    reading = threading.Thread(target=house.read, daemon=True)
    reading.start()
    until = time.monotonic() + _PATIENCE
    try:
        while not house.uri:
            assert house.command.poll() is None, house.told
            assert time.monotonic() < until, house.told
            time.sleep(0.1)
        yield house
        everybody = house.command.children(recursive=True)
        house.command.send_signal(signal.SIGINT)
        assert house.command.wait(_PATIENCE) == 0
        _, alive = psutil.wait_procs(everybody, timeout=10)
        assert not alive
        reading.join()
    finally:
        if house.command.poll() is None:
            house.command.kill()
    told = "\n".join(house.told)
    assert "Traceback" not in told
    assert PASSWORD not in told


@pytest.fixture(scope="module")
def house(store: StoreServer, nlu_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = tmp_path_factory.mktemp("till") / "bank.sqlite"
    with running_bank(database, seed=SEED, today=TODAY) as bank:
        till = Practice(bank, database)
        settings = connected_home(till, tmp_path_factory.mktemp("house"), "EUR", "GBP")
        with served(replace(settings, store=store.url), till, nlu_model) as house:
            yield house


@dataclass
class Satellite:
    """A device in a room, connected to one worker."""

    house: House
    socket: WebSocketClientProtocol
    say_it: Say

    @property
    def worker(self) -> int:
        return self.house.serving(self.socket)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """What was answered: response, and what was said."""
        await self.speak(text)
        replies: list[dict[str, Any]] = []
        while True:
            received = await self.socket.recv()
            told = {} if isinstance(received, bytes) else json.loads(received)
            if told.get("event") in ("reply", "failed", "error"):
                replies.append(told)
            if told.get("event") in ("ended", "error"):
                await self.socket.send('{"played": 1}')
                return replies

    async def speak(self, text: str) -> None:
        # Sound is sent faster than it is said, and must not seem to have begun while we spoke.
        await asyncio.sleep(1.0)
        for sound in chunks(silence(0.5), self.say_it(text), silence(2.0)):
            await self.socket.send(sound.astype("<i2").tobytes())


@asynccontextmanager
async def satellite(
    house: House, say: Say, *, name: str = "kitchen", at: int = 0, beside: Sequence[int] = ()
) -> AsyncIterator[Satellite]:
    """`at`: the worker that is to serve it; `beside`: any but these. The system deals connections out: it is
    tried until it does."""
    until = time.monotonic() + _PATIENCE
    while True:
        headers = {"Authorization": f"Bearer {house.tokens[name]}"}
        async with connect(house.uri, extra_headers=headers, open_timeout=_PATIENCE) as socket:
            found = house.serving(socket)
            if found == at or (not at and found not in beside):
                await socket.send(json.dumps({"talk": {}}))
                yield Satellite(house, socket, say)
                return
        assert time.monotonic() < until, "the other worker takes no connection"


def last(replies: list[dict[str, Any]]) -> str:
    return str(replies[-1].get("response") or replies[-1].get("code"))


def digits(replies: list[dict[str, Any]]) -> str:
    """Of the passcode, at the places that were asked for."""
    words = replies[-1]["speech"].split()
    return ", ".join(DIGITS[int(PASSCODE[PLACES.index(each)])] for each in words if each in PLACES)


def approve(till: Practice) -> None:
    """In the bank's app."""
    url = f"{till.bank.base_url}/practice/approvals"
    waiting = requests.get(url, timeout=5).json()["approvals"][0]
    answer = {"bank": waiting["bank"], "authorisationId": waiting["authorisationId"], "approve": True}
    requests.post(url, json=answer, timeout=5).raise_for_status()


def test_a_customer_moves_in_the_middle_of_a_payment_and_a_server_is_killed(house: House, say: Say) -> None:
    before = last_entry(house.till)

    async def pay() -> None:
        async with satellite(house, say) as place:
            one = place.worker
            assert last(await place.say("send money to marie")) == "utter_payment_ask_amount"
        async with satellite(house, say, beside=[one]) as place:
            other = place.worker
            replies = await place.say("forty five euros from the joint account")
            assert last(replies) == "utter_payment_read_back"
        async with satellite(house, say, at=one) as place:
            # This server has not played the read-back and cannot know that it was heard.
            replies = await place.say("yes")
            assert [each["response"] for each in replies] == [
                "utter_payment_yes_unclear",
                "utter_payment_read_back",
            ]
            asked = await place.say("yes")
            assert last(asked) == "utter_passcode_ask"
            os.kill(one, signal.SIGKILL)
        async with satellite(house, say, at=other) as place:
            assert last(await place.say(digits(asked))) == "utter_payment_wait_app"
            approve(house.till)
            assert last(await place.say("done")) == "utter_payment_on_its_way"

    run(pay)
    assert [each["amount"] for each in booked_since(house.till, before)] == ["-45.00"]
    ended = [line for line in house.told if "ended" in line]
    assert len(ended) == 1 and ended[0].endswith("ended (signal 9). Another one starts in its place."), ended


def test_a_server_that_is_killed_while_it_hands_a_payment_over_pays_once_at_most(
    house: House, say: Say
) -> None:
    """The bank takes the order and is slow to say so; the server dies, and the customer says it again."""
    before = last_entry(house.till)

    async def pay() -> None:
        async with satellite(house, say, name="hall") as place:
            one = place.worker
            await place.say("send fifty five euros to marie from the joint account")
            asked = await place.say("yes")
            assert last(asked) == "utter_passcode_ask"
            house.till.order("harbour", kind="delay", when="after", path="POST /payments/*", seconds=20)
            await place.speak(digits(asked))
            await until_ordered(house.settings)
            os.kill(one, signal.SIGKILL)
        async with satellite(house, say, name="hall", beside=[one]) as place:
            # The bank did not say its id of the order: nobody can call it back, and nobody confirm it.
            replies = await place.say(digits(asked))
            assert replies[-1]["response"] == "utter_error"
            assert last(await place.say("did my payment go through")) == "utter_payment_news_none"
        house.till.relieve()

    run(pay)
    assert booked_since(house.till, before) == []
    assert sum(each.order.money.amount == 55 for each in Journal.from_settings(house.settings).all()) == 1


async def until_ordered(settings: Settings) -> None:
    """The order is written down, so it is on its way."""
    journal = Journal.from_settings(settings)
    while not any(each.order.money.amount == 55 for each in journal.all()):
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)


def test_a_killed_server_is_replaced(house: House, say: Say) -> None:
    until = time.monotonic() + _PATIENCE
    while len(house.workers()) < 2:
        assert time.monotonic() < until
        time.sleep(0.2)

    async def ask() -> None:
        for process in house.workers():
            async with satellite(house, say, at=process.pid) as place:
                assert last(await place.say("cancel"))

    run(ask)
