"""Being found: doors that other computers can reach are announced by multicast DNS (RFC 6762, 6763)."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import ifaddr
from zeroconf import Error, InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from assistant.rooms.door import SCHEMES, Door, Kind

_log = logging.getLogger(__name__)

SERVICES = {Kind.WYOMING: "_wyoming._tcp.local.", Kind.WEBSOCKET: "_vosk._tcp.local."}
"""The first is Home Assistant's name for it; nobody has registered one for the other."""


@asynccontextmanager
async def announced(
    doors: Sequence[Door], interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.All
) -> AsyncIterator[None]:
    """While the block lasts. Doors of this computer alone are nobody's business; where the network takes no
    announcements there are none."""
    open_doors = [door for door in doors if not door.is_local]
    if not open_doors:
        yield
        return
    found = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
    try:
        for door in open_doors:
            try:
                await (await found.async_register_service(_info(door), allow_name_change=True))
            except (OSError, Error) as error:
                _log.warning("nobody was told of %s: %s", door.uri, type(error).__name__)
        yield
    finally:
        await found.async_unregister_all_services()
        await found.async_close()


def _info(door: Door) -> AsyncServiceInfo:
    host, port = door.address
    kind = SERVICES[door.kind]
    name = socket.gethostname().split(".")[0]
    wanted = ipaddress.ip_address(host)
    addresses = [host] if not wanted.is_unspecified else _own_addresses()
    return AsyncServiceInfo(
        kind,
        f"Banking at {name}.{kind}",
        port=port,
        parsed_addresses=addresses,
        server=f"{name}.local.",
        properties={"scheme": SCHEMES[door.kind][1]},
    )


def _own_addresses() -> list[str]:
    each = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    return [address for address in each if isinstance(address, str) and not address.startswith("127.")]
