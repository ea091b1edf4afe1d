"""Devices as tests have them: the clients of the `wyoming` package, with sound from recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled

from tests.asr.speech import RECORDINGS, Samples, speech

PATIENCE = 60.0
"""Seconds until a test gives up; never measured."""

T = TypeVar("T")


def recording(name: str) -> Samples:
    return speech(RECORDINGS / f"{name}.flac")


def run(work: Callable[[], Awaitable[T]]) -> T:
    async def within() -> T:
        return await asyncio.wait_for(work(), PATIENCE)

    return asyncio.run(within())


class Device:
    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def send(self, *events: Event) -> None:
        for event in events:
            await self.client.write_event(event)

    async def until(self, *types: str) -> list[Event]:
        """Everything up to the first event of one of these types, or of an error; that one included."""
        events: list[Event] = []
        while not events or events[-1].type not in (*types, "error"):
            event = await self.client.read_event()
            assert event is not None, f"closed after {[each.type for each in events]}"
            events.append(event)
        return events

    async def is_closed(self) -> bool:
        while (event := await self.client.read_event()) is not None:
            assert Error.is_type(event.type), event
        return True

    async def sound(
        self, samples: Samples, *, stop: bool = True, rate: int = 16_000, size: int = 1024
    ) -> None:
        """As Home Assistant sends it."""
        if stop:
            await self.send(AudioStart(rate, 2, 1).event())
        for start in range(0, len(samples), size):
            piece = samples[start : start + size].astype("<i2").tobytes()
            await self.send(AudioChunk(rate, 2, 1, piece).event())
        if stop:
            await self.send(AudioStop().event())

    async def ask(self, text: str, context: dict[str, object] | None = None) -> str:
        """Text in, what is answered out."""
        await self.send(Transcript(text, context=context).event())
        answer = (await self.until("handled", "not-handled"))[-1]
        if Handled.is_type(answer.type):
            return Handled.from_event(answer).text or ""
        assert NotHandled.is_type(answer.type), answer
        return NotHandled.from_event(answer).text or ""


@asynccontextmanager
async def device(uri: str) -> AsyncIterator[Device]:
    client = AsyncClient.from_uri(uri, read_timeout=PATIENCE)
    async with client:
        yield Device(client)


def voice(events: list[Event]) -> Samples:
    """What a device was sent to play."""
    pieces = [AudioChunk.from_event(each).audio for each in events if AudioChunk.is_type(each.type)]
    return np.frombuffer(b"".join(pieces), "<i2")
