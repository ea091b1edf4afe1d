"""Conversations outside of the process: real servers, two dialogues on one of them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from rasa.shared.core.events import SlotSet

from assistant.errors import StoreError, StoreLostError
from assistant.nlu.answer import Answer
from assistant.nlu.runtime import Dialogue
from assistant.nlu.stores import check, open_stores, shelf_of
from assistant.nlu.stores.sealed import name_of
from assistant.nlu.stores.shelf import Kept
from tests.store_servers import PASSWORD, StoreServer

pytestmark = pytest.mark.xdist_group("stores")  # servers and dialogues are started once

KEY = Fernet.generate_key()


@dataclass(frozen=True)
class Pair:
    """Two servers of one store."""

    store: StoreServer
    one: Dialogue
    other: Dialogue


@pytest.fixture(scope="module")
def pair(store: StoreServer, nlu_model: Path) -> Iterator[Pair]:
    def load() -> Dialogue:
        return Dialogue.load(nlu_model, actions="tests.nlu.plain_actions", store=store.url, key=KEY)

    with load() as one, load() as other:
        yield Pair(store, one, other)


def asked(answer: Answer) -> object:
    return answer.replies[-1].values.get("left")


def code(answer: Answer) -> object:
    assert answer.replies[0].speech
    return answer.replies[0].values.get("code")


def test_a_conversation_goes_on_at_the_other_server(pair: Pair) -> None:
    for number, dialogue in enumerate((pair.one, pair.other, pair.other, pair.one), 1):
        assert asked(dialogue.handle("what is my balance", conversation="moving")) == f"Asked {number} times."


def test_old_turns_give_way_and_nothing_is_lost(pair: Pair) -> None:
    for number in range(1, 13):
        dialogue = pair.one if number % 2 else pair.other
        answer = dialogue.handle("what is my balance", conversation="long")
    assert asked(answer) == "Asked 12 times."


def test_turns_of_one_conversation_come_one_after_another(pair: Pair) -> None:
    """On both servers at once; none is lost and none sees half of another."""
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(
            lambda number: (pair.one, pair.other)[number % 2].handle(
                "what is my balance", conversation="at once"
            ),
            range(12),
        )
        counted = sorted(int(str(asked(answer)).split()[1]) for answer in answers)
    assert counted == list(range(1, 13))


def test_forgotten_on_one_is_forgotten_on_the_other(pair: Pair) -> None:
    pair.one.handle("what is my balance", conversation="forgotten")
    pair.other.forget("forgotten")
    assert asked(pair.one.handle("what is my balance", conversation="forgotten")) == "Asked 1 times."


def test_what_is_kept_can_be_read_by_nobody_else(pair: Pair) -> None:
    pair.one.handle("how much did i spend at tesco since the third of march", conversation="sealed room")
    kept = pair.store.everything()
    assert name_of("sealed room", KEY).encode() in kept
    for word in (b"tesco", b"march", b"sealed room", b"spending", b"merchant", KEY, PASSWORD.encode()):
        assert word not in kept


def test_what_was_put_in_anothers_place_is_forgotten(pair: Pair) -> None:
    pair.one.handle("what is my balance", conversation="hers")
    pair.one.handle("what is my balance", conversation="his")
    shelf = shelf_of(pair.store.url)
    hers, his = (shelf.get(name_of(name, KEY)) for name in ("hers", "his"))
    assert hers is not None
    assert his is not None
    for sealed in (hers.sealed, hers.sealed[:-9], b"", b"{}"):
        kept = shelf.get(name_of("his", KEY))
        assert kept is not None
        assert shelf.put(name_of("his", KEY), Kept("changed", sealed), kept.version)
        assert asked(pair.other.handle("what is my balance", conversation="his")) == "Asked 1 times."
    shelf.close()


def test_nothing_is_written_over_what_another_server_wrote(store: StoreServer) -> None:
    async def race() -> None:
        (one, _), (other, _) = open_stores(store.url, KEY), open_stores(store.url, KEY)
        first = await one.get_or_create_tracker("race")
        second = await other.get_or_create_tracker("race")
        first.update(SlotSet("late", False))
        await one.save(first)
        await one.save(first)
        with pytest.raises(StoreLostError):
            await other.save(second)
        one.close()
        other.close()

    asyncio.run(race())


def test_a_lock_is_had_by_one_and_ends_with_its_holder(store: StoreServer) -> None:
    one, other = shelf_of(store.url), shelf_of(store.url)
    name = name_of("locked", KEY)
    held = one.lock(name)
    assert held is not None
    assert other.lock(name) is None
    assert one.lock(name) is None
    assert other.lock(name_of("another", KEY)) is not None
    held.renew()
    held.release()
    again = other.lock(name)
    assert again is not None
    again.release()
    one.close()
    other.close()


def test_a_lock_ends_when_its_holder_is_killed(store: StoreServer) -> None:
    name = name_of("killed", KEY)
    reading, writing = os.pipe()
    holder = os.fork()
    if not holder:
        held = shelf_of(store.url).lock(name)
        os.write(writing, b"held" if held else b"none")
        time.sleep(60)
        os._exit(1)
    assert os.read(reading, 4) == b"held"
    shelf = shelf_of(store.url)
    assert shelf.lock(name) is None
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    until = time.monotonic() + 60
    while (held := shelf.lock(name)) is None:
        assert time.monotonic() < until
        time.sleep(0.1)
    held.release()
    shelf.close()
    os.close(reading)
    os.close(writing)


def test_a_server_that_is_lost_in_the_middle_loses_nothing(pair: Pair) -> None:
    pair.one.handle("what is my balance", conversation="lost")
    pair.store.stop()
    try:
        answer = pair.one.handle("what is my balance", conversation="lost")
        with pytest.raises(StoreError):
            pair.other.last_reply("lost")
    finally:
        pair.store.go_on()
    assert code(answer) == "store.lost"
    assert PASSWORD not in repr(answer)
    assert asked(pair.other.handle("what is my balance", conversation="lost")) == "Asked 2 times."
    assert asked(pair.one.handle("what is my balance", conversation="lost")) == "Asked 3 times."


def test_a_wrong_password_is_told_without_it(store: StoreServer) -> None:
    wrong = store.url.replace(PASSWORD, "another-planted-one")
    with pytest.raises(StoreError) as refused:
        check(shelf_of(wrong), wrong)
    assert "another-planted-one" not in str(refused.value)
    assert "ASSISTANT_STORE" in refused.value.remedy


@pytest.mark.parametrize(
    "url",
    ["redis://:planted@127.0.0.1:1/0", "postgresql://anna:planted@127.0.0.1:1/none", "unix:///nowhere.sock"],
)
def test_no_server_is_told_before_anything_is_loaded(url: str, nlu_model: Path) -> None:
    with pytest.raises(StoreError) as missing:
        Dialogue.load(nlu_model, actions="tests.nlu.plain_actions", store=url, key=KEY)
    assert "planted" not in str(missing.value)
