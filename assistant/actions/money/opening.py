"""Payments that begin with what is known already: paid before, billed, ordered and to be changed."""

from __future__ import annotations

from assistant.actions.money.collect import advanced
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.said import say_all
from assistant.actions.turn import PAYMENT_FORM, Turn


def is_free(turn: Turn) -> bool:
    """Whether nothing else is open; says so where something is."""
    if turn.form:
        turn.say("utter_something_open")
    return not turn.form


def open_payment(turn: Turn, draft: Draft) -> None:
    """Go on in the form of a payment, with the question that is open now. Raises AssistantError."""
    draft = advanced(turn, draft)
    if draft.step is Step.END:
        say_all(turn, draft.ended)
        return
    turn.payment = draft.to_slot()
    turn.form = PAYMENT_FORM
