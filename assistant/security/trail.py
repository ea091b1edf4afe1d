"""The record of every act that matters, and the guard's own state, in one sealed and chained file.

Each entry holds the hash of the one before and of the state that it left. The newest entry is named a second
time among the secrets (in the keyring, where there is one): entries that were cut off, and a whole file put
back from yesterday, are missed there. So a count of wrong answers cannot be undone by undoing the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any

from assistant.bank.sealed_database import Sealed, SealedDatabase
from assistant.errors import AuditError, StorageError, TamperedError
from assistant.redaction import mask_identifiers

FILE_NAME = "security.sqlite"
HEAD = "security-head"
"""Name of the secret that tells the newest entry."""
_STATE = "CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL)"


class Deed(Enum):
    """What is written down."""

    BANK_CONNECTING = "consent asked for"
    BANK_CONNECTED = "bank connected"
    BANK_DISCONNECTING = "consent given back"
    BANK_DISCONNECTED = "bank disconnected"
    PASSCODE_SET = "passcode set"
    PASSCODE_ASKED = "passcode asked"
    PASSCODE_TRIED = "passcode tried"
    PASSCODE_RIGHT = "passcode right"
    PASSCODE_LOCKED = "passcode locked"
    LOCKED = "locked by voice"
    RULES_CHANGED = "limits changed"
    PAYEE_ADDED = "payee added"
    PAYEE_RENAMED = "payee renamed"
    PAYEE_REMOVED = "payee removed"
    RELEASED = "payment authorised"
    PAYMENT_BEGUN = "payment begun"
    PAYMENT_STATE = "payment"
    CARD_FROZEN = "card frozen"
    CARD_UNFROZEN = "card unfrozen"
    CARD_LIMIT = "card limit changed"


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    """Counts from 1."""
    at: datetime
    deed: Deed
    facts: Mapping[str, str]
    """Masked."""


class Trail:
    """May be used from several threads and processes at once. Every method may raise AuditError, and
    TamperedError when what is there is not what was written."""

    def __init__(self, folder: Path, *, keyring: bool):
        """Nothing is opened yet."""
        self._database = SealedDatabase(
            folder,
            keyring=keyring,
            file_name=FILE_NAME,
            key_name="security-key",
            table="entries",
            columns="number INTEGER PRIMARY KEY, sealed BLOB NOT NULL",
            error=AuditError,
        )

    @contextmanager
    def open(self) -> Iterator[Page]:
        """Read, and write in one transaction: what was noted is on the disk when the block is left."""
        with self._opened() as page:
            yield page
        if page.written:
            with self._opened():  # names the newest entry among the secrets
                pass

    def note(self, deed: Deed, at: datetime, **facts: str) -> None:
        with self.open() as page:
            page.note(deed, at, facts)

    def key(self) -> bytes:
        """For what else must be keyed, 32 bytes; nobody finds the file's own key by it."""
        with self._database.open() as sealed:
            return bytes.fromhex(sealed.digest({"key": "passcode"}))

    def entries(self) -> tuple[Entry, ...]:
        """All of them, the oldest first, each one checked."""
        with self._opened() as page:
            return page.entries()

    @contextmanager
    def _opened(self) -> Iterator[Page]:
        try:
            with self._database.open() as sealed:
                sealed.connection.execute(_STATE)
                page = Page(sealed)
                page.check_newest()
                yield page
        except StorageError as error:
            if isinstance(error, AuditError):
                raise
            raise AuditError(error.detail) from error


class Page:
    """The file within one transaction."""

    def __init__(self, sealed: Sealed):
        self._sealed = sealed
        self._connection = sealed.connection
        self._store = sealed.store
        self._number = 0
        self._hash = ""
        self._state = b""
        self.state: dict[str, Any] = {}
        """What the guard remembers; written by the next `note`."""
        self.written = False

    def check_newest(self) -> None:
        """Look at the newest entry, the state and what the secrets say of them. Raises TamperedError."""
        numbers = self._connection.execute("SELECT COUNT(*), MAX(number) FROM entries").fetchone()
        count, newest = numbers[0], numbers[1] or 0
        if count != newest:
            raise TamperedError(f"{newest} entries were written and {count} are there")
        head = self._head()
        if head["number"] > newest:
            raise TamperedError(f"{head['number']} entries were written and {newest} are there")
        if head["number"] and head["hash"] != _hash(self._row(head["number"])):
            raise TamperedError(f"entry {head['number']} is not the one that was written")
        state = self._connection.execute("SELECT sealed FROM state").fetchone()
        self._state = _bytes(state[0], "the state") if state else b""
        left = ""
        if newest:
            sealed = self._row(newest)
            self._number, self._hash = newest, _hash(sealed)
            left = self._unseal(newest, sealed)["state"]
        if left != (_hash(self._state) if self._state else ""):
            raise TamperedError("the state is not the one that was written")
        self.state = self._open(self._state, "the state") if self._state else {}
        if head["number"] != newest:
            self._store.put(HEAD, self._sealed.seal({"number": newest, "hash": self._hash}).decode())

    def note(self, deed: Deed, at: datetime, facts: Mapping[str, str]) -> None:
        """Write one entry, and the state with it."""
        if self.state:
            self._state = self._sealed.seal(self.state)
            self._connection.execute("REPLACE INTO state VALUES (1, ?)", (self._state,))
        number = self._number + 1
        sealed = self._sealed.seal(
            {
                "number": number,
                "at": at.astimezone(timezone.utc).isoformat(),
                "deed": deed.value,
                "facts": {name: mask_identifiers(value) for name, value in facts.items()},
                "before": self._hash,
                "state": _hash(self._state) if self._state else "",
            }
        )
        self._connection.execute("INSERT INTO entries VALUES (?, ?)", (number, sealed))
        self._number, self._hash, self.written = number, _hash(sealed), True

    def entries(self) -> tuple[Entry, ...]:
        found, before = [], ""
        rows = self._connection.execute("SELECT number, sealed FROM entries ORDER BY number")
        for place, (number, found_there) in enumerate(rows, 1):
            sealed = _bytes(found_there, f"entry {number}")
            facts = self._unseal(number, sealed)
            if number != place or facts["before"] != before:
                raise TamperedError(f"entry {number} does not follow the one before")
            before = _hash(sealed)
            at = datetime.fromisoformat(facts["at"])
            found.append(Entry(number, at, Deed(facts["deed"]), facts["facts"]))
        return tuple(found)

    def _head(self) -> dict[str, Any]:
        sealed = self._store.get(HEAD)
        if sealed is None:
            return {"number": 0, "hash": ""}
        return self._open(sealed.encode(), "the name of the newest entry")

    def _row(self, number: int) -> bytes:
        row = self._connection.execute("SELECT sealed FROM entries WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise TamperedError(f"entry {number} is gone")
        return _bytes(row[0], f"entry {number}")

    def _unseal(self, number: int, sealed: bytes) -> dict[str, Any]:
        facts = self._open(sealed, f"entry {number}")
        if facts.get("number") != number or "before" not in facts:
            raise TamperedError(f"entry {number} stands in the place of another")
        return facts

    def _open(self, sealed: bytes, what: str) -> dict[str, Any]:
        try:
            return self._sealed.unseal(sealed)
        except AuditError as error:
            raise TamperedError(f"{what} was not written here") from error


def _hash(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()


def _bytes(value: object, what: str) -> bytes:
    if not isinstance(value, bytes):
        raise TamperedError(f"{what} was not written here")
    return value
