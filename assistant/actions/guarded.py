"""The passcode in conversation: whether something may be done, and how two of its digits are asked for."""

from __future__ import annotations

from math import ceil
from typing import Any

from assistant.actions.turn import PASSCODE_FORM, Turn
from assistant.security.demands import Act, Demand, Need, Outcome

_UNCLEAR = 0.5
"""Certainty below which digits are asked for again; what was not heard costs no try."""
_MINUTE = 60.0


def may_tell(turn: Turn) -> bool:
    """Whether something private may be told now. If not, the passcode is asked for, and then it is told."""
    guard = turn.services.guard
    demand = guard.demand(Act.ANSWER, conversation=turn.conversation)
    if demand is None:
        turn.screen_only = guard.rules.screen_only
        return True
    if turn.in_payment:
        turn.say("utter_answers_locked")
    elif is_question(demand):
        turn.form = PASSCODE_FORM
    else:
        say_demand(turn, demand)
    return False


def may_list(turn: Turn) -> bool:
    """The same for what is no question that could be asked again by itself: the customer asks anew."""
    told = may_tell(turn)
    if not told:
        turn.question = None
    return told


def is_question(demand: Demand) -> bool:
    """Whether digits can be given for it now."""
    return demand.need in (Need.POSITIONS, Need.TYPED)


def question(turn: Turn, demand: Demand) -> tuple[str, dict[str, Any]]:
    """The response that says what is needed, and what fills it."""
    if demand.need is Need.POSITIONS and demand.positions is not None:
        places = turn.phrases.words("passcode_places")
        first, second = demand.positions
        return "utter_passcode_ask", {"first": places[first - 1], "second": places[second - 1]}
    if demand.need is Need.TYPED:
        return "utter_passcode_type", {}
    if demand.need is Need.WAIT:
        return "utter_passcode_wait", {
            "left": turn.phrases.count("counts.minutes", ceil(demand.wait / _MINUTE))
        }
    error = demand.error
    assert error is not None  # noqa: S101 - the guard gives one with each refusal
    return "utter_error", {"say": error.say, "remedy": error.remedy, "code": error.code}


def say_demand(turn: Turn, demand: Demand) -> None:
    response, values = question(turn, demand)
    turn.say(response, **values)


def judged(turn: Turn, code: str) -> Outcome | None:
    """What the guard says of these digits, told where it is bad news; None when they were not heard."""
    if turn.certainty < _UNCLEAR:
        turn.say("utter_passcode_unclear")
        return None
    outcome = turn.services.guard.answer(turn.conversation, code, typed=turn.is_typed)
    if not outcome.right:
        turn.say("utter_passcode_wrong" if outcome.judged else "utter_passcode_no_answer")
    return outcome
