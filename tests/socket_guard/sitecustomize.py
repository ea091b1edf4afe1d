"""Loaded by every Python process of a guarded run: nothing but this machine can be reached."""

from __future__ import annotations

import ipaddress
import sys


def _is_local(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise PermissionError(f"the network is cut: {address[0]}")
    elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        raise PermissionError(f"the network is cut: {arguments[0]!r}")


sys.addaudithook(_guard)
