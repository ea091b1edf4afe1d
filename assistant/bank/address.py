"""The address that the customer asks from: banks want it beside a call that the customer waits for."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from assistant.bank.links import is_loopback

_ANYWHERE = ("192.0.2.1", 9)
"""Of the documentation range (RFC 5737): only the route to it is looked up, nothing is sent."""


def own_address(base_url: str) -> str:
    """IP address of this machine as it calls that bank; loopback when there is no network."""
    if is_loopback(urlsplit(base_url).hostname or ""):
        return "127.0.0.1"
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(_ANYWHERE)
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
