"""What came in, the salary first of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from assistant.actions.base import QuestionAction
from assistant.actions.categories import category_of
from assistant.actions.filters import display_name, is_own_transfer
from assistant.actions.listing import Listing
from assistant.actions.periods import Period
from assistant.actions.question import Filters
from assistant.actions.recurring import regular_payments
from assistant.actions.search import Found, all_history, find, recently, said_where
from assistant.actions.topics.transactions import tell
from assistant.actions.turn import Turn
from assistant.bank.model import Transaction
from assistant.money import sum_by_currency

_DEFAULT_DAYS = 30
_SALARY_DAYS = 120
"""Enough for three monthly salaries, which the rule for unmarked ones needs."""
_SALARY = "salary"


class Income(QuestionAction):
    NAME = "action_income"
    PARTS = frozenset({"account", "bank", "merchant", "category", "period", "amount", "count"})

    def reply(self, turn: Turn, filters: Filters) -> None:
        if _SALARY in filters.category:
            _tell_salary(turn, filters)
        else:
            _tell_income(turn, filters)


def _tell_income(turn: Turn, filters: Filters) -> None:
    period = filters.period[0] if filters.period else recently(turn, _DEFAULT_DAYS)
    found, received = _look(turn, filters, period)
    if not received and not filters.period and filters.merchant:
        period = all_history(turn)
        found, received = _look(turn, filters, period)
    where = said_where(turn, found, "received", period.label)
    if not received:
        turn.say("utter_income_none", where=where)
        return
    turn.read_out(
        Listing.of(tell(turn, each) for each in received),
        "utter_income" if len(received) > 1 else "utter_income_one",
        total=turn.wording.moneys(sum_by_currency([each.money for each in received])),
        where=where,
        number=turn.phrases.count("counts.incoming", len(received)),
    )


def _look(turn: Turn, filters: Filters, period: Period) -> tuple[Found, list[Transaction]]:
    found = find(turn, replace(filters, direction=None), period.start, period.end)
    return found, _received(found, found.within(period, "incoming"))[: filters.count]


def _tell_salary(turn: Turn, filters: Filters) -> None:
    """The last one, or all of a time that was named."""
    said = filters.period[0] if filters.period else None
    start = turn.today - timedelta(days=_SALARY_DAYS)
    found = find(
        turn,
        replace(filters, direction=None, category=(), count=None),
        min(start, said.start) if said else start,
        said.end if said else turn.today,
    )
    received = _received(found, [each for each in found.everything() if not each.money.is_negative])
    salaries = _salaries(received, turn)
    if said:
        salaries = [each for each in salaries if each.on in said]
    if not salaries:
        turn.say("utter_salary_none", where=said_where(turn, found, "received", said.label if said else ""))
    elif len(salaries) == 1 or not said:
        last = salaries[0]
        turn.say(
            "utter_salary",
            amount=turn.wording.money(last.money),
            payer=display_name(last),
            date=turn.wording.weekday(last.on, turn.today),
        )
    else:
        turn.say(
            "utter_salary_total",
            where=said_where(turn, found, "received", said.label),
            total=turn.wording.moneys(sum_by_currency([each.money for each in salaries])),
            number=turn.phrases.count("counts.incoming", len(salaries)),
        )


def _received(found: Found, transactions: Sequence[Transaction]) -> list[Transaction]:
    """Own money moved is no income, and neither is what a shop gives back."""
    return [
        each
        for each in transactions
        if each.merchant is None and not is_own_transfer(each, found.scope.everything)
    ]


def _salaries(received: Sequence[Transaction], turn: Turn) -> list[Transaction]:
    """Credits marked as salary; where a bank marks none, the largest that comes every month."""
    marked = [each for each in received if category_of(each) == _SALARY]
    if marked:
        return marked
    monthly = [each for each in regular_payments(received, (), turn.today) if each.frequency == "Monthly"]
    if not monthly:
        return []
    largest = max(monthly, key=lambda each: each.money.amount)
    return [each for each in received if display_name(each) == largest.name]
