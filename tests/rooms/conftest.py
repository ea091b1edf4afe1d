from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from assistant.rooms.access import Access
from assistant.rooms.door import Kind, open_door
from assistant.rooms.server import RoomServer
from assistant.startup import Desk


@pytest.fixture(scope="session")
def wyoming(practice_desk: Desk) -> Iterator[str]:
    """Address of a server in this process, open to this computer."""
    door = open_door(Kind.WYOMING, "tcp://127.0.0.1:0")
    with serving(RoomServer(practice_desk, [door], Access(practice_desk.settings))):
        yield door.uri


class serving:  # noqa: N801 - reads as what it is for
    """The server, in a thread, while the block lasts."""

    def __init__(self, server: RoomServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_until_stopped, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._server.ready.wait(20)

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()
