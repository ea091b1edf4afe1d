"""A `wyoming-satellite` waits to be called: it is connected to, then served as if it had come by itself."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from urllib.parse import urlsplit

from wyoming.ping import Ping
from wyoming.satellite import RunSatellite

from assistant.errors import AddressError, AssistantError
from assistant.rooms.access import Access
from assistant.rooms.room import Caller, Rooms
from assistant.rooms.wyoming_door import WyomingConnection
from assistant.rooms.wyoming_wire import LONGEST_LINE

_log = logging.getLogger(__name__)

_AGAIN = 5.0
"""Seconds until a satellite that cannot be reached is tried again."""
_PING, _SILENCE = 5.0, 20.0
"""Seconds between two questions whether it is there, and after which it is not."""


class Visit:
    """To one satellite, for as long as `run` does."""

    def __init__(self, rooms: Rooms, access: Access, uri: str) -> None:
        """`tcp://HOST:PORT` on this computer, a tunnel's end for instance, or `tls://HOST:PORT` with a
        certificate of `satellites add`. Raises AddressError."""
        self._rooms, self._access, self.uri = rooms, access, uri
        parts = urlsplit(uri)
        try:
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise AddressError(f"{uri}: {error}") from error
        if parts.scheme not in ("tcp", "tls") or not host or not port:
            raise AddressError(
                uri, remedy="Write tcp://127.0.0.1:PORT, or tls://ADDRESS:PORT for another room."
            )
        self._host, self._port, self._safe = host, port, parts.scheme == "tls"
        if not self._safe and not _is_here(host):
            raise AddressError(
                f"{uri} is another computer, and tcp is neither encrypted nor guarded",
                remedy=f"Put stunnel before it and write tls://{host}:PORT; docs/rooms.md tells how.",
            )

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self._once()
            except AssistantError as error:
                _log.warning("%s is not served: %s", self.uri, error.code)
            except (OSError, asyncio.TimeoutError) as error:
                _log.info("%s cannot be reached: %s", self.uri, type(error).__name__)
            await asyncio.sleep(_AGAIN)

    async def _once(self) -> None:
        context = self._access.tls_to_devices() if self._safe else None
        connecting = asyncio.open_connection(self._host, self._port, ssl=context, limit=LONGEST_LINE)
        reader, writer = await asyncio.wait_for(connecting, _SILENCE)
        caller = Caller(self.uri)
        if context is not None:
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            caller = self._access.caller_of_certificate(shown)
        connection = WyomingConnection(self._rooms, self._access, reader, writer, caller, silence=_SILENCE)
        connection.send(RunSatellite().event())
        asking = asyncio.create_task(self._ask(connection))
        try:
            await connection.run()
        finally:
            asking.cancel()

    async def _ask(self, connection: WyomingConnection) -> None:
        while True:
            connection.send(Ping().event())
            await asyncio.sleep(_PING)


def _is_here(host: str) -> bool:
    try:
        address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return False
    return ipaddress.ip_address(address).is_loopback
