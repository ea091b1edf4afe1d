"""The amount of a payment: taken as it was heard, and given up where it is misheard again and again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from assistant.actions.money.certainty import Level, amount_doubt
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.heard import Parts
from assistant.actions.turn import Turn


def with_amount(turn: Turn, draft: Draft, parts: Parts) -> Draft:
    """The draft with the amount that was said, or with what is to be asked about it."""
    if parts.value is None:
        return replace(draft, whole=True, value=None, choices=()) if parts.whole else draft
    if draft.step in (Step.READ_BACK, Step.CHANGE) and draft.value is not None and not turn.is_typed:
        if parts.value == draft.value:
            return _misheard_again(turn, draft, parts)
        draft = replace(draft, rejected=_rejected(draft))
        if f"{parts.value:f}" in draft.rejected:
            return _digit_by_digit(draft)
    # "Make it fifty" is in the currency of what it corrects.
    currency = parts.currency or draft.currency
    offered, was_asked_so = draft.choices, draft.spelled
    draft = replace(
        draft, value=parts.value, currency=currency, doubt=False, whole=False, choices=(), spelled=False
    )
    doubt = amount_doubt(turn)
    if doubt.level is Level.NONE:
        return draft
    draft = replace(draft, doubt=True)
    # What was among the amounts to choose from has been heard twice by now: the read-back may decide. Digits
    # that were asked for are no repetition.
    was_offered = any(Decimal(value) == parts.value for value, _ in offered)
    if was_offered or was_asked_so or doubt.level is not Level.STRONG:
        return draft
    if offered and not turn.is_typed:
        return _digit_by_digit(draft)
    if len(doubt.readings) < 2:
        return replace(draft, value=None)
    return replace(
        draft, choices=tuple((f"{each.value:f}", each.currency or currency) for each in doubt.readings)
    )


def objects(turn: Turn) -> bool:
    """Whether it begins as an objection does: "no, forty"."""
    first = turn.text.casefold().split(maxsplit=1)[:1]
    return bool(first) and first[0] in turn.phrases.words("objections")


def _misheard_again(turn: Turn, draft: Draft, parts: Parts) -> Draft:
    """The amount that was just read back, said once more: it was misheard the same way again.

    Nobody corrects an amount to itself. After a "no" it is the likeliest other reading that was not
    rejected yet, else the customer is asked which of them it is; either way it is read back anew. Where
    nothing else is left it is asked for digit by digit, so that nobody goes round in a circle.
    """
    if parts != Parts(value=parts.value, currency=parts.currency):  # something else was meant
        return replace(draft, doubt=True)
    known = draft.rejected
    draft = replace(draft, rejected=_rejected(draft))
    doubt = amount_doubt(turn)
    if draft.step is Step.CHANGE or objects(turn):
        others = [each for each in doubt.readings if f"{each.value:f}" not in draft.rejected]
        if not others:
            return _digit_by_digit(draft)
        currency = others[0].currency or draft.currency
        return replace(draft, value=others[0].value, currency=currency, doubt=True)
    if len(doubt.readings) > 1:
        choices = tuple((f"{each.value:f}", each.currency or draft.currency) for each in doubt.readings)
        return replace(draft, doubt=True, choices=choices)
    return _digit_by_digit(draft) if draft.rejected == known else draft


def _rejected(draft: Draft) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*draft.rejected, f"{draft.value:f}")))


def _digit_by_digit(draft: Draft) -> Draft:
    return replace(draft, value=None, choices=(), doubt=True, spelled=True)
