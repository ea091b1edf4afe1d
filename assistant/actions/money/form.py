"""The form of a payment: its validation takes every message in, its question asks for what is open."""

from __future__ import annotations

from dataclasses import replace

from assistant.actions.base import BankingAction, take_choice
from assistant.actions.money import confirming, guarding, news, outcome
from assistant.actions.money.asking import facts, question
from assistant.actions.money.certainty import is_clear_yes
from assistant.actions.money.collect import (
    advanced,
    merged,
    said_nothing_payable,
    take_option,
    whole_text,
)
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.heard import Parts, currency_in, parts_of, phone_in
from assistant.actions.money.said import Said, say_all
from assistant.actions.topics.followups import refine
from assistant.actions.turn import Turn
from assistant.errors import AssistantError
from assistant.nlu import apart

_OURS = (
    "pay",
    "standing_order",
    "change_payment",
    "affirm",
    "deny",
    "refine",
    "finished",
    "nlu_fallback",
    "out_of_scope",
    "repeat",
)
"""Intents that may answer a question of the form; any other is answered first, and then it asks again."""


class ValidatePaymentForm(BankingAction):
    NAME = "validate_payment_form"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        if turn.is_back:
            return
        draft = _draft(turn)
        try:
            taken = _take_in(turn, draft)
        except AssistantError as error:
            taken = _interrupted(turn, draft, error)
        if taken is None:
            return
        turn.payment = taken.to_slot()
        if taken.step is Step.END:
            turn.end_form()


class AskPayment(BankingAction):
    NAME = "action_ask_payment_form_payment_end"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        say_all(turn, question(turn, _draft(turn)))


class PaymentEnded(BankingAction):
    """Says how it ended; only then has the customer heard it."""

    NAME = "action_payment_ended"

    def answer(self, turn: Turn) -> None:
        say_all(turn, _draft(turn).ended or (Said("utter_payment_dropped"),))
        underway = turn.services.confirmations.pop(turn.conversation)
        if underway is not None:
            turn.services.payments.told(underway.payment)
            turn.services.portfolio.forget()
        turn.payment = None


class ChangePayment(BankingAction):
    """Part of a payment while none is open: a follow-up of the last question, if there was one."""

    NAME = "action_change_payment"

    def answer(self, turn: Turn) -> None:
        if take_choice(turn):
            return
        if turn.question is None:
            turn.say("utter_payment_nothing_open")
        else:
            refine(turn)


class Finished(BankingAction):
    NAME = "action_finished"

    def answer(self, turn: Turn) -> None:
        turn.remark("utter_okay")


class PaymentNews(BankingAction):
    NAME = "action_payment_news"

    def answer(self, turn: Turn) -> None:
        # At the first turn of a process it was told already.
        if not news.tell(turn) and not turn.has_spoken:
            turn.say("utter_payment_news_none")


def _draft(turn: Turn) -> Draft:
    try:
        return Draft.from_slot(turn.payment)
    except (ValueError, TypeError, KeyError):
        return Draft()


def _interrupted(turn: Turn, draft: Draft, error: AssistantError) -> Draft:
    """A bank that fails before anything was handed over: nothing that was said is lost."""
    if draft.step is None:
        return outcome.failed(draft, error)
    turn.fail(error)
    return _kept(turn, draft).at(Step.RETRY)


def _kept(turn: Turn, draft: Draft) -> Draft:
    return merged(turn, draft, parts_of(turn)) if turn.intent in _OURS else draft


def _take_in(turn: Turn, draft: Draft) -> Draft | None:
    """The draft after this message; None when that was about something else."""
    if draft.step is not None and draft.step.is_confirming:
        return confirming.answered(turn, draft)
    if draft.payment and (begun := turn.services.payments.begun(draft.payment)) is not None:
        return confirming.taken_up(turn, draft, begun)
    if draft.step is Step.PASSCODE and (code := apart.take(turn.conversation)) is not None:
        again = guarding.judged(turn, draft, code)
        return confirming.begin(turn, draft) if again is None else again
    if confirming.leaves(turn, draft):
        return _dropped(turn, draft)
    if draft.step is Step.PHONE and (phone := phone_in(turn.text)):
        return advanced(turn, replace(draft, remittance=phone))
    if draft.step is None and turn.intent == "standing_order":
        draft = replace(draft, standing=True)
    if turn.intent not in _OURS:
        return None
    if turn.intent == "repeat":
        return draft
    return _chosen(turn, draft) or _said(turn, draft)


def _dropped(turn: Turn, draft: Draft) -> Draft:
    if draft.cancels:
        return draft.end(Said("utter_cancel_kept", facts(turn, draft)))
    return draft.end(Said("utter_payment_dropped"))


def _chosen(turn: Turn, draft: Draft) -> Draft | None:
    """The answer to a question that named what can be answered; None when it was none."""
    if draft.step is Step.WHICH:
        taken = take_option(turn, draft)
        return advanced(turn, taken) if taken is not None else None
    if draft.step is Step.CURRENCY and draft.value is not None:
        accounts = turn.services.portfolio.accounts().items
        currency = currency_in(turn, [each.currency for each in accounts])
        if currency is not None:
            return advanced(turn, replace(draft, currency=currency))
    return None


def _said(turn: Turn, draft: Draft) -> Draft:
    # What is to be cancelled is as it is: only yes or no is left to say.
    parts = Parts() if draft.cancels else parts_of(turn)
    if not draft.cancels and (not parts or parts == Parts(inexact=True)):
        parts = whole_text(turn, draft) or parts
    if parts:
        told = said_nothing_payable(turn, draft, parts)
        taken = merged(turn, draft, parts)
        return draft if told and taken == draft and draft.step is not None else advanced(turn, taken)
    if draft.step is None or (draft.step is Step.RETRY and turn.intent != "deny"):
        return advanced(turn, draft)
    if turn.intent == "deny":
        return (
            draft.at(Step.CHANGE)
            if draft.step is Step.READ_BACK and not draft.cancels
            else _dropped(turn, draft)
        )
    if draft.step is Step.READ_BACK and turn.intent == "affirm":
        if is_clear_yes(turn):
            return confirming.begin(turn, draft)
        turn.say("utter_payment_yes_unclear")
        return draft
    if draft.step is Step.CHANGE and turn.intent == "affirm":
        return draft.at(Step.READ_BACK)
    turn.say("utter_payment_unclear")
    return draft
