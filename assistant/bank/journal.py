"""The record of payments, written before a byte leaves, so that no crash can lose or double one.

One SQLite row a payment. What it says lies sealed in it (Fernet: AES and HMAC), and the key lies where
consents lie: whoever gets the file learns how many payments there were, and can change none unnoticed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken

from assistant.bank.payment import Frequency, Order, Payee, Payment, PaymentState, Product, Schedule
from assistant.bank.private_files import ensure_private_folder
from assistant.bank.secrets import FileSecrets, choose_store
from assistant.errors import JournalError, PaymentOpenError, StorageError
from assistant.money import Money
from assistant.settings import Settings

FILE_NAME = "payments.sqlite"
_KEY_NAME = "payment-journal-key"
_SECONDS = 10.0
"""How long another process may hold the file; it does so for milliseconds."""
_TABLE = """
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    open INTEGER NOT NULL,
    sealed BLOB NOT NULL
)
"""


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Journal:
    """The payments of this customer. Every method may raise JournalError; may be used from several threads
    and processes at once."""

    def __init__(self, folder: Path, *, keyring: bool, now: Callable[[], datetime] = _now):
        """Nothing is opened yet. `now` tells the time with its zone."""
        self._folder = folder
        self._keyring = keyring
        self._now = now
        self._known_key: bytes | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Journal:
        return cls(settings.connections, keyring=settings.keyring)

    def begin(self, order: Order) -> Payment:
        """Write down that this order is about to be handed over; afterwards it may be.

        Raises PaymentOpenError when the same order was, and nobody knows what became of it.
        """
        payment = Payment(
            id=uuid4().hex,
            order=order,
            request_id=str(uuid4()),
            end_to_end=uuid4().hex,
            began=self._now(),
        )
        with self._open() as pages:
            if any(each.state is PaymentState.UNKNOWN for each in pages.alike(order)):
                raise PaymentOpenError("its answer was lost", bank=order.bank)
            pages.add(payment)
        return payment

    def note(
        self,
        payment: Payment,
        *,
        bank_id: str | None = None,
        state: PaymentState | None = None,
        told: PaymentState | None = None,
    ) -> Payment:
        """Write down what became known. A final state stays: later news of the same payment is no news."""
        with self._open() as pages:
            known = pages.one(payment.id)
            noted = replace(
                known,
                bank_id=bank_id or known.bank_id,
                state=known.state if known.state.is_final or state is None else state,
                told=told or known.told,
            )
            pages.replace(noted)
        return noted

    def unsettled(self) -> tuple[Payment, ...]:
        """Those without a final state or whose final state nobody has heard, the oldest first."""
        with self._open() as pages:
            return pages.open()

    def alike(self, order: Order) -> tuple[Payment, ...]:
        """Every payment with the same amount, accounts, payee, day and text, the oldest first."""
        with self._open() as pages:
            return pages.alike(order)

    def all(self) -> tuple[Payment, ...]:
        """The oldest first."""
        with self._open() as pages:
            return pages.all()

    @contextmanager
    def _open(self) -> Iterator[_Pages]:
        """One transaction, on the disk when the block is left."""
        file = self._folder / FILE_NAME
        try:
            ensure_private_folder(self._folder)
            # SQLite gives the files beside it the mode of this one.
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
            file.chmod(0o600)
            connection = sqlite3.connect(file, timeout=_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error, StorageError) as error:
            raise JournalError(type(error).__name__) from error
        try:
            # With a write-ahead log, FULL means that a commit has reached the disk when it returns.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            yield _Pages(connection, self._key(connection))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise JournalError(str(error)) from error
        finally:
            connection.close()

    def _key(self, connection: sqlite3.Connection) -> bytes:
        """Made before the first payment, within the transaction. A lost one is never replaced: payments
        that cannot be read may still be open."""
        if self._known_key is None:
            try:
                stored = self._stored_key()
                if stored is None:
                    if connection.execute("SELECT 1 FROM payments LIMIT 1").fetchone():
                        raise JournalError("the key of the record is gone")
                    stored = Fernet.generate_key().decode()
                    choose_store(self._folder, keyring_wanted=self._keyring).put(_KEY_NAME, stored)
            except JournalError:
                raise
            except StorageError as error:
                raise JournalError(error.detail) from error
            self._known_key = stored.encode()
        return self._known_key

    def _stored_key(self) -> str | None:
        """Where there was no keyring on the first day it is in a file for good."""
        in_file = FileSecrets(self._folder).get(_KEY_NAME)
        return in_file or choose_store(self._folder, keyring_wanted=self._keyring).get(_KEY_NAME)


class _Pages:
    """The rows within one transaction."""

    def __init__(self, connection: sqlite3.Connection, key: bytes):
        self._connection = connection
        self._key = key
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise JournalError("the key of the record is damaged") from error

    def add(self, payment: Payment) -> None:
        self._connection.execute(
            "INSERT INTO payments VALUES (?, ?, ?, ?)",
            (payment.id, self._fingerprint(payment.order), _is_open(payment), self._seal(payment)),
        )

    def replace(self, payment: Payment) -> None:
        self._connection.execute(
            "UPDATE payments SET open = ?, sealed = ? WHERE id = ?",
            (_is_open(payment), self._seal(payment), payment.id),
        )

    def one(self, name: str) -> Payment:
        found = self._read("WHERE id = ?", name)
        if not found:
            raise JournalError("the record of a payment is missing")
        return found[0]

    def open(self) -> tuple[Payment, ...]:
        return self._read("WHERE open")

    def alike(self, order: Order) -> tuple[Payment, ...]:
        return self._read("WHERE fingerprint = ?", self._fingerprint(order))

    def all(self) -> tuple[Payment, ...]:
        return self._read("")

    def _read(self, where: str, *values: str) -> tuple[Payment, ...]:
        query = f"SELECT id, sealed FROM payments {where} ORDER BY rowid"  # noqa: S608 - our own words
        return tuple(self._unseal(*row) for row in self._connection.execute(query, values))

    def _fingerprint(self, order: Order) -> str:
        """What makes two orders the same. Keyed, so that nobody finds the order by trying amounts."""
        facts = {**_order_json(order), "product": None}
        return hmac.new(self._key, json.dumps(facts).encode(), hashlib.sha256).hexdigest()

    def _seal(self, payment: Payment) -> bytes:
        facts = {
            "id": payment.id,
            "order": _order_json(payment.order),
            "request_id": payment.request_id,
            "end_to_end": payment.end_to_end,
            "began": payment.began.isoformat(),
            "bank_id": payment.bank_id,
            "state": payment.state.value,
            "told": payment.told.value if payment.told else None,
        }
        return self._fernet.encrypt(json.dumps(facts).encode())

    def _unseal(self, name: str, sealed: bytes) -> Payment:
        """Raises JournalError when the row was damaged, changed, or put in the place of another."""
        try:
            facts = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError, TypeError) as error:
            raise JournalError("the record of a payment is damaged") from error
        if facts["id"] != name:
            raise JournalError("the record of a payment is damaged")
        return Payment(
            id=name,
            order=_order_of(facts["order"]),
            request_id=facts["request_id"],
            end_to_end=facts["end_to_end"],
            began=datetime.fromisoformat(facts["began"]),
            bank_id=facts["bank_id"],
            state=PaymentState(facts["state"]),
            told=PaymentState(facts["told"]) if facts["told"] else None,
        )


def _is_open(payment: Payment) -> bool:
    return not payment.state.is_final or payment.told is not payment.state


def _order_json(order: Order) -> dict[str, Any]:
    schedule = order.schedule
    return {
        "bank": order.bank,
        "debtor_iban": order.debtor_iban,
        "payee": [order.payee.name, order.payee.iban, order.payee.masked_pan],
        "money": [f"{order.money.amount:.2f}", order.money.currency],
        "product": order.product.value,
        "remittance": order.remittance,
        "on": _day(order.on),
        "schedule": schedule
        and [_day(schedule.start), schedule.frequency.value, _day(schedule.until), schedule.day_of_month],
    }


def _order_of(facts: dict[str, Any]) -> Order:
    schedule = facts["schedule"]
    return Order(
        bank=facts["bank"],
        debtor_iban=facts["debtor_iban"],
        payee=Payee(*facts["payee"]),
        money=Money(Decimal(facts["money"][0]), facts["money"][1]),
        product=Product(facts["product"]),
        remittance=facts["remittance"],
        on=date.fromisoformat(facts["on"]) if facts["on"] else None,
        schedule=schedule
        and Schedule(
            start=date.fromisoformat(schedule[0]),
            frequency=Frequency(schedule[1]),
            until=date.fromisoformat(schedule[2]) if schedule[2] else None,
            day_of_month=schedule[3],
        ),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
