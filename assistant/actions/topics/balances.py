"""How much is there, and which accounts are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from assistant.actions.accounts import label, pick_scope, read_scope
from assistant.actions.base import QuestionAction
from assistant.actions.listing import Entry, Listing
from assistant.actions.question import Filters
from assistant.actions.turn import Turn
from assistant.bank.model import Account, AccountKind, Balance, spoken_balance
from assistant.money import Money, sum_by_currency

_Balances = Mapping[tuple[str, str], Balance | None]


class CheckBalance(QuestionAction):
    NAME = "action_check_balance"
    PARTS = frozenset({"account", "bank", "period"})

    def reply(self, turn: Turn, filters: Filters) -> None:
        gathered = turn.services.portfolio.balances()
        told = {_key(account): balance_to_tell(account, balances) for account, balances in gathered.items}
        scope = pick_scope(
            [account for account, _ in gathered.items], gathered.failures, filters, turn.phrases
        )
        turn.mention(scope.failures)
        if filters.period and filters.period[0].end < turn.today:
            turn.say("utter_balance_only_now", period=filters.period[0].label)
        if len(scope.accounts) == 1:
            account = scope.accounts[0]
            _tell_one(turn, account, label(account, scope.everything), told[_key(account)])
        else:
            _tell_several(turn, scope.accounts, scope.names, told)


class ListAccounts(QuestionAction):
    NAME = "action_list_accounts"

    def reply(self, turn: Turn, filters: Filters) -> None:
        scope = read_scope(turn, filters)
        turn.mention(scope.failures)
        entries = []
        for account, name in zip(scope.accounts, scope.names, strict=True):
            kind = turn.phrases(f"account_kinds.{account.kind.value}")
            values = {"account": name, "bank": account.bank, "kind": kind, "currency": account.currency}
            entries.append(entry(turn, "account", **values))
        number = turn.phrases.count("counts.accounts", len(entries))
        turn.read_out(Listing.of(entries), "utter_accounts", number=number)


def balance_to_tell(account: Account, balances: tuple[Balance, ...]) -> Balance | None:
    """What can be spent; of a card what is owed, because the rest of the limit is nobody's money."""
    if account.kind is AccountKind.CARD:
        balances = tuple(balance for balance in balances if "Available" not in balance.kind)
    return spoken_balance(balances, account.currency)


def entry(turn: Turn, item: str, /, **values: object) -> Entry:
    """One entry of a list in both forms."""
    return Entry(
        turn.phrases(f"items.{item}.speech", **values), turn.phrases(f"items.{item}.screen", **values)
    )


def _key(account: Account) -> tuple[str, str]:
    return account.bank, account.id


def _tell_one(turn: Turn, account: Account, name: str, balance: Balance | None) -> None:
    if balance is None:
        turn.say("utter_balance_not_sent", bank=account.bank, account=name)
        return
    size = turn.wording.money(abs(balance.money))
    kind = turn.phrases.get(f"balances.{balance.kind}") or ""
    if account.kind is not AccountKind.CARD:
        response = "utter_balance_overdrawn" if balance.money.is_negative else "utter_balance"
        turn.say(response, amount=size, account=name, kind=kind)
        return
    if balance.money.is_negative:
        turn.say("utter_balance_card_owed", amount=size, account=name)
    elif balance.money.amount:
        turn.say("utter_balance_card_credit", amount=size, account=name)
    else:
        turn.say("utter_balance_card_clear", account=name)
    limit = account.credit_limit
    if limit is not None and limit.currency == balance.money.currency:
        left = Money(max(limit.amount + min(balance.money.amount, Decimal(0)), Decimal(0)), limit.currency)
        turn.say("utter_card_limit", left=turn.wording.money(left), limit=turn.wording.money(limit))


def _tell_several(turn: Turn, accounts: Sequence[Account], names: Sequence[str], told: _Balances) -> None:
    entries: list[Entry] = []
    owned: list[Money] = []
    for account, name in zip(accounts, names, strict=True):
        balance = told[_key(account)]
        values = {"account": name, "bank": account.bank}
        if balance is None:
            entries.append(entry(turn, "not_sent", **values))
        elif account.kind is AccountKind.CARD:
            kind = "card_owed" if balance.money.is_negative else "card_credit"
            entries.append(entry(turn, kind, amount=turn.wording.money(abs(balance.money)), **values))
        else:
            owned.append(balance.money)
            kind = turn.phrases.get(f"balances.{balance.kind}") or ""
            entries.append(
                entry(turn, "balance", amount=turn.wording.money(balance.money), kind=kind, **values)
            )
    listing = Listing.of(entries)
    if owned:
        turn.read_out(listing, "utter_balances", total=turn.wording.moneys(sum_by_currency(owned)))
    else:
        turn.read_out(listing, "utter_balances_cards")
