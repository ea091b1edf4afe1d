""" "Pay the plumber again": the last payment is offered, and read back like any other."""

from __future__ import annotations

from assistant.actions.accounts import label
from assistant.actions.base import BankingAction
from assistant.actions.money.collect import merged
from assistant.actions.money.draft import Draft, Source
from assistant.actions.money.heard import parts_of
from assistant.actions.money.opening import is_free, open_payment
from assistant.actions.money.payees import resolve
from assistant.actions.names import Unclear, Unknown
from assistant.actions.turn import Turn


class PayAgain(BankingAction):
    NAME = "action_pay_again"

    def answer(self, turn: Turn) -> None:
        if is_free(turn):
            parts = parts_of(turn)
            open_payment(turn, merged(turn, _last(turn, parts.payee), parts))


def _last(turn: Turn, said: str) -> Draft:
    """The last payment to whoever is meant; an empty draft where that is nobody, or not one alone."""
    try:
        recipient = resolve(turn, said) if said else None
    except (Unclear, Unknown):
        recipient = None
    last = turn.services.payees.last_paid(recipient.iban) if recipient else None
    if recipient is None or last is None:
        return Draft()
    accounts = turn.services.portfolio.accounts().items
    source = next((each for each in accounts if (each.bank, each.id) == (last.bank, last.account_id)), None)
    paid = -last.money
    turn.say(
        "utter_again_last", payee=recipient.label, amount=turn.wording.money(paid), day=turn.day(last.on)
    )
    return Draft(
        said_payee=said,
        value=paid.amount,
        currency=paid.currency,
        remittance=last.remittance,
        source=Source(source.bank, source.id, label(source, accounts), source.currency) if source else None,
    )
