"""The customer's days put together. A day's entries depend on the seed and the day alone, so a
ledger can be lengthened at any time and comes out as if it had been made in one go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from assistant.sandbox.bills import bills_on
from assistant.sandbox.days import following_business_day
from assistant.sandbox.entry import CARD_REPAYMENT, DIRECT_DEBIT, Entry
from assistant.sandbox.habits import home_on
from assistant.sandbox.travel import travel_on, trip_on

_REPAYMENT_DAY = 5
LONGEST_BOOKING = timedelta(days=7)
"""More than any entry takes from being made to being booked."""


def entries_on(seed: int, day: date) -> Iterator[Entry]:
    """Everything that is begun on that day, over all accounts of both banks."""
    yield from _ordinary(seed, day)
    if day == following_business_day(day.replace(day=_REPAYMENT_DAY)):
        yield from _repay_card(seed, day)


def _ordinary(seed: int, day: date) -> Iterator[Entry]:
    yield from bills_on(seed, day)
    yield from travel_on(seed, day)
    if trip_on(seed, day) is None:
        yield from home_on(seed, day)


def card_bill(seed: int, month: date) -> int:
    """Cents of card purchases booked in the calendar month of that day."""
    first = month.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    owed = 0
    made_on = first - LONGEST_BOOKING
    while made_on <= last:
        for purchase in _ordinary(seed, made_on):
            if purchase.account == "visa" and first <= purchase.booked_on <= last:
                owed -= purchase.minor
        made_on += timedelta(days=1)
    return owed


def _repay_card(seed: int, day: date) -> Iterator[Entry]:
    """Last month's card bill is collected in full from the everyday account."""
    month = day.replace(day=1) - timedelta(days=1)
    owed = card_bill(seed, month)
    if owed <= 0:
        return
    yield Entry(
        account="everyday",
        made_on=day,
        booked_on=day,
        minor=-owed,
        counterparty="Harbour Visa",
        remittance=f"Card bill {month:%m/%Y}",
        bank_code=DIRECT_DEBIT,
        purpose="CCRD",
    )
    yield Entry(
        account="visa",
        made_on=day,
        booked_on=day,
        minor=owed,
        counterparty="Anna Keller",
        remittance="Payment received, thank you",
        bank_code=CARD_REPAYMENT,
    )
