"""All doors of one process: they are served from one loaded desk until somebody stops it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing, contextmanager
from functools import partial
from http import HTTPStatus

import websockets.datastructures
import websockets.server
from websockets.server import WebSocketServerProtocol
from wyoming.error import Error
from wyoming.event import async_write_event

from assistant.ending import ending_signals
from assistant.errors import AssistantError, BusyError, NoAccessError
from assistant.rooms.access import Access
from assistant.rooms.discovery import announced
from assistant.rooms.door import Door, Kind
from assistant.rooms.room import Caller, Rooms
from assistant.rooms.visits import Visit
from assistant.rooms.websocket_door import LARGEST, SUBPROTOCOL, Impatient, WebSocketConnection, token_in
from assistant.rooms.wyoming_door import WyomingConnection
from assistant.rooms.wyoming_wire import LONGEST_LINE
from assistant.startup import Desk

_CONNECTIONS = 256
"""Each has a thread of its own once it asks for something."""
_HANDSHAKE = 10.0
"""Seconds until a connection must be one."""
LOCAL = Caller("local", has_name=False)
"""Whoever connects on this computer."""


class RoomServer:
    """`serve_until_stopped` blocks; `stop` may be called from any thread and from a signal handler."""

    def __init__(
        self,
        desk: Desk,
        doors: Sequence[Door],
        access: Access,
        *,
        satellites: Sequence[str] = (),
        announce: bool = False,
    ) -> None:
        """The doors are open sockets, of this process or inherited; they are closed at the end.

        `satellites`: addresses of those that wait to be called. `announce`: tell the network of doors that it
        can reach. Raises AddressError.
        """
        self._rooms = Rooms(desk)
        self._doors = doors
        self._access = access
        self._visits = [Visit(self._rooms, access, uri) for uri in satellites]
        self._announce = announce
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.ready = threading.Event()
        """Set once connections are taken."""

    def serve_until_stopped(self) -> None:
        asyncio.run(self._serve())

    def stop(self) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        if threading.current_thread() is threading.main_thread():
            for each in ending_signals():
                self._loop.add_signal_handler(each, self._stopping.set)
        async with AsyncExitStack() as stack:
            for door in self._doors:
                await self._open(door, stack)
            if self._announce:
                await stack.enter_async_context(announced(self._doors))
            for visit in self._visits:
                self._connections.add(asyncio.create_task(visit.run()))
            self.ready.set()
            await self._stopping.wait()
            while left := tuple(self._connections):
                for connection in left:
                    # Again and again: `asyncio.wait_for` may swallow it (before Python 3.12).
                    connection.cancel()
                done, _ = await asyncio.wait(left, timeout=1.0)
                self._connections -= done

    async def _open(self, door: Door, stack: AsyncExitStack) -> None:
        tls = None if door.is_local else self._access.tls()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve_wyoming(door, reader, writer)

        async def serve_socket(socket: WebSocketServerProtocol) -> None:
            await self._serve_websocket(door, socket)

        if door.kind is Kind.WYOMING:
            server = await asyncio.start_server(
                serve,
                sock=door.socket,
                limit=LONGEST_LINE,
                ssl=tls,
                ssl_handshake_timeout=_HANDSHAKE if tls else None,
            )
            stack.enter_context(closing(server))
        else:
            await stack.enter_async_context(
                websockets.server.serve(
                    serve_socket,
                    sock=door.socket,
                    ssl=tls,
                    create_protocol=Impatient,  # type: ignore[arg-type] # a class makes one too
                    max_size=LARGEST,
                    process_request=partial(self._admit, door),
                    subprotocols=[SUBPROTOCOL],
                )
            )

    async def _admit(
        self, door: Door, _path: str, headers: websockets.datastructures.Headers
    ) -> tuple[HTTPStatus, list[tuple[str, str]], bytes] | None:
        """What to refuse a WebSocket with before it is one; None lets it in."""
        try:
            self._caller_of(door, headers)
        except AssistantError as error:
            told = f"{error.code}: {error.say} {error.remedy}\n".encode()
            return HTTPStatus.UNAUTHORIZED, [("WWW-Authenticate", "Bearer")], told
        if len(self._connections) >= _CONNECTIONS:
            return HTTPStatus.SERVICE_UNAVAILABLE, [], f"{BusyError.code}: {BusyError.say}\n".encode()
        return None

    def _caller_of(self, door: Door, headers: websockets.datastructures.Headers) -> Caller:
        """Raises NoAccessError."""
        token = token_in(headers)
        if token:
            return self._access.caller(token)
        # A page of the web that somebody has open in a browser here is not somebody here.
        if door.is_local and "Origin" not in headers:
            return LOCAL
        raise NoAccessError("no token")

    async def _serve_websocket(self, door: Door, socket: WebSocketServerProtocol) -> None:
        with self._counted():
            caller = self._caller_of(door, socket.request_headers)
            await WebSocketConnection(self._rooms, caller, socket).run()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio makes one for each connection
        self._connections.add(task)
        try:
            yield
        finally:
            self._connections.discard(task)

    def _shown_certificate(self, writer: asyncio.StreamWriter) -> Caller | None:
        """Who it is by its certificate; None where none was shown, or none that still counts."""
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        try:
            return self._access.caller_of_certificate(shown) if shown else None
        except AssistantError:
            return None

    async def _serve_wyoming(
        self, door: Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if len(self._connections) >= _CONNECTIONS:
            await async_write_event(Error(BusyError.say, BusyError.code).event(), writer)
            writer.close()
            return
        with self._counted():
            try:
                caller = LOCAL if door.is_local else self._shown_certificate(writer)
                await WyomingConnection(self._rooms, self._access, reader, writer, caller).run()
            except asyncio.CancelledError:
                writer.close()
