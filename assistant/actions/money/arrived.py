""" "Did my payment to Ana arrive?": how one payment stands, in the bank's own terms."""

from __future__ import annotations

from assistant.actions.base import BankingAction
from assistant.actions.guarded import may_list
from assistant.actions.money.heard import parts_of
from assistant.actions.names import resolve
from assistant.actions.turn import Turn
from assistant.bank.payees import KnownPayee
from assistant.bank.payment import Payment


class PaymentArrived(BankingAction):
    NAME = "action_payment_arrived"

    def answer(self, turn: Turn) -> None:
        if not may_list(turn):
            return
        parts = parts_of(turn)
        said = parts.payee or parts.target or parts.account
        payments = _to(turn, said) if said else list(turn.services.payments.history())
        if not payments and said:
            turn.say("utter_arrived_none_to", name=said)
            return
        if not payments:
            turn.say("utter_arrived_none")
            return
        payment = turn.services.payments.refresh(payments[-1])
        order = payment.order
        facts = {"amount": turn.wording.money(order.money), "payee": order.payee.name}
        news = turn.phrases(f"paying.news.{payment.state.value}", **facts)
        turn.say("utter_payment_news", began=turn.day(payment.began.date()), news=news)
        turn.services.payments.told(payment)


def _to(turn: Turn, said: str) -> list[Payment]:
    """What was ordered here for whoever is meant: by the holder's name, or by the customer's word for it."""
    known = {each.iban: each for each in turn.services.payees.all() if each.iban}
    payments = turn.services.payments.history()
    names = {name for each in payments for name in _names(each, known)}
    meant = set(resolve(said, sorted(names)))
    return [each for each in payments if meant & _names(each, known)]


def _names(payment: Payment, known: dict[str, KnownPayee]) -> set[str]:
    payee = payment.order.payee
    word = known.get(payee.iban)
    return {payee.name, word.name if word else payee.name}
