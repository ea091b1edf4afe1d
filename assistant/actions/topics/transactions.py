"""The latest transactions, and those of a shop, a kind, a place, a time or a size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from assistant.actions.base import QuestionAction
from assistant.actions.filters import display_name
from assistant.actions.listing import AT_A_TIME, Entry, Listing
from assistant.actions.question import Filters
from assistant.actions.search import RECENT_DAYS, Found, all_history, find, recently, said_where
from assistant.actions.topics.balances import entry
from assistant.actions.turn import Turn
from assistant.bank.model import Transaction
from assistant.money import sum_by_currency

EVERYTHING = frozenset(
    {"account", "bank", "merchant", "category", "place", "direction", "period", "amount", "count"}
)
_LATEST_DAYS = 30
_READ_AT_ONCE = 5
"""Who asks for five wants to hear five; more are read in parts."""


class ListTransactions(QuestionAction):
    NAME = "action_list_transactions"
    PARTS = EVERYTHING

    def reply(self, turn: Turn, filters: Filters) -> None:
        if _is_narrowed(filters):
            tell_found(turn, filters)
            return
        since = turn.today - timedelta(days=_LATEST_DAYS)
        found = find(turn, filters, since, turn.today)
        transactions = found.everything()
        if len(transactions) < (filters.count or AT_A_TIME):
            older = turn.today - timedelta(days=RECENT_DAYS)
            found = find(turn, filters, older, turn.today)
            transactions = found.everything()
        where = said_where(turn, found, "found")
        if not transactions:
            turn.say("utter_transactions_none", where=where + " " + recently(turn, RECENT_DAYS).label)
            return
        listing = _listing(turn, transactions, filters.count)
        turn.read_out(listing, "utter_transactions_latest", where=where)


class SearchTransactions(QuestionAction):
    NAME = "action_search_transactions"
    PARTS = EVERYTHING

    def reply(self, turn: Turn, filters: Filters) -> None:
        tell_found(turn, filters)


def tell_found(turn: Turn, filters: Filters) -> None:
    """Say what was found, with its number, its sum and what was searched for."""
    period = filters.period[0] if filters.period else recently(turn, RECENT_DAYS)
    found = find(turn, filters, period.start, period.end)
    transactions = found.within(period)
    if not transactions and not filters.period:
        period = all_history(turn)
        found = find(turn, filters, period.start, period.end)
        transactions = found.within(period)
    _tell(turn, found, transactions, filters, period.label)


def _tell(
    turn: Turn, found: Found, transactions: Sequence[Transaction], filters: Filters, period: str
) -> None:
    where = said_where(turn, found, "found", period)
    if not transactions:
        turn.say("utter_transactions_none", where=where)
        return
    listing = _listing(turn, transactions, filters.count)
    if len(transactions) == 1:
        turn.read_out(listing, "utter_transactions_one", where=where)
        return
    if filters.count and filters.count < len(transactions):
        turn.read_out(listing, "utter_transactions_latest", where=where)
        return
    paid = [-each.money for each in transactions if each.money.is_negative]
    received = [each.money for each in transactions if not each.money.is_negative]
    if paid and received:
        turn.read_out(
            listing,
            "utter_transactions_both_ways",
            number=turn.phrases.count("counts.transactions", len(transactions)),
            paid=turn.wording.moneys(sum_by_currency(paid)),
            received=turn.wording.moneys(sum_by_currency(received)),
            where=where,
        )
    else:
        turn.read_out(
            listing,
            "utter_transactions_found",
            number=turn.phrases.count(f"counts.{'outgoing' if paid else 'incoming'}", len(transactions)),
            total=turn.wording.moneys(sum_by_currency(paid or received)),
            where=where,
        )


def _is_narrowed(filters: Filters) -> bool:
    return replace(filters, account=(), bank=(), count=None) != Filters()


def _listing(turn: Turn, transactions: Sequence[Transaction], asked_for: int | None) -> Listing:
    at_a_time = asked_for if asked_for and asked_for <= _READ_AT_ONCE else AT_A_TIME
    return Listing.of((tell(turn, each) for each in transactions), at_a_time, asked_for)


def tell(turn: Turn, transaction: Transaction) -> Entry:
    """One transaction as an entry of a list."""
    values = {
        "day": turn.day(transaction.on),
        "date": turn.wording.weekday(transaction.on, turn.today),
        "name": display_name(transaction) or transaction.remittance or turn.phrases("nobody"),
        "amount": turn.wording.money(abs(transaction.money)),
    }
    told = entry(turn, "paid" if transaction.money.is_negative else "received", **values)
    if transaction.original is not None and transaction.original.currency != transaction.money.currency:
        original = turn.wording.money(abs(transaction.original))
        told = _around(turn, "original", told, original=original)
    if transaction.pending:
        told = _around(turn, "pending", told)
    return told


def _around(turn: Turn, kind: str, inner: Entry, **values: object) -> Entry:
    return Entry(
        turn.phrases(f"items.{kind}.speech", item=inner.speech, **values),
        turn.phrases(f"items.{kind}.screen", item=inner.screen, **values),
    )
