"""The WebSocket door: what clients of `vosk-server` send, and devices of one's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import soxr
from websockets.client import WebSocketClientProtocol, connect
from websockets.exceptions import ConnectionClosed, InvalidStatusCode

from assistant.rooms.access import Access
from assistant.rooms.door import Kind, open_door
from assistant.rooms.server import RoomServer
from assistant.startup import Desk
from tests.asr.speech import Samples, Say, silence
from tests.rooms.conftest import serving
from tests.rooms.devices import recording, run

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them


@pytest.fixture(scope="module")
def websocket(practice_desk: Desk) -> Iterator[str]:
    door = open_door(Kind.WEBSOCKET, "ws://127.0.0.1:0")
    with serving(RoomServer(practice_desk, [door], Access(practice_desk.settings))):
        yield door.uri


@asynccontextmanager
async def talking(uri: str, **wishes: object) -> AsyncIterator[WebSocketClientProtocol]:
    async with connect(uri) as socket:
        await socket.send(json.dumps({"talk": wishes}))
        yield socket


async def until(socket: WebSocketClientProtocol, *names: str) -> tuple[list[dict[str, Any]], Samples]:
    """What happened up to one of these events, or an error, and the sound that came with it."""
    told: list[dict[str, Any]] = []
    sound: list[bytes] = []
    while not told or told[-1]["event"] not in (*names, "error"):
        received = await socket.recv()
        if isinstance(received, bytes):
            sound.append(received)
        else:
            told.append(json.loads(received))
    return told, np.frombuffer(b"".join(sound), "<i2")


async def send(socket: WebSocketClientProtocol, samples: Samples) -> None:
    for start in range(0, len(samples), 1600):
        await socket.send(samples[start : start + 1600].astype("<i2").tobytes())


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_a_client_of_vosk_server_is_served_as_by_vosk_server(websocket: str, rate: int) -> None:
    """The exchange of alphacep/vosk-server websocket/test.py, step by step."""

    async def ask() -> str:
        sound = recording("check-balance-1")
        if rate != 16_000:
            sound = soxr.resample(sound.astype(np.float32), 16_000, rate).astype(np.int16)
        texts: list[str] = []
        async with connect(websocket) as socket:
            await socket.send(f'{{ "config" : {{ "sample_rate" : {rate} }} }}')
            step = int(rate * 0.2)
            for start in range(0, len(sound), step):
                await socket.send(sound[start : start + step].astype("<i2").tobytes())
                answer = json.loads(await socket.recv())
                assert set(answer) in ({"partial"}, {"text"}, {"result", "text"})
                texts.append(answer.get("text", ""))
            await socket.send('{"eof" : 1}')
            last = json.loads(await socket.recv())
            assert {"conf", "end", "start", "word"} <= set(last["result"][0])
            texts.append(last["text"])
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        return " ".join(text for text in texts if text)

    assert "in my everyday account" in run(ask)


def test_phrases_and_alternatives_as_vosk_server_takes_them(websocket: str, say: Say) -> None:
    async def ask() -> None:
        async with connect(websocket) as socket:
            config = {"sample_rate": 16000, "phrase_list": ["yes", "no", "[unk]"], "max_alternatives": 2}
            await socket.send(json.dumps({"config": config}))
            await socket.send(say("no").tobytes())
            await socket.recv()
            await socket.send('{"eof" : 1}')
            best = json.loads(await socket.recv())["alternatives"][0]
            assert best["text"].split()[-1] == "no"

    run(ask)


def test_a_device_of_ones_own_talks_and_is_answered_aloud(websocket: str) -> None:
    async def ask() -> None:
        async with talking(websocket) as socket:
            await send(socket, recording("check-balance-1"))
            await send(socket, silence(2.0))
            told, sound = await until(socket, "ended")
            names = list(dict.fromkeys(each["event"] for each in told))
            order = ["listening", "voice", "partial", "transcript", "understood", "reply", "audio", "ended"]
            assert names == order
            assert next(each for each in told if each["event"] == "understood")["intent"] == "check_balance"
            assert len(sound) == sum(each["samples"] for each in told if each["event"] == "audio") > 22_050
            await socket.send('{"played": 1}')
            await socket.send(json.dumps({"text": "what about savings"}))
            told, _ = await until(socket, "ended")
            assert "avings" in next(each["speech"] for each in told if each["event"] == "reply")
            await socket.send('{"eof": 1}')

    run(ask)


def test_stop_silences_and_go_on_reads_the_rest(websocket: str, say: Say) -> None:
    async def ask() -> None:
        async with talking(websocket) as socket:
            await send(socket, say("show me my last transactions"))
            await send(socket, silence(2.0))
            told, sound = await until(socket, "ended")
            assert len(sound) > 5 * 22_050
            await socket.send('{"stop": 1}')
            await until(socket, "silenced")
            await send(socket, say("go on"))
            await send(socket, silence(2.0))
            told, _ = await until(socket, "ended")
            reply = next(each for each in told if each["event"] == "reply")
            assert reply["response"] == "utter_rest", reply

    run(ask)


def test_a_page_in_a_browser_is_not_somebody_on_this_computer(websocket: str) -> None:
    async def ask() -> None:
        with pytest.raises(InvalidStatusCode) as refused:
            async with connect(websocket, origin="https://example.org"):  # type: ignore[arg-type]
                pass
        assert refused.value.status_code == 401

    run(ask)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["no json"], "rooms.frame"),
        (['{"config": 7}'], "rooms.frame"),
        (['{"config": {"sample_rate": 12}}', b"\0\0"], "rooms.sound"),
        (['{"config": {"sample_rate": "many"}}', b"\0\0"], "rooms.sound"),
        ([b"\0\0\0"], "rooms.sound"),
        (['{"config": {"phrase_list": ["zzyzzyx"]}}', b"\0\0"], "rooms.frame"),
        (['{"talk": []}'], "rooms.frame"),
        (['{"talk": {"wake": 3}}'], "rooms.frame"),
        (['{"talk": {}}', '{"what": 1}'], "rooms.frame"),
        (['{"talk": {"sample_rate": 1}}', b"\0\0"], "rooms.sound"),
    ],
)
def test_what_cannot_be_worked_with_is_told_with_a_code(
    websocket: str, messages: list[str | bytes], code: str
) -> None:
    async def ask() -> None:
        async with connect(websocket) as socket:
            for each in messages:
                await socket.send(each)
            told, _ = await until(socket, "error")
            assert told[-1]["code"] == code and told[-1]["remedy"]
            with pytest.raises(ConnectionClosed):
                await socket.recv()
        async with connect(websocket) as socket:
            await socket.send('{"eof" : 1}')
            assert json.loads(await socket.recv())["text"] == ""

    run(ask)


def test_a_message_that_is_too_large_ends_the_connection_and_nothing_else(websocket: str) -> None:
    async def ask() -> None:
        async with connect(websocket) as socket:
            await socket.send(bytes(2 * 1024 * 1024))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.code == 1009
        async with connect(websocket) as socket:
            await socket.send('{"eof" : 1}')
            await socket.recv()

    run(ask)
