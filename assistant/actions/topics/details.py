"""The number of an account, in groups that can be written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.actions import wording
from assistant.actions.accounts import label, read_scope
from assistant.actions.base import QuestionAction
from assistant.actions.question import Choice, Filters
from assistant.actions.topics.balances import entry
from assistant.actions.turn import Turn
from assistant.bank.model import Account


class AccountDetails(QuestionAction):
    NAME = "action_account_details"

    def reply(self, turn: Turn, filters: Filters) -> None:
        scope = read_scope(turn, filters)
        turn.mention(scope.failures)
        accounts = scope.accounts
        if not scope.said and len(accounts) > 1:
            # "What is my IBAN?" means an account that has one.
            accounts = tuple(account for account in accounts if account.iban) or accounts
        if len(accounts) == 1:
            _tell(turn, accounts[0], label(accounts[0], scope.everything))
        else:
            _ask_which(turn, accounts, [label(account, scope.everything) for account in accounts])


def _ask_which(turn: Turn, accounts: Sequence[Account], names: Sequence[str]) -> None:
    """Nobody can follow several account numbers in a row; the screen shows them all at once."""
    lines = [
        entry(turn, "details", account=name, bank=account.bank, number=_number(account)).screen
        for account, name in zip(accounts, names, strict=True)
    ]
    turn.say("utter_which_account", options=turn.wording.one_of(names), table="\n".join(lines))
    if turn.question:
        turn.question = replace(turn.question, choice=Choice("account", tuple(names)))


def _number(account: Account) -> str:
    if account.iban:
        return wording.iban(account.iban)
    return wording.card(account.masked_pan) if account.masked_pan else ""


def _tell(turn: Turn, account: Account, name: str) -> None:
    table = "\n".join(_lines(turn, account))
    if account.iban:
        number = wording.iban(account.iban)
        turn.say("utter_account_details", account=name, bank=account.bank, iban=number, table=table)
    elif account.masked_pan:
        number = wording.card(account.masked_pan)
        turn.say("utter_account_details_card", account=name, bank=account.bank, card=number, table=table)
    else:
        turn.say("utter_account_details_none", account=name, bank=account.bank)


def _lines(turn: Turn, account: Account) -> list[str]:
    phrases = turn.phrases
    lines = [phrases("details.currency", currency=account.currency)]
    if account.bic:
        lines.append(phrases("details.bic", bic=account.bic))
    if account.owner:
        lines.append(phrases("details.owner", owner=account.owner))
    if account.credit_limit:
        lines.append(phrases("details.limit", limit=turn.wording.money(account.credit_limit)))
    return lines
