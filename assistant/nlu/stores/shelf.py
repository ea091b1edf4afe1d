"""A place outside the process: sealed texts by name, and locks that end with whoever held them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Protocol, TypeVar

from assistant.errors import StoreLostError

KEPT = 3_600
"""Seconds of silence after which a conversation is forgotten. The domain's session has ended long before."""
PATIENCE = 4.0
"""Seconds that one call to the server may take."""
LEASE = 8
"""Seconds after which a lock is free whose holder says nothing more, where the server cannot see it die."""

T = TypeVar("T")


class Kept(NamedTuple):
    version: str
    sealed: bytes


class Held(Protocol):
    """A lock that was had."""

    def renew(self) -> None:
        """Have it for another LEASE."""

    def release(self) -> None: ...


class Shelf(Protocol):
    """Calls wait for the server and raise whatever its library raises. May be used from several threads.

    Names are hexadecimal digits.
    """

    def prepare(self) -> None:
        """Make what is missing; may happen in several processes at once."""

    def get(self, name: str) -> Kept | None: ...

    def put(self, name: str, kept: Kept, former: str) -> bool:
        """Keep it for KEPT seconds if `former` is still the version that is there, empty for none; else
        nothing changes."""

    def delete(self, name: str) -> None: ...

    def lock(self, name: str) -> Held | None:
        """None while another holder has it."""

    def close(self) -> None: ...


class Aside:
    """Calls a shelf in threads of its own, so that a slow server holds up one conversation and not all."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="store")

    async def call(
        self, function: Callable[..., T], *arguments: object, undo: Callable[[T], None] | None = None
    ) -> T:
        """`undo` is handed what comes when nobody waits for it any more.

        Raises StoreLostError, whatever went wrong.
        """
        running = self._threads.submit(function, *arguments)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), PATIENCE)
        except asyncio.TimeoutError:
            if undo is not None and not running.cancel():
                running.add_done_callback(lambda late: None if late.exception() else undo(late.result()))
            raise StoreLostError("no answer in time") from None
        except Exception as error:  # noqa: BLE001 - each library has a tree of errors of its own
            # The type alone: the library's words may hold the address and what was to be kept.
            raise StoreLostError(type(error).__name__) from None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self.shelf.close()
