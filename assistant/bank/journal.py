"""The record of payments, written before a byte leaves, so that no crash can lose or double one.

One SQLite row a payment. What it says lies sealed in it (Fernet: AES and HMAC), and the key lies where
consents lie: whoever gets the file learns how many payments there were, and can change none unnoticed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from assistant.bank.payment import Frequency, Order, Payee, Payment, PaymentState, Product, Schedule
from assistant.bank.sealed_database import Sealed, SealedDatabase
from assistant.errors import JournalError, PaymentOpenError, StorageError
from assistant.money import Money
from assistant.settings import Settings

_log = logging.getLogger(__name__)

FILE_NAME = "payments.sqlite"
_COLUMNS = "id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, open INTEGER NOT NULL, sealed BLOB NOT NULL"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Watch(Protocol):
    """Whoever must agree before an order is written down, and hears how it goes on."""

    def permit(self, order: Order, known: Iterable[Payment]) -> None:
        """Raise, and the order is not written down. In the same transaction as the writing, so that of two
        at once the second one is `known` to the first or the other way round."""

    def changing(self, what: str, **facts: str) -> None:
        """Before a payee or a card is changed: raise, and it is not."""

    def became(self, payment: Payment) -> None:
        """After another state was noted. StorageError is kept from whoever noted it: the money has moved."""


class Journal:
    """The payments of this customer. Every method may raise JournalError; may be used from several threads
    and processes at once."""

    def __init__(
        self,
        folder: Path,
        *,
        keyring: bool,
        now: Callable[[], datetime] = _now,
        watch: Watch | None = None,
    ):
        """Nothing is opened yet. `now` tells the time with its zone."""
        self._database = SealedDatabase(
            folder,
            keyring=keyring,
            file_name=FILE_NAME,
            key_name="payment-journal-key",
            table="payments",
            columns=_COLUMNS,
            error=JournalError,
        )
        self._now = now
        self._watch = watch

    @classmethod
    def from_settings(cls, settings: Settings, watch: Watch | None = None) -> Journal:
        return cls(settings.connections, keyring=settings.keyring, watch=watch)

    def begin(self, order: Order, name: str = "") -> Payment:
        """Write down that this order is about to be handed over; afterwards it may be. `name`: our id of it,
        chosen before; one that is known already is a JournalError, so that one yes is one payment.

        Raises PaymentOpenError when the same order was, and nobody knows what became of it; whatever the
        watch raises when it does not agree.
        """
        payment = Payment(
            id=name or uuid4().hex,
            order=order,
            request_id=str(uuid4()),
            end_to_end=uuid4().hex,
            began=self._now(),
        )
        with self._open() as pages:
            if any(each.state is PaymentState.UNKNOWN for each in pages.alike(order)):
                raise PaymentOpenError("its answer was lost", bank=order.bank)
            if self._watch is not None:
                self._watch.permit(order, pages.all())
            pages.add(payment)
        return payment

    def again(self, payment: Payment) -> None:
        """Before what is written down already is handed over once more: raises what the watch raises when it
        does not agree."""
        with self._open() as pages:
            if self._watch is not None:
                others = [each for each in pages.all() if each.id != payment.id]
                self._watch.permit(payment.order, others)

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
        if self._watch is not None and noted.state is not known.state:
            try:
                self._watch.became(noted)
            except StorageError as error:
                _log.warning("what became of a payment is missing in the record of acts: %s", error.code)
        return noted

    def find(self, name: str) -> Payment | None:
        """The payment of that id of ours."""
        with self._open() as pages:
            return pages.find(name)

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
        with self._database.open() as sealed:
            yield _Pages(sealed)


class _Pages:
    """The rows within one transaction."""

    def __init__(self, sealed: Sealed):
        self._sealed = sealed
        self._connection = sealed.connection

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

    def find(self, name: str) -> Payment | None:
        return next(iter(self._read("WHERE id = ?", name)), None)

    def one(self, name: str) -> Payment:
        found = self.find(name)
        if found is None:
            raise JournalError("the record of a payment is missing")
        return found

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
        facts = {**_order_json(order), "product": None, "own": None}
        return self._sealed.digest(facts)

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
        return self._sealed.seal(facts)

    def _unseal(self, name: str, sealed: bytes) -> Payment:
        """Raises JournalError when the row was damaged, changed, or put in the place of another."""
        facts = self._sealed.unseal(sealed)
        if facts["id"] != name:
            raise JournalError("a row lies in the place of another")
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
    # Named only where there is one: orders that were written before keep their fingerprints.
    request = {"request": order.request} if order.request else {}
    return {
        **request,
        "bank": order.bank,
        "debtor_iban": order.debtor_iban,
        "payee": [order.payee.name, order.payee.iban, order.payee.masked_pan],
        "money": [f"{order.money.amount:.2f}", order.money.currency],
        "product": order.product.value,
        "remittance": order.remittance,
        "on": _day(order.on),
        "schedule": schedule
        and [_day(schedule.start), schedule.frequency.value, _day(schedule.until), schedule.day_of_month],
        "own": order.own,
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
        request=facts.get("request", ""),
        own=facts["own"],
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
