"""What will be paid soon, and what is paid regularly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.actions.base import QuestionAction
from assistant.actions.categories import category_of
from assistant.actions.filters import display_name, is_own_transfer
from assistant.actions.listing import Entry, Listing
from assistant.actions.names import resolve
from assistant.actions.periods import Period
from assistant.actions.question import Filters
from assistant.actions.recurring import Regular, regular_payments
from assistant.actions.search import Found, find, said_where
from assistant.actions.topics.balances import entry
from assistant.actions.turn import Turn
from assistant.bank.model import StandingOrder
from assistant.money import Money, sum_by_currency

_LOOKBACK_DAYS = 200
"""Enough for three payments at intervals of up to three months."""
_AHEAD_DAYS = 30
_PARTS = frozenset({"account", "bank", "merchant", "category", "amount", "count"})


class UpcomingPayments(QuestionAction):
    NAME = "action_upcoming_payments"
    PARTS = _PARTS | {"period"}

    def reply(self, turn: Turn, filters: Filters) -> None:
        said = filters.period[0] if filters.period else None
        period = said.ahead(turn.today) if said else _next_days(turn)
        found = _history(turn, filters)
        where = said_where(turn, found, "due", said.label if said else _next_days(turn).label)
        due = _due(_regular(turn, filters, found), period)[: filters.count] if period else []
        if not due:
            turn.say("utter_upcoming_none", where=where)
            return
        turn.read_out(
            Listing.of(_tell_due(turn, each) for each in due),
            "utter_upcoming" if len(due) > 1 else "utter_upcoming_one",
            number=turn.phrases.count("counts.upcoming", len(due)),
            total=turn.wording.moneys(sum_by_currency([-each.regular.money for each in due])),
            where=where,
        )
        if not all(each.regular.ordered for each in due):
            turn.say("utter_upcoming_expected")


class RecurringPayments(QuestionAction):
    NAME = "action_recurring_payments"
    PARTS = _PARTS

    def reply(self, turn: Turn, filters: Filters) -> None:
        found = _history(turn, filters)
        where = said_where(turn, found, "due")
        regular = _regular(turn, filters, found)[: filters.count]
        if not regular:
            turn.say("utter_recurring_none", where=where)
            turn.say("utter_recurring_rule")
            return
        regular.sort(key=lambda each: (each.money.currency, each.per_month.amount, each.name))
        turn.read_out(
            Listing.of(_tell_regular(turn, each) for each in regular),
            "utter_recurring" if len(regular) > 1 else "utter_recurring_one",
            number=turn.phrases.count("counts.regular", len(regular)),
            total=turn.wording.moneys(sum_by_currency([-each.per_month for each in regular])),
            where=where,
        )
        if not all(each.ordered for each in regular):
            turn.say("utter_recurring_rule")


@dataclass(frozen=True, slots=True)
class _Due:
    on: date
    regular: Regular


def _next_days(turn: Turn) -> Period:
    end = turn.today + timedelta(days=_AHEAD_DAYS)
    return Period(turn.today, end, turn.phrases("periods.next_days", n=_AHEAD_DAYS))


def _history(turn: Turn, filters: Filters) -> Found:
    past = replace(filters, direction=None, period=(), count=None)
    return find(turn, past, turn.today - timedelta(days=_LOOKBACK_DAYS), turn.today)


def _regular(turn: Turn, filters: Filters, found: Found) -> list[Regular]:
    """Standing orders and what the rule finds, as far as they were asked for."""
    gathered = turn.services.portfolio.standing_orders(found.scope.accounts)
    known = {failure.bank for failure in found.failures}
    turn.mention([failure for failure in gathered.failures if failure.bank not in known])
    meant = [each for each in found.sieve.sift(found.transactions) if each.money.is_negative]
    paid = [
        each
        for each in meant
        if category_of(each) != "cash" and not is_own_transfer(each, found.scope.everything)
    ]
    orders: Sequence[StandingOrder] = gathered.items
    if filters.merchant or filters.category:
        names = {display_name(each).casefold() for each in meant}
        names |= _ordered_names(filters, orders)
        orders = [order for order in orders if order.counterparty.casefold() in names]
    own = {account.owner.casefold() for account in found.scope.everything if account.owner}
    name = turn.phrases("own_account")
    return [
        replace(each, name=name) if each.name.casefold() in own else each
        for each in regular_payments(paid, orders, turn.today)
    ]


def _ordered_names(filters: Filters, orders: Sequence[StandingOrder]) -> set[str]:
    """An order that has not been carried out yet is known by its own name only."""
    known = sorted({order.counterparty for order in orders})
    return {name.casefold() for said in filters.merchant for name in resolve(said, known)}


def _due(regular: Sequence[Regular], period: Period) -> list[_Due]:
    due = [_Due(day, each) for each in regular for day in each.days_until(period.end) if day in period]
    return sorted(due, key=lambda each: (each.on, each.regular.name))


def _tell_due(turn: Turn, due: _Due) -> Entry:
    told = entry(
        turn,
        "due",
        day=turn.day(due.on),
        date=turn.wording.weekday(due.on, turn.today),
        amount=_size(turn, due.regular.money),
        name=due.regular.name,
    )
    if due.regular.ordered:
        return told
    return Entry(
        turn.phrases("items.expected.speech", item=told.speech),
        turn.phrases("items.expected.screen", item=told.screen),
    )


def _tell_regular(turn: Turn, regular: Regular) -> Entry:
    return entry(
        turn,
        "regular",
        name=regular.name,
        amount=_size(turn, regular.money),
        often=turn.phrases.get(f"frequencies.{regular.frequency}") or "",
        date=turn.wording.day(regular.next_on, turn.today),
    )


def _size(turn: Turn, money: Money) -> str:
    return turn.wording.money(abs(money))
