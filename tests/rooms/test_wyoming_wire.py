"""What somebody sends who means no good, or is broken: told with a code, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart
from wyoming.error import Error
from wyoming.event import Event, async_read_event
from wyoming.pipeline import PipelineStage, RunPipeline

from tests.asr.speech import silence
from tests.rooms.devices import device, recording, run

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them


async def still_answers(uri: str) -> None:
    async with device(uri) as place:
        assert "€" in await place.ask("how much money is in my everyday account")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n",
        b"[" * 50_000 + b"\n",
        b"x" * 100_000,
        b"7\n",
        b"{}\n",
        b'{"type": 7}\n',
        b'{"type": "describe", "data": 7}\n',
        b'{"type": "describe", "data_length": -1}\n',
        b'{"type": "describe", "data_length": 99999999999}\n',
        b'{"type": "describe", "data_length": "many"}\n',
        b'{"type": "audio-chunk", "payload_length": 4000000000}\n',
        b'{"type": "describe", "data_length": 3}\n[1]',
        b'{"type": "audio-chunk"}\n',
        b'{"type": "transcript", "data": {}}\n',
        b'{"type": "transcript", "data": {"text": "hello", "context": 7}}\n',
        b'{"type": "run-pipeline", "data": {"start_stage": "tts", "end_stage": "asr"}}\n',
        b'{"type": "synthesize"}\n',
    ],
    ids=range(18),
)
def test_what_is_no_event_is_told_and_ends_the_connection(wyoming: str, sent: bytes) -> None:
    async def ask() -> None:
        at = urlsplit(wyoming)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(sent)
        event = await async_read_event(reader)
        assert event is not None and Error.from_event(event).code == "rooms.frame"
        with suppress(ConnectionResetError):  # there was more than anybody wanted to read
            assert await reader.read() == b""
        writer.close()

    run(ask)
    run(lambda: still_answers(wyoming))


def test_half_an_event_is_no_event(wyoming: str) -> None:
    async def ask() -> None:
        at = urlsplit(wyoming)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(b'{"type": "audio-chunk", "data": {"rate": 16000}, "payload_length": 2000}\n\0\0')
        writer.write_eof()
        event = await async_read_event(reader)
        assert event is not None and Error.from_event(event).code == "rooms.frame"
        writer.close()

    run(ask)


@pytest.mark.parametrize(
    ("rate", "width", "channels", "size"),
    [
        (12, 2, 1, 64),
        (16_000, 1, 1, 64),
        (16_000, 2, 9, 72),
        (16_000, 2, 2, 66),
        ("x", 2, 1, 64),
        (16e9, 2, 1, 2),
    ],
)
def test_sound_that_cannot_be_worked_with_is_told_once_and_the_connection_goes_on(
    wyoming: str, rate: int, width: int, channels: int, size: int
) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Transcribe().event(), AudioStart(16_000, 2, 1).event())
            for _ in range(3):
                await place.send(AudioChunk(rate, width, channels, bytes(size)).event())
            assert Error.from_event((await place.until("error"))[-1]).code == "rooms.sound"
            await place.sound(recording("check-balance-1"))
            events = await place.until("transcript")
            assert events[-1].data["text"] and all(each.type != "error" for each in events)

    run(ask)


def test_unknown_events_are_left_alone(wyoming: str) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(Event("what-is-this", {"a": [1]}, b"123"), Event("detection", {"name": None}))
            assert "€" in await place.ask("how much money is in my everyday account")

    run(ask)


@pytest.mark.parametrize("stage", [PipelineStage.WAKE, PipelineStage.ASR])
def test_who_vanishes_in_the_middle_of_a_word_leaves_nothing_behind(
    wyoming: str, stage: PipelineStage
) -> None:
    async def ask() -> None:
        for _ in range(5):
            async with device(wyoming) as place:
                await place.send(RunPipeline(stage, PipelineStage.TTS).event())
                await place.sound(recording("check-balance-1")[:20_000], stop=False)
                await place.until("detect", "transcribe")
        await still_answers(wyoming)

    run(ask)


def test_silence_is_told_and_not_answered(wyoming: str) -> None:
    async def ask() -> None:
        async with device(wyoming) as place:
            await place.send(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
            await place.sound(silence(9.0), stop=False)
            assert Error.from_event((await place.until("audio-start"))[-1]).code == "audio.silence"

    run(ask)


def test_other_rates_and_two_channels_are_heard_as_well(wyoming: str) -> None:
    async def ask() -> None:
        import numpy as np
        import soxr

        there = soxr.resample(recording("check-balance-1").astype(np.float32), 16_000, 44_100).astype("<i2")
        both = np.repeat(there, 2)
        async with device(wyoming) as place:
            await place.send(Transcribe().event(), AudioStart(44_100, 2, 2).event())
            for start in range(0, len(both), 2048):
                await place.send(AudioChunk(44_100, 2, 2, both[start : start + 2048].tobytes()).event())
            await place.send(Event("audio-stop"))
            assert "everyday account" in json.dumps((await place.until("transcript"))[-1].data)

    run(ask)
