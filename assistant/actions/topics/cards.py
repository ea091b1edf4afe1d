"""Where a card was used, and whether that was abroad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from assistant.actions.base import QuestionAction
from assistant.actions.filters import is_abroad, is_card_payment
from assistant.actions.listing import Entry, Listing
from assistant.actions.question import Filters
from assistant.actions.search import Found, find, recently, said_where
from assistant.actions.topics.balances import entry
from assistant.actions.turn import Turn
from assistant.bank.model import AccountKind, Transaction
from assistant.money import sum_by_currency

_DEFAULT_DAYS = 30


class CardUsage(QuestionAction):
    NAME = "action_card_usage"
    PARTS = frozenset({"account", "bank", "merchant", "category", "place", "period", "amount"})

    def reply(self, turn: Turn, filters: Filters) -> None:
        period = filters.period[0] if filters.period else recently(turn, _DEFAULT_DAYS)
        found = find(turn, replace(filters, direction=None, count=None), period.start, period.end)
        cards = {
            (account.bank, account.id)
            for account in found.scope.everything
            if account.kind is AccountKind.CARD
        }
        used = [each for each in found.within(period) if is_card_payment(each, cards)]
        card = _card(turn, found)
        where = said_where(turn, _without_accounts(found), "found", period.label)
        if not used:
            turn.say("utter_card_unused", card=card, where=where)
            return
        turn.read_out(
            Listing.of(_by_place(turn, used, found.home)),
            "utter_card_used",
            card=card,
            times=turn.phrases.count("counts.times", len(used)),
            where=where,
            total=turn.wording.moneys(sum_by_currency([-each.money for each in used])),
        )
        if not filters.place:
            _tell_abroad(turn, used, found.home)


def _card(turn: Turn, found: Found) -> str:
    """ "your Harbour Visa", or all of them when none was named."""
    if found.scope.said:
        return turn.phrases("named_card", name=turn.wording.all_of(found.scope.names))
    return turn.phrases("your_cards")


def _without_accounts(found: Found) -> Found:
    """The card is the subject of the sentence already."""
    return replace(found, narrowed=replace(found.narrowed, accounts=()))


def _by_place(turn: Turn, used: Sequence[Transaction], home: str | None) -> list[Entry]:
    """The place with most payments first; those whose place the bank does not tell come last."""
    groups: dict[str, list[Transaction]] = {}
    for each in used:
        groups.setdefault(_place(turn, each, home), []).append(each)
    unknown = turn.phrases("unknown_place")
    ordered = sorted(groups.items(), key=lambda group: (group[0] == unknown, -len(group[1]), group[0]))
    return [
        entry(
            turn,
            "place",
            place=place,
            times=turn.phrases.count("counts.times", len(payments)),
            total=turn.wording.moneys(sum_by_currency([-each.money for each in payments])),
        )
        for place, payments in ordered
    ]


def _place(turn: Turn, transaction: Transaction, home: str | None) -> str:
    merchant = transaction.merchant
    country = merchant.country if merchant else None
    if merchant and merchant.city:
        return merchant.city
    if country and country != home:
        return turn.wording.country(country)
    return turn.phrases("unknown_place")


def _tell_abroad(turn: Turn, used: Sequence[Transaction], home: str | None) -> None:
    if home is None:
        return
    countries = Counter(
        each.merchant.country
        for each in used
        if each.merchant and each.merchant.country and is_abroad(each, home)
    )
    if not countries:
        turn.say("utter_card_used_home")
        return
    turn.say(
        "utter_card_used_abroad",
        times_abroad=turn.phrases.count("counts.times", countries.total()).capitalize(),
        countries=turn.wording.all_of([turn.wording.country(code) for code, _ in countries.most_common()]),
    )
