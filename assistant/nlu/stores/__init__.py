"""Where conversations are kept and how their turns are kept apart, chosen by one setting.

`memory`: in this process. A URL of Redis or PostgreSQL: outside, sealed, for several servers at once.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from rasa.core.lock_store import LockStore

from assistant.errors import StoreError
from assistant.nlu.memory import Bounded, Memory
from assistant.nlu.stores.locks import LocalLocks, SharedLocks
from assistant.nlu.stores.sealed import SealedMemory
from assistant.nlu.stores.shelf import Aside, Shelf
from assistant.settings import MEMORY


def open_stores(store: str, key: bytes) -> tuple[Bounded, LockStore]:
    """Rasa's tracker store and lock store for `Settings.store`; `key` (Fernet) seals what leaves the process.

    Raises StoreError when the server cannot be used.
    """
    if store == MEMORY:
        return Memory(), LocalLocks()
    shelf = shelf_of(store)
    check(shelf, store)
    aside = Aside(shelf)
    return SealedMemory(aside, key), SharedLocks(aside, key)


def shelf_of(store: str) -> Shelf:
    """Nothing is connected yet. The libraries are imported by who uses them."""
    if urlsplit(store).scheme == "postgresql":
        from assistant.nlu.stores.postgres import PostgresShelf

        return PostgresShelf(store)
    from assistant.nlu.stores.redis import RedisShelf

    return RedisShelf(store)


def check(shelf: Shelf, store: str) -> None:
    """Connect, and make what is missing. Raises StoreError, in which no password is shown."""
    try:
        shelf.prepare()
    except Exception as error:  # noqa: BLE001 - each library has a tree of errors of its own
        shelf.close()
        reason = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
        secret = urlsplit(store).password
        if secret:
            reason = reason.replace(secret, "…")
        raise StoreError(f"{type(error).__name__}: {reason}") from None
