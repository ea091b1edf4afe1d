"""How certain an amount, a name and a yes are, from what the conversation knows of a turn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from assistant.actions.money.certainty import (
    Level,
    amount_doubt,
    is_clear_yes,
    name_is_clear,
    sounds_like_others,
)
from assistant.actions.money.collect import merged
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.heard import parts_of
from assistant.actions.services import Services
from assistant.actions.turn import Turn

FRIENDS = ("Marie Dubois", "Tom Baker", "Martin Durand", "Martine Durand")


def turn(services: Services, text: str, intent: str = "pay", entities: Any = (), **known: Any) -> Turn:
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": list(entities),
        "metadata": known,
    }
    tracker = Tracker("test", {}, message, [], False, None, {}, "action_listen")
    return Turn(CollectingDispatcher(), tracker, services)


def spoken(services: Services, text: str, *, readings: Any = None, least: float = 0.9, **more: Any) -> Turn:
    """All words heard with the probability `least`; `readings` from a second hearing."""
    known = {
        "certainty": 0.95,
        "words": [[word, least] for word in text.split()],
        "amount_readings": [[text, 0.0]] if readings is None else readings,
        "overlapped": False,
        "reply_heard": True,
        "yes": None,
    }
    intent = str(more.pop("intent", "pay"))
    return turn(services, text, intent, **{**known, **more})


# --- amounts ---------------------------------------------------------------------------------


def doubt(turn: Turn) -> tuple[Level, list[str]]:
    found = amount_doubt(turn)
    return found.level, [f"{each.value:f}" for each in found.readings]


READ_BACK = Draft(value=Decimal(19), currency="EUR", step=Step.READ_BACK)
NINETY = [["no nineteen euros", 0.0], ["no ninety euros", 2.0]]


def test_who_says_no_to_an_amount_and_is_misheard_again_means_another(
    services: Services,
) -> None:
    again = spoken(services, "no nineteen euros", readings=NINETY, intent="change_payment")
    corrected = merged(again, READ_BACK, parts_of(again))
    assert (corrected.value, corrected.doubt) == (Decimal(90), True), "it is read back with its digits"


def test_the_amount_that_was_read_back_said_again_without_a_no_is_asked_for(services: Services) -> None:
    readings = [["nineteen euros", 0.0], ["ninety euros", 2.0]]
    again = spoken(services, "nineteen euros", readings=readings, intent="change_payment")
    assert merged(again, READ_BACK, parts_of(again)).choices == (("19", "EUR"), ("90", "EUR"))


def test_what_is_typed_stays(services: Services) -> None:
    typed = turn(services, "no nineteen euros", "change_payment")
    assert merged(typed, READ_BACK, parts_of(typed)).value == Decimal(19)


def test_nobody_goes_round_in_a_circle(services: Services) -> None:
    """ "Thirteen" that is heard as "fourteen" each time, and taken for "forty" once."""
    draft = Draft(value=Decimal(14), currency="EUR", step=Step.READ_BACK)
    clear = spoken(services, "no fourteen euros", intent="change_payment")
    assert merged(clear, draft, parts_of(clear)).spelled, "nothing else is in reach"
    near = [["no fourteen euros", 0.0], ["no forty euros", 2.0]]
    again = spoken(services, "no fourteen euros", readings=near, intent="change_payment")
    forty = merged(again, draft, parts_of(again))
    assert (forty.value, forty.rejected) == (Decimal(40), ("14",))
    rejected = merged(again, replace(forty, step=Step.READ_BACK), parts_of(again))
    assert (rejected.value, rejected.spelled) == (None, True), "both were rejected"


def test_without_a_no_it_is_asked_for_digit_by_digit_the_second_time(services: Services) -> None:
    draft = Draft(value=Decimal(14), currency="EUR", step=Step.READ_BACK)
    heard = spoken(services, "fourteen euros", intent="change_payment")
    once = merged(heard, draft, parts_of(heard))
    assert (once.value, once.spelled) == (Decimal(14), False)
    assert merged(heard, once, parts_of(heard)).spelled


def test_an_amount_that_stays_while_something_else_changes_is_no_misheard_one(services: Services) -> None:
    heard = spoken(services, "no nineteen euros on friday", readings=NINETY, intent="change_payment")
    assert merged(heard, READ_BACK, parts_of(heard)).value == Decimal(19)


def test_digits_one_by_one_are_taken_and_read_back_in_full(services: Services) -> None:
    draft = Draft(currency="EUR", step=Step.AMOUNT, rejected=("14",), spelled=True)
    heard = spoken(services, "one three euros", readings=[], words=[], intent="change_payment")
    taken = merged(heard, draft, parts_of(heard))
    assert (taken.value, taken.spelled, taken.doubt) == (Decimal(13), False, True)


def test_a_digit_said_twice_may_be_one(services: Services) -> None:
    for each in (turn(services, "send five five euros"), spoken(services, "send five five euros")):
        assert doubt(each) == (Level.STRONG, ["55", "5"])
    assert doubt(spoken(services, "send one five euros"))[0] is Level.SOME
    draft = Draft(currency="EUR", step=Step.AMOUNT, spelled=True)
    asked = spoken(services, "five five euros", readings=[], words=[], intent="change_payment")
    assert merged(asked, draft, parts_of(asked)).value == Decimal(55), "the digits were asked for"


def test_accounts_in_a_row_are_one(services: Services) -> None:
    text = "transfer fifty euros for my everyday account to my savings"
    found = [("everyday", ""), ("account", "from"), ("savings", "to")]
    entities = [
        {"entity": "account", "start": text.index(each), "end": text.index(each) + len(each), "role": role}
        for each, role in found
    ]
    parts = parts_of(spoken(services, text, entities=entities))
    assert (parts.source, parts.target, parts.account) == ("everyday account", "savings", "")


@pytest.mark.parametrize("text", ["send fifteen euros to tom", "fourteen", "send 40 euros to tom"])
def test_what_is_typed_is_certain(services: Services, text: str) -> None:
    level, readings = doubt(turn(services, text))
    assert level is Level.NONE
    assert len(readings) == 1


@pytest.mark.parametrize("text", ["send two fifty to tom", "send two forty five euros to tom"])
def test_what_means_two_amounts_is_asked_however_it_came(services: Services, text: str) -> None:
    for each in (turn(services, text), spoken(services, text)):
        level, readings = doubt(each)
        assert level is Level.STRONG
        assert len(readings) == 2


def test_without_an_amount_there_is_no_doubt(services: Services) -> None:
    assert doubt(spoken(services, "send it to tom")) == (Level.NONE, [])


def test_heard_clearly_twice(services: Services) -> None:
    assert doubt(spoken(services, "send fifty euros to tom")) == (Level.NONE, ["50"])


@pytest.mark.parametrize(
    ("behind", "level"), [(-0.2, Level.STRONG), (0.2, Level.SOME), (3.0, Level.SOME), (9.0, Level.NONE)]
)
def test_the_nearer_another_amount_the_more_doubt(services: Services, behind: float, level: Level) -> None:
    readings = [["send fifty euros to tom", 0.0], ["send fifteen euros to tom", behind]]
    found, amounts = doubt(spoken(services, "send fifty euros to tom", readings=readings))
    assert found is level
    assert amounts == (["50", "15"] if level else ["50"])


def test_where_the_hearings_disagree_more_is_asked(services: Services) -> None:
    readings = [["send fifty euros to tom", 0.0], ["send fifteen euros to tom", 1.5]]
    for first, level in (("", Level.SOME), ("send fifteen euros to tom", Level.STRONG)):
        heard = spoken(services, "send fifty euros to tom", readings=readings, overruled=first)
        assert doubt(heard)[0] is level


def test_what_differs_in_other_words_is_no_other_amount(services: Services) -> None:
    readings = [["send fifty euros to tom", 0.0], ["send fifty euros tom", 0.1]]
    assert doubt(spoken(services, "send fifty euros to tom", readings=readings))[0] is Level.NONE


def test_a_model_that_cannot_hear_again_leaves_some_doubt(services: Services) -> None:
    assert doubt(spoken(services, "send fifty euros to tom", readings=[]))[0] is Level.SOME


def test_a_number_that_was_heard_badly_is_said_back_with_its_digits(services: Services) -> None:
    assert doubt(spoken(services, "send fifty euros to tom", least=0.2))[0] is Level.SOME


@pytest.mark.parametrize("word", ["thirteen", "fourteen", "thirty", "forty"])
def test_a_soft_beginning_is_never_sure(services: Services, word: str) -> None:
    assert doubt(spoken(services, f"send {word} euros to tom"))[0] is Level.SOME


def test_a_number_that_the_second_hearing_put_in_is_said_back_with_its_digits(services: Services) -> None:
    heard = spoken(services, "send fifteen euros to tom", words=[["send", 0.9], ["euros", 0.9]])
    assert doubt(heard)[0] is Level.SOME


# --- names -----------------------------------------------------------------------------------


def test_a_name_is_clear_when_all_its_words_are(services: Services) -> None:
    heard = spoken(services, "send it to tom baker", words=[["tom", 0.9], ["baker", 0.1]])
    assert name_is_clear(heard, "tom")
    assert not name_is_clear(heard, "tom baker")
    assert not name_is_clear(heard, "marie")
    assert name_is_clear(turn(services, "send it to tom baker"), "tom baker")


def test_a_name_with_a_twin_by_sound(services: Services) -> None:
    heard = spoken(services, "send it to martin durand")
    assert sounds_like_others(heard, "martin durand", FRIENDS)
    assert not sounds_like_others(heard, "marie dubois", FRIENDS)
    assert not sounds_like_others(turn(services, "send it to martin durand"), "martin durand", FRIENDS)


# --- a yes -----------------------------------------------------------------------------------


def test_a_yes_that_counts(services: Services) -> None:
    assert is_clear_yes(spoken(services, "yes", intent="affirm", yes=True))
    assert is_clear_yes(turn(services, "yes", "affirm"))


@pytest.mark.parametrize(
    "known",
    [
        {"yes": False},
        {"yes": None},
        {"overlapped": True},
        {"reply_heard": False},
        {"reply_heard": None},
        {"least": 0.2},
        {"words": []},
    ],
)
def test_a_yes_that_does_not(services: Services, known: dict[str, Any]) -> None:
    assert not is_clear_yes(spoken(services, "yes", intent="affirm", **{"yes": True, **known}))


def test_a_yes_stands_alone(services: Services) -> None:
    amount = {"value": "50", "currency": "EUR", "comparison": None, "upper": None}
    entities = [{"entity": "amount", "value": amount, "start": 4, "end": 15}]
    assert not is_clear_yes(turn(services, "yes fifty euros", "affirm", entities))
    assert not is_clear_yes(turn(services, "what is my balance", "check_balance"))


# --- whether an answer begins with what was heard ----------------------------------------------

IBAN = "what is the iban of the joint account"


def asking(services: Services, doubtful: str, right: float, entities: Any = (), **known: Any) -> Turn:
    """`IBAN`, every word surely heard but one."""
    words = [[word, right if word == doubtful else 0.97] for word in IBAN.split()]
    known = {"certainty": 0.5, "words": words, "clarity": 0.9, **known}
    return turn(services, IBAN, "account_details", entities, **known)


def joint() -> list[dict[str, object]]:
    start = IBAN.index("joint")
    return [{"entity": "account", "value": "joint account", "start": start, "end": len(IBAN)}]


def test_a_doubtful_word_counts_where_the_answer_depends_on_it(services: Services) -> None:
    assert asking(services, "of", 0.2, joint()).certainty == 0.9
    assert asking(services, "joint", 0.2, joint()).certainty == 0.2
    assert asking(services, "account", 0.2, joint()).certainty == 0.2
    assert asking(services, "joint", 0.2).certainty == 0.9
    assert asking(services, "the", 0.2, joint(), clarity=0.3).certainty == 0.3


def test_without_its_words_the_least_sure_of_all_counts(services: Services) -> None:
    assert asking(services, "of", 0.2, joint(), words=[]).certainty == 0.5
    assert asking(services, "of", 0.2, joint(), words=[["what", 0.9]]).certainty == 0.5


def test_a_figure_that_is_none_does_no_harm(services: Services) -> None:
    assert asking(services, "of", 0.2, joint(), words=[], certainty="unknown").certainty == 0.9


def test_what_was_typed_is_certain(services: Services) -> None:
    assert turn(services, IBAN, "account_details", joint()).certainty == 1.0


def test_a_meaning_that_is_in_doubt_is_doubtful_however_well_it_was_heard(services: Services) -> None:
    message = {"text": IBAN, "intent": {"name": "account_details", "confidence": 0.5}, "entities": joint()}
    message["metadata"] = dict(asking(services, "", 1.0).metadata)
    tracker = Tracker("test", {}, message, [], False, None, {}, "action_listen")
    assert Turn(CollectingDispatcher(), tracker, services).certainty == pytest.approx(0.45)
