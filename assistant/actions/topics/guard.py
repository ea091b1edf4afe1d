"""Locking and unlocking by voice, and the form that asks for two digits of the passcode."""

from __future__ import annotations

from assistant.actions.base import BankingAction, question_action
from assistant.actions.guarded import is_question, judged, say_demand
from assistant.actions.turn import PASSCODE_FORM, Turn
from assistant.nlu import apart
from assistant.security.demands import Act, Demand, Need

_DROPS = ("deny", "lock")


class Lock(BankingAction):
    """Nothing private is told, here or elsewhere, before the passcode was given."""

    NAME = "action_lock"

    def answer(self, turn: Turn) -> None:
        if turn.services.guard.lock():
            turn.forget()
            turn.remark("utter_locked")
        else:
            turn.remark("utter_lock_without_passcode")


def _wanted(turn: Turn) -> Demand | None:
    """What opens it for answers and for changes alike."""
    guard = turn.services.guard
    return guard.demand(Act.ANSWER, conversation=turn.conversation) or guard.demand(
        Act.CHANGE, conversation=turn.conversation
    )


class Unlock(BankingAction):
    NAME = "action_unlock"

    def answer(self, turn: Turn) -> None:
        demand = _wanted(turn)
        if demand is None:
            turn.remark("utter_unlocked")
        elif turn.in_payment or not is_question(demand):
            say_demand(turn, demand)
        else:
            turn.question = None
            turn.form = PASSCODE_FORM


class ValidatePasscodeForm(BankingAction):
    NAME = "validate_passcode_form"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        if turn.is_back:
            return
        code = apart.take(turn.conversation)
        if code is not None:
            self._judge(turn, code)
        elif turn.gives_up or turn.intent in _DROPS:
            turn.forget()
            turn.remark("utter_passcode_left")
            turn.end_form()

    def _judge(self, turn: Turn, code: str) -> None:
        outcome = judged(turn, code)
        if outcome is None:
            return
        if outcome.right:
            turn.say("utter_unlocked")
            turn.end_form()
        elif outcome.demand is not None and not is_question(outcome.demand):
            if outcome.demand.need is Need.WAIT:
                say_demand(turn, outcome.demand)
            turn.forget()
            turn.end_form()


class AskPasscode(BankingAction):
    NAME = "action_ask_passcode_form_passcode_end"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        demand = _wanted(turn)
        if demand is not None:
            say_demand(turn, demand)


class PasscodeEnded(BankingAction):
    """Answers what was asked before the passcode was."""

    NAME = "action_passcode_ended"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        if turn.services.guard.demand(Act.ANSWER, conversation=turn.conversation) is not None:
            return
        question = turn.question
        if question is not None:
            question_action(question.action).ask(turn, question.filters)
