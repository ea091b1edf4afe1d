"""How a payment ended, in the bank's own terms: only what is settled is called paid."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.actions.money.asking import facts
from assistant.actions.money.draft import Draft
from assistant.actions.money.said import Said
from assistant.actions.turn import Turn
from assistant.bank.payment import Payment, PaymentState
from assistant.errors import AssistantError

_SAID: Mapping[PaymentState, str] = {
    PaymentState.PAID: "utter_payment_paid",
    PaymentState.ARRIVED: "utter_payment_arrived",
    PaymentState.ON_ITS_WAY: "utter_payment_on_its_way",
    PaymentState.RECEIVED: "utter_payment_received",
    PaymentState.CHECKED: "utter_payment_checked",
    PaymentState.CHANGED: "utter_payment_changed",
    PaymentState.ANOTHER_SIGNATURE: "utter_payment_another_signature",
    PaymentState.UNKNOWN: "utter_payment_unknown",
    PaymentState.NOT_DONE: "utter_payment_not_done",
    PaymentState.REFUSED: "utter_payment_refused",
    PaymentState.CANCELLED: "utter_payment_was_cancelled",
}


def ended(turn: Turn, draft: Draft, payment: Payment) -> Draft:
    """The draft with what its payment came to."""
    if draft.cancels:
        return draft.end(Said("utter_cancel_done", facts(turn, draft)))
    # On a day without settlement, such as a Saturday, "accepted, today" would say that the money goes today.
    waits = payment.state is PaymentState.CHECKED and draft.on is None
    said = "utter_payment_accepted" if waits else _SAID[payment.state]
    return draft.end(Said(said, facts(turn, draft)))


def withdrawn(turn: Turn, draft: Draft, payment: Payment) -> Draft:
    """The same for one that the customer gave up before it was confirmed."""
    if draft.cancels and payment.state is not PaymentState.CANCELLED:
        return draft.end(Said("utter_cancel_kept", facts(turn, draft)))
    if payment.state in (PaymentState.CANCELLED, PaymentState.NOT_DONE, PaymentState.REFUSED):
        return draft.end(Said("utter_payment_withdrawn"))
    if payment.state in (PaymentState.RECEIVED, PaymentState.CHECKED):
        return draft.end(Said("utter_payment_lapses"))
    return draft.end(Said("utter_payment_too_late"), Said(_SAID[payment.state], facts(turn, draft)))


def failed(draft: Draft, error: AssistantError) -> Draft:
    """The error's own sentence tells whether anything moved."""
    return draft.end(Said("utter_error", {"say": error.say, "remedy": error.remedy, "code": error.code}))
