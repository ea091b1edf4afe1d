"""Several servers behind one address, really: processes, sockets, a store, a practice bank, synthetic speech.

A customer moves between them in the middle of a payment; one is killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from websockets.client import WebSocketClientProtocol, connect

from assistant.bank.journal import Journal
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.rooms.access import Access
from assistant.rooms.door import Kind, open_door
from assistant.rooms.server import RoomServer
from assistant.rooms.workers import Workers
from assistant.sandbox.process import running_bank
from assistant.settings import Settings
from tests.actions.conftest import PASSCODE, SEED, TODAY, Practice, connected_home
from tests.actions.till import booked_since, last_entry
from tests.asr.speech import Say, chunks, silence
from tests.rooms.devices import run
from tests.store_servers import StoreServer

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_PATIENCE = 120.0

STORES = ["redis", "postgres"] if os.environ.get("ASSISTANT_EVERY_STORE") else ["redis"]
"""Each costs the loading of three processes; both kinds are compared in `tests/nlu/test_stores.py` and
`tests/actions/test_moving.py` in every run."""
pytestmark = pytest.mark.parametrize("store", STORES, indirect=True)


@dataclass
class House:
    """Two workers and everything around them."""

    settings: Settings
    till: Practice
    workers: Workers
    uri: str
    tokens: dict[str, str]
    """Of the satellites."""
    told: list[str] = field(default_factory=list)

    def serving(self, socket: WebSocketClientProtocol) -> int:
        """The process at the other end of a connection."""
        port = socket.local_address[1]
        for process in self.workers.processes:
            for line in psutil.Process(process).net_connections("tcp"):
                if line.raddr and line.raddr.port == port:
                    return process
        raise AssertionError("nobody serves it")


@contextmanager
def served(settings: Settings, till: Practice, model: Path) -> Iterator[House]:
    door = open_door(Kind.WEBSOCKET, "ws://127.0.0.1:0")
    told: list[str] = []
    access = Access(settings)
    tokens = {name: access.add(name).token for name in ("kitchen", "hall")}
    make = partial(RoomServer, doors=[door], access=access)
    workers = Workers(settings, 2, model, make, notice=told.append)
    thread = threading.Thread(target=workers.serve_until_stopped, daemon=True)
    thread.start()
    try:
        assert workers.ready.wait(_PATIENCE)
        yield House(settings, till, workers, door.uri, tokens, told)
    finally:
        processes = workers.processes
        workers.stop()
        thread.join(_PATIENCE)
        assert not thread.is_alive()
        assert not any(psutil.pid_exists(each) for each in processes)


@pytest.fixture(scope="module")
def house(store: StoreServer, nlu_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = tmp_path_factory.mktemp("till") / "bank.sqlite"
    with pytest.MonkeyPatch.context() as patch, running_bank(database, seed=SEED, today=TODAY) as bank:
        patch.setenv(TODAY_VARIABLE, TODAY.isoformat())
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
    assert house.told == ["Worker 1 ended (signal 9). Another one starts in its place."] or house.told == [
        "Worker 2 ended (signal 9). Another one starts in its place."
    ]


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
    while len(house.workers.processes) < 2:
        assert time.monotonic() < until
        time.sleep(0.2)

    async def ask() -> None:
        for process in house.workers.processes:
            async with satellite(house, say, at=process) as place:
                assert last(await place.say("cancel"))

    run(ask)
    assert "planted" not in repr(house.settings)
