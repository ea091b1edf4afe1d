"""Payments between the hand-over and the bank's word that they were confirmed."""

from __future__ import annotations

import threading
import time
from typing import Any

from assistant.bank.payments import Payments
from assistant.bank.sealed_database import SealedDatabase
from assistant.bank.underway import CancellationUnderway, Underway
from assistant.errors import StorageError
from assistant.settings import Settings

FILE_NAME = "confirmations.sqlite"
_FRESH = 900.0
"""Seconds after the last answer in which somebody counts as confirming it."""


class Confirmations:
    """By conversation, one at a time each, in this process alone. May be used from several threads.

    After a restart none is known any more; the journal has every one of them, and `news` tells what became
    of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._underway: dict[str, Underway] = {}
        self._looked = False

    def put(self, conversation: str, underway: Underway) -> None:
        with self._lock:
            self._underway[conversation] = underway

    def get(self, conversation: str) -> Underway | None:
        with self._lock:
            return self._underway.get(conversation)

    def pop(self, conversation: str) -> Underway | None:
        with self._lock:
            return self._underway.pop(conversation, None)

    def ids(self) -> frozenset[str]:
        """Our ids of the payments that somebody is confirming just now."""
        with self._lock:
            return frozenset(each.payment.id for each in self._underway.values())

    def first_look(self) -> bool:
        """True once in the life of a process: whoever asks tells what happened before it."""
        with self._lock:
            looked, self._looked = self._looked, True
            return not looked


class SharedConfirmations(Confirmations):
    """The same for the servers that share conversations, in a sealed file beside the journal.

    Every method may raise StorageError; `get` and `pop` also what `Payments.take_up` raises.
    """

    def __init__(self, settings: Settings, payments: Payments) -> None:
        super().__init__()
        self._payments = payments
        self._database = SealedDatabase(
            settings.connections,
            keyring=settings.keyring,
            file_name=FILE_NAME,
            key_name="confirmations-key",
            table="confirmations",
            columns="conversation TEXT PRIMARY KEY, at REAL NOT NULL, sealed BLOB NOT NULL",
            error=StorageError,
        )

    def put(self, conversation: str, underway: Underway) -> None:
        facts = {
            "conversation": conversation,
            "cancels": isinstance(underway, CancellationUnderway),
            "underway": underway.to_json(),
        }
        with self._database.open() as sealed:
            row = (sealed.digest({"conversation": conversation}), time.time(), sealed.seal(facts))
            sealed.connection.execute("INSERT OR REPLACE INTO confirmations VALUES (?, ?, ?)", row)

    def get(self, conversation: str) -> Underway | None:
        return self._taken_up(self._read(conversation))

    def pop(self, conversation: str) -> Underway | None:
        underway = self.get(conversation)
        with self._database.open() as sealed:
            name = sealed.digest({"conversation": conversation})
            sealed.connection.execute("DELETE FROM confirmations WHERE conversation = ?", (name,))
        return underway

    def ids(self) -> frozenset[str]:
        with self._database.open() as sealed:
            query = "SELECT sealed FROM confirmations WHERE at > ?"
            rows = sealed.connection.execute(query, (time.time() - _FRESH,)).fetchall()
            return frozenset(str(sealed.unseal(row[0])["underway"]["payment"]) for row in rows)

    def _read(self, conversation: str) -> dict[str, Any] | None:
        with self._database.open() as sealed:
            name = sealed.digest({"conversation": conversation})
            query = "SELECT sealed FROM confirmations WHERE conversation = ?"
            row = sealed.connection.execute(query, (name,)).fetchone()
            facts = sealed.unseal(row[0]) if row else None
        return facts if facts and facts["conversation"] == conversation else None

    def _taken_up(self, facts: dict[str, Any] | None) -> Underway | None:
        if facts is None:
            return None
        return self._payments.take_up(facts["underway"], cancels=facts["cancels"])
