"""Finding what comes back regularly in plain transactions.

The rule, which is also told to the customer: at least three payments the same way between one
account and one counterparty, of similar amounts, at even intervals, and the next one not overdue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from assistant.actions.filters import display_name
from assistant.bank.model import StandingOrder, Transaction
from assistant.money import Money
from assistant.nlu.values.calendar import add_months

_LEAST = 3
_SIMILAR = Decimal("0.35")
"""How far an amount may be from the middle one: electricity in winter and in summer lie that far apart."""


@dataclass(frozen=True, slots=True)
class _Rhythm:
    frequency: str
    """XS2A `frequency`."""
    shortest: int
    """Days between two payments, with weekends and short months allowed for."""
    longest: int
    days: int = 0
    months: int = 0

    def after(self, day: date, times: int = 1) -> date:
        return (
            add_months(day, self.months * times) if self.months else day + timedelta(days=self.days * times)
        )


_RHYTHMS = (
    _Rhythm("Weekly", 6, 8, days=7),
    _Rhythm("EveryTwoWeeks", 12, 16, days=14),
    _Rhythm("Monthly", 25, 37, months=1),
    _Rhythm("EveryTwoMonths", 55, 67, months=2),
    _Rhythm("Quarterly", 84, 98, months=3),
    _Rhythm("SemiAnnual", 176, 190, months=6),
    _Rhythm("Annual", 357, 373, months=12),
)
_BY_FREQUENCY = {rhythm.frequency: rhythm for rhythm in _RHYTHMS} | {
    "Daily": _Rhythm("Daily", 1, 1, days=1),
    "MonthlyVariable": _Rhythm("MonthlyVariable", 25, 37, months=1),
}
_PER_MONTH = {
    "Daily": Decimal(365) / 12,
    "Weekly": Decimal(52) / 12,
    "EveryTwoWeeks": Decimal(26) / 12,
    "Monthly": Decimal(1),
    "MonthlyVariable": Decimal(1),
    "EveryTwoMonths": Decimal(1) / 2,
    "Quarterly": Decimal(1) / 3,
    "SemiAnnual": Decimal(1) / 6,
    "Annual": Decimal(1) / 12,
}


@dataclass(frozen=True, slots=True)
class Regular:
    """Something that comes back, ordered at the bank or found by the rule."""

    bank: str
    account_id: str
    name: str
    money: Money
    """The amount of an order, or the latest of those found. Negative when it leaves the account."""
    frequency: str
    """XS2A `frequency`."""
    next_on: date
    ordered: bool
    """A standing order; otherwise expected by the rule."""
    until: date | None = None

    @property
    def per_month(self) -> Money:
        """To the cent, rounded half to even; a frequency that is not known counts once a month."""
        share = self.money.amount * _PER_MONTH.get(self.frequency, Decimal(1))
        return Money(share.quantize(Decimal("0.01")), self.money.currency)

    def days_until(self, last: date) -> list[date]:
        """Every day on which it falls due, up to and including `last`."""
        rhythm = _BY_FREQUENCY.get(self.frequency)
        end = min(last, self.until) if self.until else last
        days: list[date] = []
        times = 0
        day = self.next_on
        while day <= end:
            days.append(day)
            if rhythm is None:
                break
            times += 1
            day = rhythm.after(self.next_on, times)
        return days


def regular_payments(
    transactions: Iterable[Transaction], orders: Iterable[StandingOrder], today: date
) -> list[Regular]:
    """Standing orders, and what the rule finds besides them; the soonest first."""
    ordered = [
        Regular(
            bank=order.bank,
            account_id=order.account_id,
            name=order.counterparty,
            money=-abs(order.money),
            frequency=order.frequency,
            next_on=order.next_on,
            ordered=True,
            until=order.until,
        )
        for order in orders
        if order.until is None or order.until >= today
    ]
    found = [each for each in _found(transactions, today) if not any(_same(each, order) for order in ordered)]
    return sorted([*ordered, *found], key=lambda each: (each.next_on, each.name))


def _same(found: Regular, order: Regular) -> bool:
    """The payments that an order made are no second obligation."""
    return (
        (found.bank, found.account_id) == (order.bank, order.account_id)
        and found.name.casefold() == order.name.casefold()
        and found.money.currency == order.money.currency
        and _is_similar(found.money.amount, order.money.amount)
    )


def _found(transactions: Iterable[Transaction], today: date) -> list[Regular]:
    groups: dict[tuple[str, str, str, str, bool], list[Transaction]] = {}
    for each in transactions:
        name = display_name(each)
        if name and each.money.amount:
            key = (each.bank, each.account_id, name.casefold(), each.money.currency, each.money.is_negative)
            groups.setdefault(key, []).append(each)
    found = (_regular(cluster, today) for group in groups.values() for cluster in _clusters(group))
    return [each for each in found if each is not None]


def _clusters(group: Sequence[Transaction]) -> list[list[Transaction]]:
    """Payments of similar amounts; one shop may have a subscription and purchases besides."""
    if len(group) < _LEAST:
        return []
    if _are_similar(group):
        return [list(group)]
    by_amount: dict[Decimal, list[Transaction]] = {}
    for each in group:
        by_amount.setdefault(each.money.amount, []).append(each)
    return [same for same in by_amount.values() if len(same) >= _LEAST]


def _are_similar(group: Sequence[Transaction]) -> bool:
    middle = median(each.money.amount for each in group)
    return all(_is_similar(each.money.amount, middle) for each in group)


def _is_similar(amount: Decimal, middle: Decimal) -> bool:
    return abs(amount - middle) <= abs(middle) * _SIMILAR


def _regular(cluster: Sequence[Transaction], today: date) -> Regular | None:
    payments = sorted(cluster, key=lambda each: each.on)
    gaps = [(later.on - sooner.on).days for sooner, later in pairwise(payments)]
    if len(payments) < _LEAST:
        return None
    for rhythm in _RHYTHMS:
        if all(rhythm.shortest <= gap <= rhythm.longest for gap in gaps):
            break
    else:
        return None
    last = payments[-1]
    overdue = last.on + timedelta(days=rhythm.longest)
    if overdue < today:
        return None
    return Regular(
        bank=last.bank,
        account_id=last.account_id,
        name=display_name(last),
        money=last.money,
        frequency=rhythm.frequency,
        next_on=max(_next(payments, rhythm), today),
        ordered=False,
    )


def _next(payments: Sequence[Transaction], rhythm: _Rhythm) -> date:
    """A weekend may have moved a payment, even into another month: the middle of what the last
    three lead to is the usual day."""
    recent = payments[-_LEAST:]
    return sorted(rhythm.after(each.on, len(recent) - place) for place, each in enumerate(recent))[
        _LEAST // 2
    ]
