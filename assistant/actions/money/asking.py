"""The open question of a payment, as response templates."""

from __future__ import annotations

from decimal import Decimal

from assistant.actions.money.draft import Draft, Recipient, Step
from assistant.actions.money.owed import owed_on
from assistant.actions.money.said import Said
from assistant.actions.turn import Turn
from assistant.bank.payment import Match

LARGE = Decimal(200)
"""From this amount on the read-back says every digit, however well it was heard."""
_END = 4
"""Digits of an account number that are said."""


def question(turn: Turn, draft: Draft) -> tuple[Said, ...]:
    """What is said to ask it; more before a read-back of which something is to be known."""
    one_of = turn.wording.one_of(draft.options)
    if draft.step is Step.AMOUNT:
        return (_how_much(turn, draft),)
    if draft.step is Step.SOURCE:
        return (Said("utter_payment_ask_source", {"options": one_of}),)
    if draft.step is Step.CURRENCY:
        return (Said("utter_payment_ask_currency", {"options": one_of}),)
    if draft.step is Step.WHICH and draft.part == "amount":
        spelled = turn.phrases("paying.spelled")
        each = [f"{option}{spelled}" for option in draft.options]
        return (
            Said("utter_payment_which_amount", {"options": one_of, "spelled": turn.wording.one_of(each)}),
        )
    if draft.step is Step.WHICH:
        return (Said("utter_which", {"options": one_of}),)
    if draft.step is Step.READ_BACK:
        return (*_to_know(turn, draft), _read_back(turn, draft))
    if draft.step is Step.PASSCODE or (draft.step is not None and draft.step.is_confirming):
        return draft.asks
    plain = {
        Step.DAY: "utter_standing_ask_day" if draft.standing else "utter_payment_ask_day",
        Step.OFTEN: "utter_standing_ask_often",
        Step.PHONE: "utter_top_up_ask_phone",
        Step.OTHER_SOURCE: "utter_payment_ask_other_source",
        Step.CHANGE: "utter_payment_ask_change",
        Step.RETRY: "utter_payment_ask_retry",
    }
    return (Said(plain.get(draft.step or Step.PAYEE, "utter_payment_ask_payee")),)


def facts(turn: Turn, draft: Draft) -> dict[str, str]:
    """Amount, payee, account and day, as sentences name them."""
    recipient = draft.to
    return {
        "amount": turn.wording.money(draft.money) if draft.money else "",
        "payee": _name(recipient) if recipient else "",
        "account": draft.source.label if draft.source else "",
        "when": _when(turn, draft),
    }


def _how_much(turn: Turn, draft: Draft) -> Said:
    if draft.spelled:
        return Said("utter_payment_spell_amount")
    owed = owed_on(turn, draft.to) if draft.to else None
    if owed is None or draft.to is None:
        return Said("utter_payment_ask_amount")
    values = {"owed": turn.wording.money(owed), "account": draft.to.label}
    return Said("utter_payment_ask_amount_owed", values)


def _to_know(turn: Turn, draft: Draft) -> tuple[Said, ...]:
    said = []
    name = draft.to.name if draft.to else ""
    if draft.match is Match.CLOSE:
        said.append(Said("utter_payment_name_close", {"name": draft.right_name, "said": name}))
    if draft.match is Match.NONE:
        said.append(Said("utter_payment_name_wrong", {"name": name}))
    if draft.match is Match.NOT_POSSIBLE:
        said.append(Said("utter_payment_name_unchecked", {"name": name}))
    if draft.twin is not None and draft.resumes:
        said.append(Said("utter_payment_resume", {"day": turn.day(draft.twin)}))
    elif draft.twin is not None:
        said.append(Said("utter_payment_twin", {"day": turn.day(draft.twin)}))
    return tuple(said)


def _read_back(turn: Turn, draft: Draft) -> Said:
    if draft.cancels:
        return Said("utter_change_read_back" if draft.then else "utter_cancel_read_back", facts(turn, draft))
    money, recipient = draft.money, draft.to
    assert money is not None and recipient is not None  # noqa: S101 - nothing is read back without
    grows = draft.doubt or money.amount >= LARGE
    unsure = draft.doubt or draft.match not in (Match.MATCH, None) or not recipient.known
    number = (recipient.iban or recipient.masked_pan)[-_END:]
    values = {
        **facts(turn, draft),
        "spelled": turn.phrases("paying.spelled") if grows else "",
        "number": turn.phrases("paying.number", digits=", ".join(number)) if unsure else "",
        "reference": turn.phrases("paying.reference", text=draft.remittance) if draft.remittance else "",
    }
    if recipient.own:
        return Said("utter_payment_read_back_own", values)
    return Said("utter_payment_read_back", values)


def _name(recipient: Recipient) -> str:
    """ "`The plumber (Keane Plumbing)` where the holder is called otherwise."""
    if recipient.own or recipient.label.casefold() == recipient.name.casefold():
        return recipient.label
    return f"{recipient.label} ({recipient.name})"


def _when(turn: Turn, draft: Draft) -> str:
    if draft.frequency is not None and draft.on is not None:
        often = turn.phrases(f"frequencies.{draft.frequency.value}")
        every = turn.phrases("paying.every", often=often, day=turn.day(draft.on))
        return every + (turn.phrases("paying.until", day=turn.day(draft.until)) if draft.until else "")
    if draft.instant:
        return turn.phrases("paying.instantly")
    if draft.on is None:
        return turn.phrases("paying.now")
    near = (draft.on - turn.today).days == 1
    return turn.phrases("paying.tomorrow" if near else "paying.on", day=turn.day(draft.on))
