"""What all actions share: every turn ends in a reply, and questions can be asked again in part."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from assistant.actions.guarded import may_tell
from assistant.actions.money import news
from assistant.actions.names import Unclear, Unknown, pick
from assistant.actions.question import Filters, Question
from assistant.actions.services import services
from assistant.actions.turn import Turn
from assistant.errors import AssistantError

_log = logging.getLogger(__name__)

_UNSURE = 0.55
"""Certainty of words and meaning below which an answer begins with what was heard (docs/certainty.md)."""


class BankingAction(Action, ABC):
    """One action of the domain, named by the class variable `NAME`."""

    NAME: str
    OF_THE_FORM = False
    """Called by a form; any other action leads back to the form that is open."""

    def name(self) -> str:
        return self.NAME

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """Answer, or say what went wrong and what to do: never nothing."""
        try:
            turn = Turn(dispatcher, tracker, services())
        except Exception as error:  # noqa: BLE001 - no turn ends in silence
            failure = _as_assistant_error(error)
            dispatcher.utter_message(
                response="utter_error", say=failure.say, remedy=failure.remedy, code=failure.code
            )
            return []
        try:
            news.tell_first(turn)
            self.answer(turn)
            turn.finish()
        except Exception as error:  # noqa: BLE001 - no turn ends in silence
            turn.fail(_as_assistant_error(error))
        back = turn.form is not None and not self.OF_THE_FORM
        return [*turn.events(), FollowupAction(turn.form)] if back else turn.events()

    @abstractmethod
    def answer(self, turn: Turn) -> None:
        """Say something. Raises AssistantError, whose sentence is then said."""


class QuestionAction(BankingAction):
    """An action that looks something up and can be asked again with parts of the question changed."""

    PARTS: frozenset[str] = frozenset({"account", "bank"})
    """Fields of `Filters` that mean something to it."""

    def answer(self, turn: Turn) -> None:
        if turn.certainty < _UNSURE:
            turn.say("utter_unsure", heard=turn.text)
        if not take_choice(turn, fillers=0):
            self.ask(turn, self.heard(turn))

    def heard(self, turn: Turn) -> Filters:
        """What the message narrows the question down to."""
        last = turn.question
        return turn.heard.in_time(last.filters if last else None, turn.today)

    def ask(self, turn: Turn, filters: Filters) -> None:
        """Remember the question and answer it, or ask back once what was not clear."""
        question = Question(self.NAME, filters)
        turn.question = question
        turn.rest = None
        if not may_tell(turn):
            return
        try:
            self.reply(turn, filters)
        except Unclear as unclear:
            turn.question = Question(self.NAME, filters, unclear.choice)
            turn.say("utter_which", options=turn.wording.one_of(unclear.choice.options))
        except Unknown as unknown:
            turn.mention(unknown.failures)
            options = turn.wording.all_of(unknown.options)
            turn.say(f"utter_unknown_{unknown.part}", name=unknown.said, options=options)

    @abstractmethod
    def reply(self, turn: Turn, filters: Filters) -> None:
        """Look it up and say it. Raises AssistantError, Unclear or Unknown."""


def take_choice(turn: Turn, fillers: int = 3) -> bool:
    """Whether the open question "did you mean a or b?" was answered; if so, its answer is given.

    `fillers` is how many words beside the name are no other question yet: "the second one please".
    """
    question = turn.question
    if question is None or question.choice is None:
        return False
    option = pick(turn.text, question.choice.options, turn.phrases.words("ordinals"), fillers)
    if option is None:
        return False
    chosen = question.chosen(option)
    question_action(chosen.action).ask(turn, chosen.filters)
    return True


def question_action(name: str) -> QuestionAction:
    """The action that answers this kind of question. Raises AssistantError when there is none."""
    try:
        return _question_actions()[name]
    except KeyError as error:
        raise AssistantError(f"no action {name}") from error


@lru_cache(maxsize=1)
def _question_actions() -> dict[str, QuestionAction]:
    return {kind.NAME: kind() for kind in QuestionAction.__subclasses__()}


def _as_assistant_error(error: Exception) -> AssistantError:
    """The error itself, or an internal one for what nobody foresaw.

    Only its type and place are logged: a message or a stack with values could hold the
    customer's data.
    """
    if isinstance(error, AssistantError):
        return error
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
    _log.error("An action failed: %s at %s", type(error).__name__, where)
    return AssistantError(type(error).__name__)
