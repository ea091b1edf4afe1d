"""Rooms that are listened to all the time, with a command now and then, as satellites stream them.

The same sound goes to a bare `vosk-server`, which decodes all of it; there the wait is that for the answer to
the piece of sound with which our turn is over. With us it runs from that moment to the first sound of the
answer. So the end-of-turn rule's own waiting, which is the same at every level, is left out of both.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence

import numpy as np
from websockets.client import connect
from wyoming.audio import AudioChunk
from wyoming.client import AsyncClient
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played

from assistant.settings import SAMPLE_RATE

PERIOD = 10.0
"""Seconds from one command to the next."""
OVER = 0.7
"""Seconds after the recording's end at which the wait begins: the rules need 0.4 to 0.8 s of quiet."""
_CHUNK = 1024
_HISS = 20.0
"""int16 steps of noise, root mean square: a quiet room, and no digital silence that could be skipped."""


class Stream:
    """The sound of one room, and the moments (seconds of it) from which an answer is waited for."""

    def __init__(self, sounds: Sequence[bytes], seconds: float, luck: random.Random) -> None:
        parts: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = [
            np.zeros(round(luck.uniform(0, PERIOD) * SAMPLE_RATE))
        ]
        self.ends: list[float] = []
        at = len(parts[0])
        while at < seconds * SAMPLE_RATE:
            said = np.frombuffer(luck.choice(sounds), "<i2").astype(np.float64)
            self.ends.append((at + len(said)) / SAMPLE_RATE + OVER)
            room = np.zeros(max(0, round(PERIOD * SAMPLE_RATE) - len(said)))
            parts += [said, room]
            at += len(said) + len(room)
        sound = np.concatenate(parts)
        sound += np.random.default_rng(luck.randrange(1 << 30)).normal(0, _HISS, len(sound))
        self.pcm = np.clip(sound, -32768, 32767).astype("<i2")

    def pieces(self) -> list[tuple[float, bytes]]:
        """(second at which it is there, sound)"""
        starts = range(0, len(self.pcm), _CHUNK)
        return [((each + _CHUNK) / SAMPLE_RATE, self.pcm[each : each + _CHUNK].tobytes()) for each in starts]


async def open_satellite(uri: str, sounds: Sequence[bytes], until: float, waits: list[float]) -> None:
    stream = Stream(sounds, until - time.monotonic(), random.Random())
    answered: list[float] = []
    async with AsyncClient.from_uri(uri) as place:
        began = time.monotonic()

        async def take() -> None:
            first = True
            while (event := await place.read_event()) is not None:
                if AudioChunk.is_type(event.type) and first:
                    answered.append(time.monotonic() - began)
                    first = False
                elif event.type == "audio-stop":
                    first = True
                    # It goes on at once: how long an answer takes to be heard is no matter of capacity.
                    await place.write_event(Played().event())

        taking = asyncio.create_task(take())
        pipeline = RunPipeline(PipelineStage.ASR, PipelineStage.TTS, restart_on_end=True)
        await place.write_event(pipeline.event())
        for moment, piece in stream.pieces():
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await place.write_event(AudioChunk(SAMPLE_RATE, 2, 1, piece).event())
        await asyncio.sleep(1.0)
        taking.cancel()
    for end in stream.ends:
        within = [each for each in answered if end - OVER < each < end - OVER + PERIOD / 2]
        waits.append(max(0.0, within[0] - end) if within else float("inf"))


async def open_stream(uri: str, sounds: Sequence[bytes], until: float, waits: list[float]) -> None:
    stream = Stream(sounds, until - time.monotonic(), random.Random())
    ends = iter([*stream.ends, float("inf")])
    end = next(ends)
    async with connect(uri) as socket:
        began = time.monotonic()
        for moment, piece in stream.pieces():
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await socket.send(piece)
            await socket.recv()
            if moment >= end:
                waits.append(time.monotonic() - began - moment)
                end = next(ends)
