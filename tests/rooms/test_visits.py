"""Satellites that wait to be called, and being found: the package's own server and browser."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from assistant.errors import AddressError
from assistant.rooms.access import Access
from assistant.rooms.discovery import SERVICES, announced
from assistant.rooms.door import Kind, open_door
from assistant.rooms.room import Rooms
from assistant.rooms.server import RoomServer
from assistant.rooms.visits import Visit
from assistant.startup import Desk
from tests.asr.speech import silence
from tests.rooms.conftest import serving
from tests.rooms.devices import recording

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

LOOPBACK = ["127.0.0.1"]


class Satellite(AsyncEventHandler):
    """Does what wyoming-satellite does once it is told to run: it asks for a pipeline and sends its sound."""

    def __init__(self, events: list[Event], over: threading.Event, *streams: object) -> None:
        super().__init__(*streams)  # type: ignore[arg-type]
        self._events, self._over = events, over

    async def handle_event(self, event: Event) -> bool:
        self._events.append(event)
        if Ping.is_type(event.type):
            await self.write_event(Pong().event())
        elif RunSatellite.is_type(event.type):
            await self.write_event(RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event())
            for sound in (recording("check-balance-1"), silence(2.5)):
                for start in range(0, len(sound), 1024):
                    piece = sound[start : start + 1024].tobytes()
                    await self.write_event(AudioChunk(16_000, 2, 1, piece).event())
        elif AudioStop.is_type(event.type):
            self._over.set()
        return True


def test_a_satellite_is_called_served_and_called_again_when_it_was_gone(practice_desk: Desk) -> None:
    events: list[Event] = []
    over = threading.Event()
    place = open_door(Kind.WYOMING, "tcp://127.0.0.1:0")
    port = place.address[1]
    place.socket.close()

    async def be_there() -> None:
        over.clear()
        server = AsyncTcpServer("127.0.0.1", port)
        await server.start(partial(Satellite, events, over))
        try:
            while not over.is_set():
                await asyncio.sleep(0.05)
        finally:
            await server.stop()

    server = RoomServer(
        practice_desk, [], Access(practice_desk.settings), satellites=[f"tcp://127.0.0.1:{port}"]
    )
    with serving(server):
        for _ in range(2):
            events.clear()
            asyncio.run(asyncio.wait_for(be_there(), 60))
            heard = next(Transcript.from_event(each).text for each in events if Transcript.is_type(each.type))
            assert "everyday account" in heard
            assert any(AudioChunk.is_type(each.type) for each in events)
            assert any(Ping.is_type(each.type) for each in events)


@pytest.mark.parametrize(
    "uri", ["tcp://192.0.2.7:10700", "http://127.0.0.1:1", "tcp://127.0.0.1", "tls://x:y"]
)
def test_nobody_is_called_over_the_network_without_tls(practice_desk: Desk, uri: str) -> None:
    with pytest.raises(AddressError):
        Visit(Rooms(practice_desk), Access(practice_desk.settings), uri)


def test_doors_to_the_network_are_found_and_those_of_this_computer_are_not() -> None:
    async def look() -> dict[str, AsyncServiceInfo]:
        there = open_door(Kind.WYOMING, "tls://0.0.0.0:0")
        here = open_door(Kind.WYOMING, "tcp://127.0.0.1:0")
        found: dict[str, AsyncServiceInfo] = {}
        names: asyncio.Queue[str] = asyncio.Queue()

        def noticed(
            zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
        ) -> None:
            if state_change is ServiceStateChange.Added:
                names.put_nowait(name)

        with there.socket, here.socket:
            async with announced([here, there], LOOPBACK):
                browsing = AsyncZeroconf(interfaces=LOOPBACK)
                browser = AsyncServiceBrowser(browsing.zeroconf, SERVICES[Kind.WYOMING], handlers=[noticed])
                while str(there.address[1]) not in found:
                    name = await asyncio.wait_for(names.get(), 30)
                    info = AsyncServiceInfo(SERVICES[Kind.WYOMING], name)
                    if await info.async_request(browsing.zeroconf, 5000):
                        found[str(info.port)] = info
                await browser.async_cancel()
                await browsing.async_close()
            assert str(here.address[1]) not in found
            return {"it": found[str(there.address[1])]}

    told = asyncio.run(look())["it"]
    assert told.properties == {b"scheme": b"tls"}
    assert told.parsed_addresses() and "127.0.0.1" not in told.parsed_addresses()
