"""Turns of one conversation one after another, in one process or over several."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockStore

from assistant.errors import StoreBusyError, StoreLostError
from assistant.nlu.stores.sealed import name_of
from assistant.nlu.stores.shelf import LEASE, Aside, Held

_log = logging.getLogger(__name__)

_LONGEST = 45.0
"""Seconds that a turn waits for the one before it: more than a bank's patience."""
_LOOKS = 0.03
"""Seconds between two tries."""


class LocalLocks(LockStore):
    """Rasa's own counts tickets and looks for them once a second; these wake whoever is next."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            yield


class SharedLocks(LocalLocks):
    """Over all servers that share a shelf. A server that dies in the middle of a turn gives its lock up at
    once (PostgreSQL) or within LEASE seconds (Redis)."""

    def __init__(self, aside: Aside, key: bytes) -> None:
        super().__init__()
        self._aside = aside
        self._key = key

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        """Raises StoreBusyError, StoreLostError."""
        async with super().lock(conversation_id):
            held = await self._held(name_of(conversation_id, self._key))
            renewing = asyncio.create_task(self._renew(held))
            try:
                yield
            finally:
                renewing.cancel()
                with suppress(StoreLostError):
                    await self._aside.call(held.release)

    async def _held(self, name: str) -> Held:
        until = time.monotonic() + _LONGEST
        while True:
            held = await self._aside.call(self._aside.shelf.lock, name, undo=_let_go)
            if held is not None:
                return held
            if time.monotonic() > until:
                raise StoreBusyError
            await asyncio.sleep(_LOOKS)

    async def _renew(self, held: Held) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            try:
                await self._aside.call(held.renew)
            except StoreLostError as error:
                # What this turn would write then is refused by its version.
                _log.warning("the lock of a conversation was lost: %s", error.detail)
                return


def _let_go(held: Held | None) -> None:
    """Of a lock that was had when nobody waited for it any more."""
    if held is not None:
        held.release()
