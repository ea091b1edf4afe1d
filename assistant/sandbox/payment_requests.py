"""Requests to pay: open until somebody pays or declines them, or their day passes.

Whether one is paid is read off the payments that were ordered for it, so the two cannot disagree.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine, Row

from assistant.sandbox.billers import Kind, asked_in
from assistant.sandbox.catalogue import BankPlan
from assistant.sandbox.ledger import Ledger
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.schema import payment_requests, payments, reading, writing

OPEN, PAID, DECLINED, EXPIRED = "open", "paid", "declined", "expired"
_NAMESPACE = uuid.UUID("0f5b8b56-7a0c-5d0e-8f53-2f4f0b3a1c77")
_PAYING = ("ACTC", "ACSP", "ACSC", "ACCC")
"""Statuses of a payment that is confirmed and neither refused nor cancelled."""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    id: str
    psu: str
    """Login of whoever is asked."""
    kind: Kind
    creditor_name: str
    creditor_iban: str
    minor: int
    """Cents."""
    reference: str
    due: date
    status: str


class PaymentRequests:
    """The requests that came in at one bank."""

    def __init__(self, engine: Engine, bank: BankPlan, ledger: Ledger):
        self._engine = engine
        self._bank = bank
        self._ledger = ledger

    def of(self, psu: str | None) -> list[PaymentRequest]:
        """Everything that customer was asked for, the one that is due first at the head."""
        today = self._ledger.today()
        with writing(self._engine) as connection:
            self._let_in(connection, today)
            rows = connection.execute(
                select(payment_requests)
                .where(payment_requests.c.bank == self._bank.slug, payment_requests.c.psu == psu)
                .order_by(payment_requests.c.due, payment_requests.c.id)
            ).all()
            return [_request(connection, row, today) for row in rows]

    def get(self, request_id: str) -> PaymentRequest:
        """As it stands now. Raises RefusalError RESOURCE_UNKNOWN."""
        today = self._ledger.today()
        with reading(self._engine) as connection:
            row = connection.execute(
                select(payment_requests).where(
                    payment_requests.c.id == request_id, payment_requests.c.bank == self._bank.slug
                )
            ).one_or_none()
            if row is None:
                raise RefusalError("RESOURCE_UNKNOWN", "no such request to pay")
            return _request(connection, row, today)

    def decline(self, request: PaymentRequest) -> PaymentRequest:
        """Raises RefusalError STATUS_INVALID for one that is paid or expired."""
        with writing(self._engine) as connection:
            current = self.get(request.id)
            if current.status not in (OPEN, DECLINED):
                raise RefusalError("STATUS_INVALID", f"the request is {current.status}")
            connection.execute(
                payment_requests.update().where(payment_requests.c.id == request.id).values(declined=True)
            )
            return self.get(request.id)

    def ask(
        self, *, psu: str, kind: Kind, creditor_name: str, creditor_iban: str, minor: int, reference: str,
        due: date,
    ) -> PaymentRequest:  # fmt: skip
        """Somebody asks a customer for money."""
        request_id = str(uuid.uuid4())
        with writing(self._engine) as connection:
            connection.execute(
                payment_requests.insert().values(
                    id=request_id,
                    bank=self._bank.slug,
                    psu=psu,
                    kind=kind.value,
                    creditor_name=creditor_name,
                    creditor_iban=creditor_iban,
                    minor=minor,
                    reference=reference,
                    due=due.isoformat(),
                    declined=False,
                )
            )
            return self.get(request_id)

    def _let_in(self, connection: Connection, today: date) -> None:
        """What this month's billers ask for, once."""
        for asked in asked_in(today, self._bank.slug):
            connection.execute(
                payment_requests.insert()
                .prefix_with("OR IGNORE")
                .values(
                    id=str(uuid.uuid5(_NAMESPACE, f"{self._bank.slug}/{asked.key}")),
                    bank=self._bank.slug,
                    psu=asked.biller.psu,
                    kind=asked.biller.kind.value,
                    creditor_name=asked.biller.name,
                    creditor_iban=asked.biller.iban,
                    minor=asked.biller.minor,
                    reference=asked.reference,
                    due=asked.due.isoformat(),
                    declined=False,
                )
            )


def _request(connection: Connection, row: Row, today: date) -> PaymentRequest:
    return PaymentRequest(
        id=row.id,
        psu=row.psu,
        kind=Kind(row.kind),
        creditor_name=row.creditor_name,
        creditor_iban=row.creditor_iban,
        minor=row.minor,
        reference=row.reference,
        due=date.fromisoformat(row.due),
        status=_status(connection, row, today),
    )


def _status(connection: Connection, row: Row, today: date) -> str:
    paying = select(payments.c.id).where(payments.c.payment_request == row.id, payments.c.status.in_(_PAYING))
    if connection.execute(paying.limit(1)).first() is not None:
        return PAID
    if row.declined:
        return DECLINED
    # A bill that is late is still owed; a shop has given up.
    return EXPIRED if row.kind == Kind.PURCHASE.value and row.due < today.isoformat() else OPEN
