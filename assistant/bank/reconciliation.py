"""Which entry of an account is a payment whose answer was lost. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from assistant.bank.model import StandingOrder, Transaction
from assistant.bank.payment import Order, Payment, PaymentState

GIVEN_UP_AFTER = timedelta(days=7)
"""After its day a SEPA payment is booked within one banking day, and no holidays are longer. A payment
that nobody confirmed is dropped by banks within a day or so."""
_NEVER_MOVED = (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED)


def first_day_to_search(payment: Payment) -> date:
    """A day early, because banks date entries by clocks of their own."""
    return payment.began.date() - timedelta(days=1)


def is_given_up(payment: Payment, today: date) -> bool:
    """Whether it would have appeared by now."""
    began = payment.began.date()
    return today > max(began, payment.order.first_day or began) + GIVEN_UP_AFTER


def booking_of(
    payment: Payment, entries: Sequence[Transaction], alike: Sequence[Payment]
) -> Transaction | None:
    """The entry that is this payment: by its id, and where the bank does not hand ids on by everything else.

    `alike` are the payments of the journal with the same order. An entry that may belong to one of those
    counts as theirs, so that no entry proves two payments.
    """
    for entry in entries:
        if entry.end_to_end == payment.end_to_end:
            return entry
    nameless = [entry for entry in entries if not entry.end_to_end and _fits(payment.order, entry)]
    theirs = sum(each.id != payment.id and each.state not in _NEVER_MOVED for each in alike)
    return nameless[theirs] if len(nameless) > theirs else None


def is_standing(order: Order, orders: Sequence[StandingOrder]) -> bool:
    """Whether the bank lists the standing order."""
    schedule = order.schedule
    return schedule is not None and any(
        each.money == -order.money
        and each.counterparty.casefold() == order.payee.name.casefold()
        and each.frequency == schedule.frequency.value
        and each.until == schedule.until
        for each in orders
    )


def _fits(order: Order, entry: Transaction) -> bool:
    if entry.money != -order.money or order.remittance.casefold() not in entry.remittance.casefold():
        return False
    if entry.counterparty_iban is not None:
        return entry.counterparty_iban == order.payee.iban
    return entry.counterparty.casefold() == order.payee.name.casefold()
