"""A payment from another room: only a yes that was heard here, after our question was played, counts."""

from __future__ import annotations

import asyncio
import re

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.event import Event
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played

from tests.asr.speech import Samples, Say, silence
from tests.rooms.devices import Device, device, run, voice

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

WISH = "send forty five euros to marie from the joint account"
READ_BACK = re.compile(r"^I pay €45\.00 .*to Marie Dubois,? .*from your Joint account, today")


async def spoken(place: Device, sound: Samples, *, played: bool = True) -> str:
    """One turn as a satellite takes it; what it is to say."""
    await place.send(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
    await place.sound(sound, stop=False)
    await place.sound(silence(3.0), stop=False)
    events = await place.until("audio-stop")
    assert len(voice(events)), [each.type for each in events]
    if played:
        await place.send(Played().event())
        # The sound of a test is there at once, and would reach back into the time before.
        await asyncio.sleep(0.5)
    return str(next(each.data["text"] for each in events if each.type == "synthesize"))


def test_a_satellite_pays_with_a_yes_of_its_own(wyoming: str, say: Say) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            assert READ_BACK.search(await spoken(place, say(WISH)))
            assert "passcode" in await spoken(place, say("yes"))

    run(ask)


def test_a_yes_into_our_own_voice_does_not_count(wyoming: str, say: Say) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            assert READ_BACK.search(await spoken(place, say(WISH), played=False))
            assert "passcode" not in await spoken(place, say("yes"))
            assert "passcode" in await spoken(place, say("yes"))

    run(ask)


def test_a_yes_that_came_as_text_does_not_count(wyoming: str, say: Say) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            assert READ_BACK.search(await spoken(place, say(WISH)))
            for words in ("yes", "yes please", "/affirm", "/affirm{}"):
                answer = await place.ask(words)
                assert answer and "passcode" not in answer, (words, answer)
            assert "did not hear you myself" in await place.ask("send ten euros to ana")

    run(ask)


def test_speech_and_answer_by_turns_count_when_the_question_was_played(wyoming: str, say: Say) -> None:
    """A client that uses our hearing, answers and voice one by one, over one connection."""

    async def hear(place: Device, sound: Samples) -> str:
        await place.send(Transcribe().event())
        await place.sound(sound)
        return Transcript.from_event((await place.until("transcript"))[-1]).text

    async def ask() -> None:
        async with device(wyoming) as place:
            question = await place.ask(await hear(place, say(WISH)))
            assert READ_BACK.search(question)
            # Nobody has heard it: it was never asked to be spoken.
            assert "passcode" not in await place.ask(await hear(place, say("yes")))
            again = await place.ask(await hear(place, say(WISH)))
            await place.send(Event("synthesize", {"text": again}))
            await place.until("audio-stop")
            await place.send(Played().event())
            await asyncio.sleep(0.5)
            assert "passcode" in await place.ask(await hear(place, say("yes")))

    run(ask)
