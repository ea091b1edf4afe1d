"""Fifty satellites at once on one loaded model: each hears its own answer, and nobody else's."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.pipeline import PipelineStage, RunPipeline

from assistant.asr.adaptation_questions import LONE
from assistant.asr.turnstile import Turnstile
from assistant.audio.frames import in_chunks
from assistant.events import BankCalled, Event
from assistant.rooms.feed import Feed
from assistant.rooms.room import Caller, Rooms
from assistant.rooms.vosk_dialect import VoskDialect
from assistant.startup import Desk
from assistant.turn import Turn
from tests.asr.line import in_line
from tests.asr.speech import Samples, silence
from tests.rooms.devices import device, recording

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

SATELLITES = 50
ASKED = {
    "check-balance-1": "everyday account",
    "check-balance-2": "savings",
    "check-balance-5": "visa",
    "spending-6": "last week",
    "spending-7": "netflix",
    "list-accounts-1": "",
    "income-1": "",
    "upcoming-payments-1": "",
    "recurring-payments-1": "",
    "list-transactions-1": "",
}
"""Recordings that are all answered differently, and a word that the transcript of each must hold."""


async def one(uri: str, sound: Samples, turns: int) -> list[tuple[str, str, int]]:
    """What a satellite was told that it had said, what it was answered, and how much sound it was sent."""
    found = []
    async with device(uri) as place:
        for _ in range(turns):
            await place.send(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
            await place.sound(sound, stop=False)
            await place.sound(silence(2.5), stop=False)
            events = await place.until("audio-stop")
            heard = next(Transcript.from_event(each).text for each in events if Transcript.is_type(each.type))
            said = next(each.data["text"] for each in events if each.type == "synthesize")
            played = sum(AudioChunk.from_event(e).samples for e in events if AudioChunk.is_type(e.type))
            found.append((heard, said, played))
    return found


def ask_all(uri: str, names: Sequence[str], turns: int = 1) -> list[list[tuple[str, str, int]]]:
    async def all_at_once() -> list[list[tuple[str, str, int]]]:
        return await asyncio.gather(*(one(uri, recording(name), turns) for name in names))

    return asyncio.run(asyncio.wait_for(all_at_once(), 240))


def test_fifty_satellites_at_once_and_none_hears_anothers_answer(wyoming: str, practice_desk: Desk) -> None:
    ask_all(wyoming, list(ASKED))
    assert practice_desk.hearing is not None
    assert practice_desk.portfolio is not None
    # Names that the banks told are worked in beside turns; from here on the same sound is heard alike.
    practice_desk.hearing.learn(practice_desk.portfolio.vocabulary(wait=True)).result()
    alone = dict(zip(ASKED, (ask_all(uri := wyoming, [name])[0][0] for name in ASKED), strict=True))
    answers = [said for _, said, _ in alone.values()]
    assert len(set(answers)) == len(ASKED), "every question has an answer of its own"
    assert all(word in alone[name][0] for name, word in ASKED.items())
    names = [list(ASKED)[number % len(ASKED)] for number in range(SATELLITES)]
    random.Random(6).shuffle(names)
    for name, (turn,) in zip(names, ask_all(uri, names), strict=True):
        assert turn == alone[name], name


class _Noted(Turnstile):
    """Knows who came in a hurry."""

    def __init__(self) -> None:
        super().__init__(1)
        self.hurries: list[bool] = []

    @contextmanager
    def passed(self, *, hurry: bool) -> Iterator[None]:
        self.hurries.append(hurry)
        with super().passed(hurry=hurry):
            yield


@pytest.mark.parametrize(("before", "hearings"), [("", 1), ("show me all my transactions this month", 3)])
def test_what_is_still_being_said_may_be_late_and_what_was_said_may_not(
    practice_desk: Desk, monkeypatch: pytest.MonkeyPatch, before: str, hearings: int
) -> None:
    """Also of the strict hearings that go beside the first one, where a yes may be the answer."""
    room, feed, sound = Rooms(practice_desk).room(Caller("kitchen")), Feed(), recording("check-balance-1")
    if before:
        room.read(before, lambda _: None, None)
        assert room.conversation.asked in LONE
    noted = _Noted()
    monkeypatch.setattr("assistant.asr.listening.DECODING", noted)
    halves = [list(in_chunks([half])) for half in np.array_split(sound, 2)]
    with ThreadPoolExecutor(1) as thread:
        heard = thread.submit(room.listen, feed, lambda _: None, time.monotonic(), "kitchen")
        for chunk in halves[0]:
            feed.put(chunk)
        while len(noted.hurries) < hearings * len(halves[0]):
            time.sleep(0.01)
        early = list(noted.hurries)
        for chunk in halves[1]:
            feed.put(chunk)
        feed.end()
        assert "everyday account" in heard.result().heard.text
    assert not any(early)
    assert noted.hurries[-1]


def test_a_client_of_vosk_server_stands_in_line_too(practice_desk: Desk) -> None:
    dialect, sound = VoskDialect(practice_desk), recording("check-balance-1").tobytes()
    assert in_line(lambda: dialect.hear(sound)).startswith("{")


def test_what_happens_at_a_bank_is_told_to_the_conversation_that_asked(practice_desk: Desk) -> None:
    """Everything reads other accounts: as many turns as threads, and each sees its own calls alone."""
    rooms = Rooms(practice_desk)
    assert practice_desk.portfolio is not None
    called: list[list[Event]] = [[] for _ in range(8)]

    def take(number: int) -> Turn:
        room = rooms.room(Caller(f"place-{number}"))
        text = "how much money is in my everyday account" if number % 2 else "thank you"
        return room.read(text, called[number].append, None)

    async def all_at_once() -> list[Turn]:
        return await asyncio.gather(*(asyncio.to_thread(take, number) for number in range(8)))

    for _ in range(4):
        practice_desk.portfolio.forget()
        for number, turn in enumerate(asyncio.run(all_at_once())):
            assert turn.failure is None
            if number % 2 == 0:
                assert not turn.bank_calls
    quiet = [event for number in range(0, 8, 2) for event in called[number]]
    loud = [event for number in range(1, 8, 2) for event in called[number]]
    assert not any(isinstance(event, BankCalled) for event in quiet)
    assert any(isinstance(event, BankCalled) for event in loud)
