"""What counts as right, and what a failure is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assistant.replay.judging import Happened, is_confident, problems_of, same_value
from assistant.replay.results import Kind
from assistant.replay.scenario import Never, SaidTurn, Understanding, WantedReply
from assistant.replay.words import WordErrors, same_words, word_errors

TODAY = date(2026, 3, 18)
PERIOD = {"start": "2026-02-01", "end": "2026-02-28", "label": "last month", "grain": "month"}
WANTED = SaidTurn(
    "How much did I spend at Tesco last month?",
    understood=Understanding(("spending",), {"merchant": "Tesco", "period": "last_month"}),
    asked=("GET *accounts*/transactions*",),
    replies=(WantedReply("utter_spent", {"total": "€20.00"}),),
    never=Never(asked=("POST *",)),
    within={"total": 100},
)
RIGHT = Happened(
    heard="how much did i spend at tesco last month",
    spoken=True,
    intent="spending",
    entities=(("merchant", "tesco"), ("period", PERIOD)),
    replies=(("utter_spent", "You spent €20.00 at Tesco.", {"total": "€20.00"}),),
    calls=("GET /accounts/*/transactions",),
    earlier=(),
    failure="",
    stages={"hear": 20.0, "answer": 30.0},
)


def kinds(wanted: SaidTurn = WANTED, **changes: Any) -> list[Kind]:
    return [problem.kind for problem in problems_of(wanted, replace(RIGHT, **changes), TODAY)]


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert kinds() == []
    assert kinds(heard="how much did i spend at test go last month") == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"heard": "", "intent": "nothing", "failure": "audio.silence"}, Kind.NOT_HEARD),
        ({"heard": "how much did i spend at best go", "intent": "greet"}, Kind.MISHEARD),
        ({"intent": "greet"}, Kind.MISUNDERSTOOD),
        ({"entities": (("merchant", "tesco"),)}, Kind.WRONG_SLOT),
        ({"entities": (*RIGHT.entities, ("count", 3))}, Kind.WRONG_SLOT),
        ({"entities": (*RIGHT.entities, ("merchant", "lidl"))}, Kind.WRONG_SLOT),
        ({"calls": ()}, Kind.WRONG_CALL),
        ({"calls": (*RIGHT.calls, "POST /payments/x")}, Kind.WRONG_CALL),
        ({"replies": ()}, Kind.WRONG_REPLY),
        ({"replies": (("utter_spent", "", {"total": "€21.00"}),)}, Kind.WRONG_REPLY),
        ({"stages": {"answer": 101.0}}, Kind.LATE),
        ({"failure": "internal"}, Kind.CRASH),
    ],
)
def test_each_failure_has_its_kind(changes: dict[str, Any], kind: Kind) -> None:
    assert kinds(**changes)[0] is kind


def test_asking_earlier_counts_and_asking_nothing_can_be_wanted() -> None:
    assert kinds(calls=(), earlier=RIGHT.calls) == []
    assert kinds(replace(WANTED, asked=())) == [Kind.WRONG_CALL]


def test_a_name_found_by_its_sound_is_right() -> None:
    heard = (("merchant", "test go"), ("period", PERIOD))
    assert kinds(entities=heard) == []
    elsewhere = (("utter_spent", "You spent €20.00 at Lidl.", {"total": "€20.00"}),)
    assert kinds(entities=heard, replies=elsewhere) == [Kind.WRONG_SLOT]


@pytest.mark.parametrize(
    ("name", "value", "expected", "same"),
    [
        ("period", PERIOD, "last_month", True),
        ("period", PERIOD, "this_month", False),
        ("period", PERIOD, {"start": "2026-02-01"}, True),
        ("amount", {"value": "50.00", "currency": "EUR", "comparison": "above"}, {"value": 50}, True),
        ("amount", {"value": "15", "currency": "EUR"}, {"value": 50}, False),
        ("amount", {"value": "5", "currency": "GBP"}, {"currency": ["EUR", "GBP"]}, True),
        ("count", 3, 3, True),
        ("count", 30, 3, False),
        ("account", "my savings account", "Rainy day savings", True),
        ("account", "savings", None, False),
    ],
)
def test_values_are_compared_by_meaning(name: str, value: object, expected: object, same: bool) -> None:
    assert same_value(name, value, expected, TODAY) is same


def test_only_an_answer_without_a_doubt_is_confident() -> None:
    assert is_confident(RIGHT)
    assert not is_confident(replace(RIGHT, intent="nlu_fallback"))
    assert not is_confident(replace(RIGHT, failure="bank.timeout"))
    assert not is_confident(replace(RIGHT, replies=(("utter_unsure", "", {}), *RIGHT.replies)))


def test_words_are_counted_as_they_are_said() -> None:
    assert same_words("What's 50 euros?", "what is fifty euros")
    assert word_errors("pay fifty to Anna now", "pay fifteen anna right now") == WordErrors(5, 3, 1, 1)
    assert word_errors("", "noise") == WordErrors(0, 1, 0, 0)
