"""One WebSocket connection; the first message says which dialect it speaks."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from websockets.connection import State
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.server import WebSocketServerProtocol
from websockets.typing import Subprotocol

from assistant.errors import AssistantError, FrameError, RoomError
from assistant.rooms.feed import FULL
from assistant.rooms.guarded import guarded
from assistant.rooms.json_message import json_object
from assistant.rooms.outbox import Outbox
from assistant.rooms.room import Caller, Rooms
from assistant.rooms.talk_dialect import TalkDialect, failure
from assistant.rooms.vosk_dialect import VoskDialect

_log = logging.getLogger(__name__)

LARGEST = 1024 * 1024
"""Bytes of one message: ten seconds of 48 kHz, and far more than any client sends at a time."""


_PATIENCE = 10.0
"""Seconds until a connection must be a WebSocket."""
SUBPROTOCOL, _TOKEN = Subprotocol("assistant"), "token."
"""What a client may offer that cannot set a header, a page for instance: `assistant, token.TOKEN`."""


def token_in(headers: Headers) -> str:
    """Of `Authorization: Bearer TOKEN`, or among the subprotocols; empty where there is none."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    offered = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
    return next((each.strip()[len(_TOKEN) :] for each in offered if each.strip().startswith(_TOKEN)), "")


class Impatient(WebSocketServerProtocol):
    """Whoever connects and then says nothing is not waited for; this release of the library would."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.loop.call_later(_PATIENCE, self._close_unless_open)

    def _close_unless_open(self) -> None:
        if self.state is State.CONNECTING:
            self.transport.close()


class WebSocketConnection:
    """Serves one connection from `run` until it ends."""

    def __init__(self, rooms: Rooms, caller: Caller, socket: WebSocketServerProtocol) -> None:
        self._rooms, self._caller, self._socket = rooms, caller, socket
        self._loop = asyncio.get_running_loop()
        self._key = "" if caller.has_name else secrets.token_hex(8)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="room")

    async def run(self) -> None:
        try:
            first = await self._socket.recv()
            wishes = json_object(first).get("talk") if isinstance(first, str) else None
            if wishes is None:
                await self._serve_vosk(first)
            elif isinstance(wishes, dict):
                await self._serve_talk(wishes)
            else:
                raise FrameError("talk is no object")
        except ConnectionClosed:
            _log.debug("a connection was closed")
        except AssistantError as error:
            await self._end(error)
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            # The type alone: a message may quote what was said.
            _log.error("a device failed with %s", type(error).__name__)
            await self._end(AssistantError(type(error).__name__))
        finally:
            await self._loop.run_in_executor(None, self._worker.shutdown)
            if self._key:
                await self._loop.run_in_executor(None, self._rooms.leave, self._caller, self._key)

    async def _end(self, error: AssistantError) -> None:
        try:
            await self._socket.send(json.dumps(failure(error)))
            await self._socket.close(1003 if isinstance(error, RoomError) else 1011, error.code)
        except ConnectionClosed:
            _log.debug("a connection was closed")

    async def _serve_vosk(self, first: str | bytes) -> None:
        dialect = VoskDialect(self._rooms.desk)
        received: str | bytes = first
        while True:
            if isinstance(received, bytes):
                answer = await self._loop.run_in_executor(self._worker, dialect.hear, received)
                await self._socket.send(answer)
            else:
                told = json_object(received)
                if "config" in told:
                    config = told["config"]
                    if not isinstance(config, dict):
                        raise FrameError("config is no object")
                    dialect.configure(config)
                elif "eof" in told:
                    await self._socket.send(await self._loop.run_in_executor(self._worker, dialect.finish))
                    return
                else:
                    raise FrameError("the message is neither config nor eof")
            received = await self._socket.recv()

    async def _serve_talk(self, wishes: Mapping[str, Any]) -> None:
        room = self._rooms.room(self._caller, self._key)
        outbox = Outbox(self._sent)

        def fail(error: AssistantError) -> None:
            outbox.put(failure(error))

        dialect = TalkDialect(self._rooms, room, wishes, outbox.put)
        typing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typed")
        outbox.open()
        talking = self._loop.run_in_executor(self._worker, guarded, dialect.run, fail)
        try:
            async for received in self._socket:
                if isinstance(received, bytes):
                    dialect.hear(received)
                    while dialect.feed.waiting > FULL and self._socket.open:
                        await asyncio.sleep(0.02)
                    continue
                told = json_object(received)
                work = dialect.take(told)
                if work is not None:
                    typing.submit(guarded, work, fail)
                if told.get("eof"):
                    await talking
                    return
        finally:
            dialect.feed.withdraw()
            await talking
            await self._loop.run_in_executor(None, typing.shutdown)
            await outbox.close()

    async def _sent(self, told: Mapping[str, object] | bytes) -> bool:
        try:
            await self._socket.send(told if isinstance(told, bytes) else json.dumps(told))
        except ConnectionClosed:
            return False
        return True
