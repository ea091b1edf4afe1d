"""Phones: an operator is paid one of its amounts, with the number that is topped up as reference."""

from __future__ import annotations

from assistant.actions.base import BankingAction
from assistant.actions.money.draft import Draft, Recipient
from assistant.actions.money.every_bank import of_every_bank
from assistant.actions.money.heard import parts_of, phone_in
from assistant.actions.money.opening import is_free, open_payment
from assistant.actions.names import pick, resolve
from assistant.actions.turn import Turn
from assistant.bank.payment_requests import Operator

_SENTENCE = 12
"""Words around a name that nobody marked as one."""


class TopUp(BankingAction):
    NAME = "action_top_up"

    def answer(self, turn: Turn) -> None:
        if not is_free(turn):
            return
        operators = _operators(turn)
        if not operators:
            turn.say("utter_top_up_none")
            return
        parts = parts_of(turn)
        last = _last(turn, operators)
        named = parts.payee or pick(turn.text, [each.payee.name for each in operators], (), _SENTENCE) or ""
        meant = _meant(named, operators) or (last[0] if last and not named else None)
        if meant is None:
            names = turn.wording.one_of([each.payee.name for each in operators])
            turn.say("utter_top_up_which", options=names)
            return
        phone = next((found for word in turn.text.split() if (found := phone_in(word))), "")
        remembered = last[1] if last and last[0] == meant else ""
        # A phone number is no amount.
        value = parts.value if parts.value is not None and f"{parts.value}" != phone else None
        draft = Draft(
            to=Recipient(meant.payee.name, meant.payee.name, meant.payee.iban),
            value=value,
            currency=meant.amounts[0].currency,
            remittance=phone or remembered,
            bank=meant.bank,
            instant=True,
            offered=tuple(f"{each.amount:.2f}" for each in meant.amounts),
            said_source=parts.source or parts.account,
        )
        open_payment(turn, draft)


def _operators(turn: Turn) -> list[Operator]:
    """Each once, at the first bank that can top it up."""
    found: dict[str, Operator] = {}
    for operator in of_every_bank(turn, turn.services.payments.operators):
        found.setdefault(operator.payee.iban, operator)
    return [each for each in found.values() if each.amounts]


def _meant(said: str, operators: list[Operator]) -> Operator | None:
    names = resolve(said, [each.payee.name for each in operators]) if said else []
    return next((each for each in operators if names == [each.payee.name]), None)


def _last(turn: Turn, operators: list[Operator]) -> tuple[Operator, str] | None:
    """The last top-up that was ordered here: whose, and of which number. It is read back like all else."""
    by_iban = {each.payee.iban: each for each in operators}
    for payment in reversed(turn.services.payments.history()):
        operator = by_iban.get(payment.order.payee.iban)
        if operator is not None and phone_in(payment.order.remittance):
            return operator, payment.order.remittance
    return None
