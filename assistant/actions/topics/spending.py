"""How much was spent, on what, and whether that is more than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.actions.base import QuestionAction
from assistant.actions.categories import category_of
from assistant.actions.filters import display_name, is_own_transfer
from assistant.actions.listing import Entry
from assistant.actions.periods import Period
from assistant.actions.question import Filters
from assistant.actions.search import Found, all_history, find, said_where, this_month
from assistant.actions.spending import Comparison, Group, Spent, compare, largest_groups, spent
from assistant.actions.topics.balances import entry
from assistant.actions.turn import Turn
from assistant.bank.model import Transaction

_PARTS = frozenset({"account", "bank", "merchant", "category", "place", "period", "against", "amount"})
_MOST = 3
_MOST_ON_SCREEN = 8


class Spending(QuestionAction):
    NAME = "action_spending"
    PARTS = _PARTS

    def reply(self, turn: Turn, filters: Filters) -> None:
        payments = _tell_compared(turn, filters)
        if payments and not filters.merchant and not filters.category:
            _tell_most(turn, payments)


class CompareSpending(QuestionAction):
    NAME = "action_compare_spending"
    PARTS = _PARTS

    def heard(self, turn: Turn) -> Filters:
        """ "More than the month before" names what is compared with, not the time itself."""
        heard = super().heard(turn)
        if turn.heard.earlier is None:
            return heard
        return replace(heard, period=turn.heard.period, against=heard.period[-1:])

    def ask(self, turn: Turn, filters: Filters) -> None:
        """A bare "is that more than before?" is about what was asked last."""
        last = turn.question
        if last is not None and last.action in (Spending.NAME, CompareSpending.NAME):
            filters = last.filters.refined(filters)
        super().ask(turn, filters)

    def reply(self, turn: Turn, filters: Filters) -> None:
        _tell_compared(turn, filters)


def _tell_compared(turn: Turn, filters: Filters) -> list[Transaction]:
    """Say the total and how it compares; what it is made of is handed back."""
    period = filters.period[0] if filters.period else this_month(turn)
    other = _compared_with(turn, filters, period)
    # Both times in one go: the bank is asked once.
    found = find(turn, _outgoing(filters), min(period.start, other.start), max(period.end, other.end))
    payments = _spending(found, period, filters)
    total = spent(payments)
    if not total.payments and not filters.period and (filters.merchant or filters.place):
        return _tell_longer(turn, filters)
    _tell_total(turn, found, total, period)
    if total.payments or filters.against:
        _tell_comparisons(turn, total, spent(_spending(found, other, filters)), other)
    return payments


def _tell_longer(turn: Turn, filters: Filters) -> list[Transaction]:
    """ "What did I spend in Paris?" is not about this month: look as far back as there is anything."""
    period = all_history(turn)
    found = find(turn, _outgoing(filters), period.start, period.end)
    payments = _spending(found, period, filters)
    _tell_total(turn, found, spent(payments), period)
    return payments


def _compared_with(turn: Turn, filters: Filters, period: Period) -> Period:
    """What was named, else the time before; of that only as many days as a running period has had."""
    before = _before(turn, period)
    said = [*filters.against, *filters.period[1:]]
    if not said:
        return before
    same = (said[0].start, said[0].grain) == (before.start, before.grain)
    return before if same and period.is_running(turn.today) else said[0]


def _outgoing(filters: Filters) -> Filters:
    """Refunds are looked at too, so the direction is left open here."""
    return replace(filters, direction=None, count=None)


def _before(turn: Turn, period: Period) -> Period:
    grain = period.grain if turn.phrases.get(f"before.{period.grain}") else "range"
    label = turn.phrases(f"before.{grain}", n=period.until(turn.today).days)
    if period.is_running(turn.today) and period.until(turn.today).days > 1:
        label = turn.phrases("before.running", before=label)
    return period.before(turn.today, label)


def _spending(found: Found, period: Period, filters: Filters) -> list[Transaction]:
    """Moving one's own money is no spending, unless just that was asked for by name."""
    transactions = found.within(period)
    if filters.merchant:
        return transactions
    return [each for each in transactions if not is_own_transfer(each, found.scope.everything)]


def _tell_total(turn: Turn, found: Found, total: Spent, period: Period) -> None:
    where = said_where(turn, found, "spent", period.label)
    if not total.payments:
        turn.say("utter_spent_nothing", where=where)
        return
    turn.say(
        "utter_spent",
        total=turn.wording.moneys(total.totals),
        where=where,
        number=turn.phrases.count("counts.outgoing", total.payments),
    )
    if total.refunds:
        turn.say("utter_spent_refunds", refunds=turn.wording.moneys(total.refunds))


def _tell_most(turn: Turn, payments: Sequence[Transaction]) -> None:
    groups = largest_groups(payments, lambda each: category_of(each) or display_name(each))
    if len(groups) < 2:
        return
    entries = [_group(turn, group) for group in groups[:_MOST_ON_SCREEN]]
    turn.say(
        "utter_spent_most",
        items=turn.wording.all_of([each.speech for each in entries[:_MOST]]),
        table="\n".join(each.screen for each in entries),
    )


def _group(turn: Turn, group: Group) -> Entry:
    return entry(turn, "group", name=group.key, total=turn.wording.money(group.total))


def _tell_comparisons(turn: Turn, now: Spent, then: Spent, before: Period) -> None:
    for each in compare(now.totals, then.totals):
        _tell_comparison(turn, each, before)


def _tell_comparison(turn: Turn, comparison: Comparison, before: Period) -> None:
    previous = turn.wording.money(comparison.then)
    if comparison.ratio is None:
        turn.say("utter_compare_new", before=before.label)
    elif comparison.is_same:
        turn.say("utter_compare_same", before=before.label)
    else:
        turn.say(
            "utter_compare_more" if comparison.is_more else "utter_compare_less",
            difference=turn.wording.money(comparison.difference),
            before=before.label,
            previous=previous,
            percent=turn.wording.percent(comparison.ratio),
        )
