"""The life of a payment: ordered, confirmed, carried out on its day, or ended before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine, Row

from assistant.sandbox.catalogue import BANKS, BankPlan
from assistant.sandbox.clock import Clock
from assistant.sandbox.consents import UNCONFIRMED
from assistant.sandbox.ledger import Account, Ledger
from assistant.sandbox.orders import Order, Product, Service, check_top_up, read_order
from assistant.sandbox.payment_requests import OPEN as OPEN_REQUEST
from assistant.sandbox.payment_requests import PaymentRequests
from assistant.sandbox.postings import has_funds, post
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.schema import payments, writing

RECEIVED, PARTIAL, CHECKED = "RCVD", "PATC", "ACTC"
ON_ITS_WAY, LEFT, ARRIVED = "ACSP", "ACSC", "ACCC"
REJECTED, CANCELLED = "RJCT", "CANC"
OPEN = frozenset({RECEIVED, PARTIAL})
"""Not confirmed yet, or not by everybody."""


@dataclass(frozen=True, slots=True)
class Payment:
    id: str
    service: Service
    body: Mapping[str, Any]
    """As it was ordered."""
    order: Order
    psu: str | None
    status: str
    """ISO 20022 code, as things stand today."""
    funds: bool | None
    """False when it was rejected for want of money."""
    next_on: date | None
    answer: Mapping[str, Any] | None
    """The first answer to whoever ordered it: `status`, `body`, `headers`."""
    created_at: datetime
    payment_request: str | None
    """Id of the request that it pays."""

    @property
    def path(self) -> str:
        """Below the bank's prefix."""
        return f"/{self.service.value}/{self.order.product.value}/{self.id}"


class Payments:
    """The payments of one bank. What is due on a day is carried out over both banks, by whichever is
    asked first."""

    def __init__(
        self, engine: Engine, clock: Clock, bank: BankPlan, ledger: Ledger, requests: PaymentRequests
    ):
        self._engine = engine
        self._clock = clock
        self._bank = bank
        self._ledger = ledger
        self._requests = requests
        self._done_until = date.min

    def create(
        self,
        service: Service,
        product: Product,
        body: Mapping[str, Any],
        *,
        psu: str | None,
        request_id: str,
        request: str,
        reject_without_funds: bool,
        replay: bool,
        payment_request: str | None = None,
    ) -> Payment:
        """A new payment; or with `replay`, the one that was ordered with the same id before.

        `request` is a digest of everything asked for; `payment_request` is the id of what it pays. Raises
        RefusalError STATUS_INVALID when the id was used for something else or that is not open any more,
        and what `read_order` raises.
        """
        today = self._ledger.today()
        order = self._read(service, product, body)
        first_on = order.schedule.start if order.schedule else order.on
        if first_on is not None and first_on < today:
            raise RefusalError("EXECUTION_DATE_INVALID", "that day has passed")
        if order.next_from(today) is None:
            raise RefusalError("PERIOD_INVALID", "the standing order has no execution")
        check_top_up(order)
        if psu is not None and psu not in order.debtor.plan.owners:
            raise RefusalError("PSU_CREDENTIALS_INVALID", "not this customer's account")
        with writing(self._engine) as connection:
            before = self._of_request(connection, request_id) if replay else None
            if before is not None and before.request != request:
                raise RefusalError("STATUS_INVALID", "this X-Request-ID was used for another order")
            if before is not None:
                return self._payment(before)
            if payment_request is not None:
                self._check_request(payment_request, order, psu)
            lacking = reject_without_funds and not has_funds(
                connection, self._ledger, order.debtor, order.minor
            )
            payment_id = str(uuid.uuid4())
            connection.execute(
                payments.insert().values(
                    id=payment_id,
                    bank=self._bank.slug,
                    service=service.value,
                    product=product.value,
                    body=body,
                    psu=psu,
                    status=REJECTED if lacking else RECEIVED,
                    funds=False if lacking else None,
                    created_at=self._clock.now().isoformat(),
                    request_id=request_id,
                    request=request,
                    payment_request=payment_request,
                )
            )
            return self._payment(self._row(connection, payment_id))

    def keep_answer(self, payment: Payment, answer: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            _write(connection, payment.id, answer=answer)

    def get(self, service: str, product: str, payment_id: str) -> Payment:
        """The payment as it stands today. Raises RefusalError RESOURCE_UNKNOWN."""
        with self._engine.connect() as connection:
            payment = self._payment(self._row(connection, payment_id))
        if (payment.service.value, payment.order.product.value) != (service, product):
            raise RefusalError("RESOURCE_UNKNOWN", "no such payment of this product")
        return payment

    def confirm(self, payment: Payment, *, complete: bool) -> None:
        """A customer confirmed it; `complete` when no further signature is needed. What is due today is
        carried out in the same transaction. Raises RefusalError STATUS_INVALID."""
        today = self._ledger.today()
        with writing(self._engine) as connection:
            current = self._payment(self._row(connection, payment.id))
            if current.status not in OPEN:
                raise RefusalError("STATUS_INVALID", f"the payment is {current.status}")
            if not complete:
                _write(connection, payment.id, status=PARTIAL)
                return
            if current.payment_request is not None:
                self._check_request(current.payment_request, current.order, current.psu)
            first = current.order.next_from(today)
            _write(connection, payment.id, status=CHECKED, next_on=first and first.isoformat())
            self._carry_out(connection, self._row(connection, payment.id), today)

    def cancel(self, payment: Payment) -> None:
        """Raises RefusalError CANCELLATION_INVALID when it is too late."""
        with writing(self._engine) as connection:
            current = self._payment(self._row(connection, payment.id))
            if current.status == CANCELLED:
                return
            check_cancellable(current)
            _write(connection, payment.id, status=CANCELLED, next_on=None)

    def alter(self, payment_id: str, changes: Mapping[str, Any]) -> Payment:
        """Change an order between the customer's being told and the confirmation, as an attacker would.

        Raises RefusalError STATUS_INVALID once it is confirmed.
        """
        with writing(self._engine) as connection:
            current = self._payment(self._row(connection, payment_id))
            if current.status not in OPEN:
                raise RefusalError("STATUS_INVALID", f"the payment is {current.status}")
            body = {**current.body, **changes}
            self._read(current.service, current.order.product, body)
            _write(connection, payment_id, body=body)
            return self._payment(self._row(connection, payment_id))

    def standing_orders(self, account: Account) -> list[Payment]:
        """Confirmed ones that have executions to come."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(payments)
                .where(
                    payments.c.bank == self._bank.slug,
                    payments.c.service == Service.PERIODIC.value,
                    payments.c.next_on.is_not(None),
                )
                .order_by(payments.c.created_at)
            ).all()
        found = [self._payment(row) for row in rows]
        return [payment for payment in found if payment.order.debtor == account]

    def begin_again(self) -> None:
        """The database was put back to an earlier state: what is due may be so once more."""
        self._done_until = date.min

    def carry_out_due(self) -> None:
        """Everything that has come due since the last call."""
        today = self._ledger.today()
        if today <= self._done_until:
            return
        with writing(self._engine) as connection:
            due = connection.execute(
                select(payments)
                .where(payments.c.next_on <= today.isoformat())
                .order_by(payments.c.next_on, payments.c.created_at)
            ).all()
            for row in due:
                self._carry_out(connection, row, today)
        self._done_until = today

    def _carry_out(self, connection: Connection, row: Row, today: date) -> None:
        """All executions until today. A single payment without money is rejected, one of a standing
        order left out."""
        order = self._order(row)
        while row.next_on is not None and date.fromisoformat(row.next_on) <= today:
            day = date.fromisoformat(row.next_on)
            following = order.schedule.next_from(day + timedelta(days=1)) if order.schedule else None
            changes: dict[str, Any] = {"next_on": following and following.isoformat()}
            if has_funds(connection, self._ledger, order.debtor, order.minor):
                booked_on = post(connection, self._ledger, row.id, order, day)
                changes |= {"booked_on": booked_on.isoformat(), "funds": True}
                if following is None:
                    changes["status"] = ARRIVED if booked_on == day else ON_ITS_WAY
            elif order.schedule is None:
                changes |= {"status": REJECTED, "funds": False}
            elif following is None:
                changes["status"] = LEFT if row.booked_on else REJECTED
            _write(connection, row.id, **changes)
            row = self._row(connection, row.id)

    def _check_request(self, request_id: str, order: Order, psu: str | None) -> None:
        """A payment is bound to what it pays: payee, amount, reference. Raises RefusalError."""
        asked = self._requests.get(request_id)
        if asked.status != OPEN_REQUEST or (psu is not None and psu != asked.psu):
            raise RefusalError("STATUS_INVALID", f"the request to pay is {asked.status}")
        wanted = (asked.creditor_iban, asked.minor, asked.reference)
        if (order.creditor_iban, order.minor, order.remittance) != wanted or order.schedule is not None:
            raise RefusalError("FORMAT_ERROR", "not what the request to pay asks for")

    def _row(self, connection: Connection, payment_id: str) -> Row:
        row = connection.execute(select(payments).where(payments.c.id == payment_id)).one_or_none()
        if row is None:
            raise RefusalError("RESOURCE_UNKNOWN", "no such payment")
        return row

    def _of_request(self, connection: Connection, request_id: str) -> Row | None:
        return connection.execute(
            select(payments).where(payments.c.bank == self._bank.slug, payments.c.request_id == request_id)
        ).first()

    def _read(self, service: Service, product: Product, body: Mapping[str, Any]) -> Order:
        return read_order(
            service, product, body, self._ledger.accounts(self._bank), self._ledger.all_accounts()
        )

    def _order(self, row: Row) -> Order:
        """Of either bank: what is due is carried out for both."""
        bank = next(bank for bank in BANKS if bank.slug == row.bank)
        return read_order(
            Service(row.service),
            Product(row.product),
            row.body,
            self._ledger.accounts(bank),
            self._ledger.all_accounts(),
        )

    def _payment(self, row: Row) -> Payment:
        if row.bank != self._bank.slug:
            raise RefusalError("RESOURCE_UNKNOWN", "no such payment")
        created_at = datetime.fromisoformat(row.created_at)
        return Payment(
            id=row.id,
            service=Service(row.service),
            body=row.body,
            order=self._order(row),
            psu=row.psu,
            status=self._today(row, created_at),
            funds=row.funds,
            next_on=date.fromisoformat(row.next_on) if row.next_on else None,
            answer=row.answer,
            created_at=created_at,
            payment_request=row.payment_request,
        )

    def _today(self, row: Row, created_at: datetime) -> str:
        """Time alone rejects what nobody confirmed, and settles what is on its way."""
        if row.status in OPEN and self._clock.now() - created_at > UNCONFIRMED:
            return REJECTED
        if row.status == ON_ITS_WAY and row.booked_on <= self._clock.today().isoformat():
            return LEFT
        return str(row.status)


def check_cancellable(payment: Payment) -> None:
    """Raises RefusalError CANCELLATION_INVALID when it is too late."""
    if payment.status not in OPEN and payment.next_on is None:
        raise RefusalError("CANCELLATION_INVALID", f"the payment is {payment.status}")


def _write(connection: Connection, payment_id: str, **changes: Any) -> None:
    connection.execute(payments.update().where(payments.c.id == payment_id).values(**changes))
