"""What is being changed and is no payment – a payee, a card, a request – as the slot `task`, and its form.

The form is like that of a payment: its validation takes every message in, its question asks for what is open.
Each kind of task is a class of its own (`payee_list.py`, `card_control.py`, `bills.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar

from assistant.actions import guarded
from assistant.actions.base import BankingAction
from assistant.actions.money.certainty import is_clear_yes
from assistant.actions.money.opening import is_free
from assistant.actions.money.said import Said, say_all
from assistant.actions.names import pick
from assistant.actions.turn import MANAGING_FORM, Turn
from assistant.nlu import apart
from assistant.security.demands import Act, Demand

ANSWERS = ("change_payment", "refine", "affirm", "deny", "nlu_fallback", "out_of_scope", "pay", "finished")
"""Intents of what may answer a question of a task; any other is answered first, and then it asks again."""


class Step(str, Enum):
    """Which question is open."""

    NAME = "name"
    NEW_NAME = "new name"
    IBAN = "iban"
    WHICH = "which"
    """One of `options` was meant."""
    AMOUNT = "amount"
    CONFIRM = "confirm"
    """The only question to which a yes changes anything."""
    PASSCODE = "passcode"
    END = "end"


@dataclass(frozen=True, slots=True)
class Task:
    kind: str
    step: Step = Step.NAME
    name: str = ""
    new_name: str = ""
    iban: str = field(default="", repr=False)
    """As much of it as was heard."""
    holder: str = ""
    match: str = ""
    """The bank's word on the name."""
    subject: str = ""
    """Id of what is changed."""
    bank: str = ""
    value: str = ""
    currency: str = ""
    options: tuple[str, ...] = ()
    asks: tuple[Said, ...] = ()
    """What the guard wants."""
    ended: tuple[Said, ...] = ()

    def at(self, step: Step, **changes: Any) -> Task:
        settled: dict[str, Any] = {"options": (), "asks": ()}
        return replace(self, step=step, **(settled | changes))

    def end(self, response: str, **values: Any) -> Task:
        return self.at(Step.END, ended=(*self.ended, Said(response, values)))

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any]) -> Task:
        """Raises ValueError, TypeError or KeyError for one that is not ours."""
        read = {each.name: slot[each.name] for each in fields(cls) if each.name in slot}
        said = {name: Said.read(slot.get(name, ())) for name in ("asks", "ended")}
        given = {"step": Step(slot["step"]), "options": tuple(slot.get("options", ()))}
        return cls(**{**read, **given, **said})

    def to_slot(self) -> dict[str, Any]:
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        said = {
            name: [each.written() for each in lines]
            for name, lines in (("asks", self.asks), ("ended", self.ended))
        }
        return {**written, "step": self.step.value, "options": list(self.options), **said}


class Kind(ABC):
    """How one kind of task is done."""

    NAME: ClassVar[str]

    @abstractmethod
    def taken(self, turn: Turn, task: Task) -> Task | None:
        """With what the message says of it; None when it says nothing of it. Raises AssistantError."""

    @abstractmethod
    def question(self, turn: Turn, task: Task) -> Said:
        """What is asked at this step."""

    @abstractmethod
    def done(self, turn: Turn, task: Task) -> Task:
        """Do it, after the yes. Raises AssistantError, and then nothing was changed."""


def open_task(turn: Turn, task: Task) -> None:
    """Go on in the form, or say how it ended already."""
    if not is_free(turn):
        return
    if task.step is Step.END:
        say_all(turn, task.ended)
        return
    turn.task = task.to_slot()
    turn.form = MANAGING_FORM


def picked(turn: Turn, task: Task) -> str | None:
    """The answer to "a or b?"; None when it was none."""
    return pick(turn.text, task.options, turn.phrases.words("ordinals"), 5)


class ValidateManagingForm(BankingAction):
    NAME = "validate_managing_form"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        task = _task(turn)
        if turn.is_back or not turn.form or task is None:
            return
        taken = _take_in(turn, task, _kind(task))
        if taken is None:
            return
        turn.task = taken.to_slot()
        if taken.step is Step.END:
            turn.end_form()


class AskManaging(BankingAction):
    NAME = "action_ask_managing_form_managing_end"
    OF_THE_FORM = True

    def answer(self, turn: Turn) -> None:
        task = _task(turn)
        if task is None:
            turn.end_form()
            turn.say("utter_task_dropped")
            return
        say_all(turn, task.asks or (_kind(task).question(turn, task),))


class ManagingEnded(BankingAction):
    NAME = "action_managing_ended"

    def answer(self, turn: Turn) -> None:
        task = _task(turn)
        say_all(turn, task.ended if task and task.ended else (Said("utter_task_dropped"),))
        turn.task = None


def _take_in(turn: Turn, task: Task, kind: Kind) -> Task | None:
    """The task after this message; None when that was about something else."""
    if task.step is Step.PASSCODE and (code := apart.take(turn.conversation)) is not None:
        outcome = guarded.judged(turn, code)
        if outcome is None:
            return task
        return _released(turn, task, kind, None if outcome.right else outcome.demand)
    if turn.gives_up:
        return task.end("utter_task_dropped")
    if turn.intent == "repeat":
        return task
    if task.step is Step.CONFIRM and turn.intent == "affirm":
        if is_clear_yes(turn):
            demand = turn.services.guard.demand(Act.CHANGE, conversation=turn.conversation)
            return _released(turn, task, kind, demand)
        turn.say("utter_payment_yes_unclear")
        return task
    taken = kind.taken(turn, task)
    if taken is not None:
        return taken
    if turn.intent == "deny":
        return task.end("utter_task_dropped")
    if turn.intent not in ANSWERS:
        return None
    turn.say("utter_task_unclear")
    return task


def _released(turn: Turn, task: Task, kind: Kind, demand: Demand | None) -> Task:
    """Done, or with what the guard wants before it is."""
    if demand is None:
        return kind.done(turn, task)
    response, values = guarded.question(turn, demand)
    if guarded.is_question(demand):
        return task.at(Step.PASSCODE, asks=(Said(response, values),))
    return task.end(response, **values)


def _task(turn: Turn) -> Task | None:
    if turn.task is None:
        return None
    try:
        return Task.from_slot(turn.task)
    except (ValueError, TypeError, KeyError):
        return None


def _kind(task: Task) -> Kind:
    return _kinds()[task.kind]


@lru_cache(maxsize=1)
def _kinds() -> dict[str, Kind]:
    return {kind.NAME: kind() for kind in _below(Kind) if "NAME" in vars(kind)}


def _below(kind: type[Any]) -> list[type[Any]]:
    return [leaf for each in kind.__subclasses__() for leaf in (each, *_below(each))]
