"""The Wyoming door, as Home Assistant and satellites use it: real sound and answers, the package's client."""

from __future__ import annotations

import re

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk
from wyoming.info import Describe, Info
from wyoming.intent import Recognize
from wyoming.ping import Ping
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection

from tests.asr.speech import Say, silence
from tests.rooms.devices import Device, device, recording, run, voice

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

BALANCE = re.compile(r"You have €[\d,]+\.\d\d available in your Everyday account\.")
MARIE = "send forty five euros to marie from the joint account"


async def heard(place: Device, name: str) -> Transcript:
    await place.send(Transcribe().event())
    await place.sound(recording(name))
    return Transcript.from_event((await place.until("transcript"))[-1])


def test_it_says_what_it_can(wyoming: str) -> None:
    async def ask() -> Info:
        async with device(wyoming) as place:
            await place.send(Ping("there?").event())
            assert (await place.until("pong"))[-1].data == {"text": "there?"}
            await place.send(Describe().event())
            return Info.from_event((await place.until("info"))[-1])

    told = run(ask)
    assert told.asr[0].models[0].languages == ["en"] and told.asr[0].supports_transcript_streaming
    assert told.tts[0].voices[0].languages == ["en"]
    assert told.handle[0].models[0].languages == ["en"]
    assert told.wake[0].models[0].phrase == "hello assistant"


def test_speech_to_text_with_words_on_the_way(wyoming: str) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Transcribe(language="en").event())
            await place.sound(recording("spending-6"))
            events = await place.until("transcript")
            text = Transcript.from_event(events[-1]).text
            assert text == "what did i spend in total last week"
            chunks = [each.data["text"] for each in events if each.type == "transcript-chunk"]
            assert len(chunks) > 1 and "".join(chunks) == text
            assert [each.type for each in events if each.type != "transcript-chunk"] == [
                "transcript-start",
                "transcript-stop",
                "transcript",
            ]
            await place.sound(silence(1.0))
            assert Transcript.from_event((await place.until("transcript"))[-1]).text == ""

    run(ask)


def test_home_assistant_hears_asks_and_speaks_over_three_connections(wyoming: str) -> None:
    async def ask() -> None:
        where = {"conversation_id": "01J", "device_id": "abc", "satellite_id": "assist_satellite.kitchen"}
        async with device(wyoming) as place:
            text = (await heard(place, "check-balance-1")).text
        async with device(wyoming) as place:
            answer = await place.ask(text, dict(where))
        assert BALANCE.search(answer)
        async with device(wyoming) as place:
            # Another conversation of the same satellite, for Home Assistant begins one with every wake.
            more = await place.ask("what about savings", {**where, "conversation_id": "01K"})
        assert "savings" in more.lower() and "€" in more
        async with device(wyoming) as place:
            await place.send(Synthesize(answer).event())
            events = await place.until("audio-stop")
        first = AudioChunk.from_event(next(each for each in events if AudioChunk.is_type(each.type)))
        assert (first.rate, first.width, first.channels) == (22_050, 2, 1)
        assert len(voice(events)) > first.rate

    run(ask)


def test_what_somebody_else_heard_is_answered_and_moves_nothing(wyoming: str) -> None:
    async def ask() -> None:
        where: dict[str, object] = {"satellite_id": "assist_satellite.attic"}
        async with device(wyoming) as place:
            assert "€" in await place.ask("how much money is in my everyday account", where)
            for wish in (MARIE, "freeze my card", "add a payee", "pay my gas bill", "yes"):
                answer = await place.ask(wish, where)
                assert "I pay" not in answer and "Is that right" not in answer, (wish, answer)
            assert "did not hear you myself" in await place.ask(MARIE, where)

    run(ask)


def test_a_transcript_that_is_handed_back_counts_once_and_only_in_its_own_words(
    wyoming: str, say: Say
) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Transcribe().event())
            await place.sound(say(MARIE))
            transcript = Transcript.from_event((await place.until("transcript"))[-1])
        where = {"satellite_id": "assist_satellite.hall"}
        context = {**where, **(transcript.context or {})}
        async with device(wyoming) as place:
            assert "did not hear" in await place.ask(MARIE.replace("five", "eight"), dict(context))
            # The key was used up, whatever came of it.
            assert "did not hear" in await place.ask(transcript.text, dict(context))
            await place.send(Transcribe().event())
            await place.sound(say(MARIE))
            transcript = Transcript.from_event((await place.until("transcript"))[-1])
            answer = await place.ask(transcript.text, {**where, **(transcript.context or {})})
            assert "€45" in answer and "Marie" in answer
            # Its yes must be heard too.
            assert "€45.00 to Marie" not in await place.ask("yes", dict(where))

    run(ask)


def test_recognize_is_a_request_too(wyoming: str) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Recognize("how much did we spend at tesco last month").event())
            assert "Tesco" in (await place.until("handled"))[-1].data["text"]

    run(ask)


def test_the_wake_phrase_is_found(wyoming: str, say: Say) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Detect().event())
            await place.sound(recording("spending-6"))
            assert (await place.until("detection", "not-detected"))[-1].type == "not-detected"
            await place.send(Detect().event())
            await place.sound(say("hello assistant"), stop=False)
            await place.sound(silence(1.5), stop=True)
            assert Detection.from_event((await place.until("detection"))[-1]).name == "assistant"

    run(ask)


@pytest.mark.parametrize("first", [PipelineStage.WAKE, PipelineStage.ASR])
def test_a_satellite_is_served_from_wake_phrase_to_voice(
    wyoming: str, say: Say, first: PipelineStage
) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(RunPipeline(first, PipelineStage.TTS).event())
            if first is PipelineStage.WAKE:
                await place.sound(say("hello assistant"), stop=False)
                await place.sound(silence(1.0), stop=False)
                detection = Detection.from_event((await place.until("detection"))[-1])
                assert detection.name == "assistant"
            await place.sound(recording("check-balance-1"), stop=False)
            await place.sound(silence(2.0), stop=False)
            events = await place.until("audio-stop")
            types = list(dict.fromkeys(each.type for each in events))
            order = ["transcribe", "voice-started", "voice-stopped", "transcript", "synthesize"]
            assert types == [*order, "audio-start", "audio-chunk", "audio-stop"]
            said = next(each.data["text"] for each in events if each.type == "synthesize")
            assert BALANCE.search(said)
            assert len(voice(events)) > 22_050

    run(ask)
