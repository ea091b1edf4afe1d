"""Hello, thanks, goodbye, and saying it again, slower or faster."""

from __future__ import annotations

from decimal import Decimal

from assistant.actions.base import BankingAction, take_choice
from assistant.actions.guarded import may_tell
from assistant.actions.turn import Turn
from assistant.errors import AssistantError

RATES = ("0.6", "0.75", "0.85", "1", "1.15", "1.3", "1.5")
"""Speeds as factors of the voice's own; a listener hears each step."""
_NORMAL = "1"
_BADLY_HEARD = 0.75
"""Share of words that are likely to be right below which it helps to know what was heard."""


class Greet(BankingAction):
    NAME = "action_greet"

    def answer(self, turn: Turn) -> None:
        name = None if turn.is_guests else _first_name(turn)
        if name:
            turn.remark("utter_greet_name", name=name)
        else:
            turn.remark("utter_greet")


def _first_name(turn: Turn) -> str | None:
    """As the banks know the customer; a greeting does without when they cannot say."""
    try:
        accounts = turn.services.portfolio.accounts().items
    except AssistantError:
        return None
    owner = next((account.owner for account in accounts if account.owner), "")
    return owner.split()[0] if owner else None


class Thank(BankingAction):
    NAME = "action_thank"

    def answer(self, turn: Turn) -> None:
        turn.remark("utter_thank")


class Goodbye(BankingAction):
    """Whoever speaks next starts afresh."""

    NAME = "action_goodbye"

    def answer(self, turn: Turn) -> None:
        turn.forget()
        turn.remark("utter_goodbye")


class OutOfScope(BankingAction):
    NAME = "action_out_of_scope"

    def answer(self, turn: Turn) -> None:
        if not take_choice(turn):
            turn.remark("utter_out_of_scope")


class NotUnderstood(BankingAction):
    NAME = "action_not_understood"

    def answer(self, turn: Turn) -> None:
        if take_choice(turn):
            return
        if turn.clarity < _BADLY_HEARD:
            turn.remark("utter_say_again", heard=turn.text)
        else:
            turn.remark("utter_not_understood")


class Repeat(BankingAction):
    NAME = "action_repeat"

    def answer(self, turn: Turn) -> None:
        say_again(turn)


class Slower(BankingAction):
    NAME = "action_slower"

    def answer(self, turn: Turn) -> None:
        _change_rate(turn, -1, "utter_slower", "utter_slowest")


class Faster(BankingAction):
    NAME = "action_faster"

    def answer(self, turn: Turn) -> None:
        _change_rate(turn, +1, "utter_faster", "utter_fastest")


def say_again(turn: Turn) -> None:
    """The last answer, word for word."""
    if not turn.last_reply:
        turn.remark("utter_repeat_nothing")
    elif not may_tell(turn):
        return
    for response, values in turn.last_reply:
        turn.remark(response, **values)


def _change_rate(turn: Turn, step: int, changed: str, at_the_end: str) -> None:
    """One step along RATES, then the last answer again: who asks for it did not follow."""
    current = turn.speech_rate or _NORMAL
    nearest = min(range(len(RATES)), key=lambda index: abs(Decimal(RATES[index]) - _rate(current)))
    wanted = nearest + step
    if not 0 <= wanted < len(RATES):
        turn.remark(at_the_end)
        return
    turn.speech_rate = RATES[wanted] if RATES[wanted] != _NORMAL else None
    turn.remark(changed)
    if turn.last_reply and not turn.form:  # there the form asks again by itself
        say_again(turn)


def _rate(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(_NORMAL)
