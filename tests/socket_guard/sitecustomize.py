"""Loaded by every Python process of a guarded run: nothing but this machine can be reached.

Every refusal is a line in the file that `SOCKET_GUARD_LOG` names: a library that swallows it is seen.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import NoReturn


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
            _refuse(address[0])
    elif event == "socket.getaddrinfo" and not _is_local(arguments[0]):
        _refuse(arguments[0])


def _refuse(host: object) -> NoReturn:
    log = os.environ.get("SOCKET_GUARD_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 - nothing heavy in every process
            file.write(f"{host} {sys.argv}\n")
    raise PermissionError(f"the network is cut: {host}")


sys.addaudithook(_guard)
