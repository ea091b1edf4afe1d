"""What goes out over a connection: put there by any thread, sent by the connection's own loop, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Outbox(Generic[T]):
    """Made in the loop that sends, which it does between `open` and `close`."""

    def __init__(self, send: Callable[[T], Awaitable[bool]]) -> None:
        """`send`: false when the connection is broken; what comes after that is dropped."""
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[T | None] = asyncio.Queue()
        self._sending: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._sending = asyncio.create_task(self._send_all())

    def put(self, message: T) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, message)

    async def close(self) -> None:
        """Once everything that was put there before is sent."""
        self._loop.call_soon(self._waiting.put_nowait, None)  # behind what is on its way from other threads
        if self._sending is not None:
            await self._sending

    async def _send_all(self) -> None:
        works = True
        while (message := await self._waiting.get()) is not None:
            works = works and await self._send(message)
