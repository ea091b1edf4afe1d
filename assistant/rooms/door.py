"""Where devices connect: an address, and the socket that listens at it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from assistant.errors import AddressError

_WAITING = 128
"""Connections that may wait for being taken."""


class Kind(Enum):
    WYOMING = "wyoming"
    WEBSOCKET = "websocket"


SCHEMES = {Kind.WYOMING: ("tcp", "tls"), Kind.WEBSOCKET: ("ws", "wss")}
"""Of an address: without and with TLS."""


@dataclass(frozen=True, slots=True)
class Door:
    kind: Kind
    socket: socket.socket
    """Listening."""

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.socket.getsockname()[:2]
        return str(host), int(port)

    @property
    def is_local(self) -> bool:
        """Only programs on this computer can come in."""
        return ipaddress.ip_address(self.address[0]).is_loopback

    @property
    def uri(self) -> str:
        host, port = self.address
        scheme = SCHEMES[self.kind][0 if self.is_local else 1]
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def open_door(kind: Kind, uri: str) -> Door:
    """Listen at `tcp://HOST:PORT` or `tls://HOST:PORT` (`ws`, `wss` for a WebSocket); port 0 is any free one.

    Whatever is not loopback has TLS, and must be called so. Raises AddressError.
    """
    plain, safe = SCHEMES[kind]
    remedy = f"Write {plain}://127.0.0.1:PORT, or {safe}://ADDRESS:PORT for devices in other rooms."
    parts = urlsplit(uri)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressError(f"{uri}: {error}", remedy=remedy) from error
    if parts.scheme not in (plain, safe) or not host or port is None:
        raise AddressError(uri, remedy=remedy)
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        local = ipaddress.ip_address(place[0]).is_loopback
        if not local and parts.scheme == plain:
            raise AddressError(
                f"{uri} can be reached from other computers, and {plain} is neither encrypted nor guarded",
                remedy=f"Write {safe}://{host}:{port}; devices are made known with "
                "`assistant serve satellites add NAME`.",
            )
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(_WAITING)
        listening.setblocking(False)
    except OSError as error:
        raise AddressError(f"{uri}: {error.strerror or type(error).__name__}") from error
    return Door(kind, listening)
