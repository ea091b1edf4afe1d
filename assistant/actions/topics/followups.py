"""Going on from the last question: changing part of it, hearing more of it, dropping it."""

from __future__ import annotations

from dataclasses import replace

from assistant.actions.base import BankingAction, question_action, take_choice
from assistant.actions.guarded import may_tell
from assistant.actions.question import Filters
from assistant.actions.topics.transactions import SearchTransactions
from assistant.actions.turn import Turn
from assistant.nlu.matching import plain_words


class Refine(BankingAction):
    """ "And last month?" """

    NAME = "action_refine"

    def answer(self, turn: Turn) -> None:
        if not take_choice(turn):
            refine(turn)


def refine(turn: Turn) -> None:
    """Ask the last question again with the parts that were said now."""
    last = turn.question
    if last is None:
        turn.say("utter_refine_nothing")
        return
    if not turn.heard:
        if not _asks_for_all_accounts(turn):
            turn.say("utter_refine_unclear")
        else:
            question_action(last.action).ask(turn, replace(last.filters, account=(), bank=()))
        return
    action = question_action(last.action)
    heard = turn.heard.in_time(last.filters, turn.today)
    filters = last.filters.refined(heard)
    said = _said_parts(heard)
    if said - action.PARTS - {"period"} or not said & action.PARTS:
        # "And at Tesco?" after a balance is a question about transactions.
        action = question_action(SearchTransactions.NAME)
    action.ask(turn, filters)


def _asks_for_all_accounts(turn: Turn) -> bool:
    text = " ".join(plain_words(turn.text))
    return any(words in text for words in turn.phrases.words("all_accounts"))


def _said_parts(filters: Filters) -> frozenset[str]:
    return frozenset(filters.to_slot())


class More(BankingAction):
    NAME = "action_more"

    def answer(self, turn: Turn) -> None:
        read_on(turn)


def read_on(turn: Turn) -> None:
    """What was cut off of the last reply, else the next entries of the list that was begun."""
    if turn.unheard:
        if may_tell(turn):
            turn.say("utter_rest", rest=turn.unheard)
        return
    rest = turn.rest
    if rest is None:
        turn.remark("utter_more_none")
        return
    if not may_tell(turn):
        return
    page, turn.rest = rest.first()
    turn.say("utter_more", items=turn.join(page.speech), table="\n".join(page.screen))


class Affirm(BankingAction):
    """Yes to "say more?"; nothing else here is ever asked with yes or no."""

    NAME = "action_affirm"

    def answer(self, turn: Turn) -> None:
        question = turn.question
        if question is not None and question.choice is not None:
            turn.say("utter_which", options=turn.wording.one_of(question.choice.options))
        elif turn.rest is not None and turn.rest.offered:
            read_on(turn)
        else:
            turn.remark("utter_nothing_to_affirm")


class Deny(BankingAction):
    NAME = "action_deny"

    def answer(self, turn: Turn) -> None:
        question = turn.question
        if question is not None and question.choice is not None:
            turn.question = None
        turn.rest = None
        turn.remark("utter_okay")


class Stop(BankingAction):
    """Silence, and no reading on; the question stays for follow-ups."""

    NAME = "action_stop"

    def answer(self, turn: Turn) -> None:
        turn.rest = None
        turn.keep_unheard()
        turn.remark("utter_stopped")


class Cancel(BankingAction):
    NAME = "action_cancel"

    def answer(self, turn: Turn) -> None:
        turn.forget()
        turn.remark("utter_cancelled")
