import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.periods import Period
from assistant.actions.question import AmountFilter, Choice, Filters, Question

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), "last month", "month")
APRIL = Period(date(2026, 4, 1), date(2026, 4, 30), "this month", "month")

_names = st.lists(st.text(min_size=1), max_size=2, unique=True).map(tuple)
_periods = st.lists(st.sampled_from([MARCH, APRIL]), max_size=2, unique=True).map(tuple)
_amounts = st.none() | st.builds(
    AmountFilter,
    value=st.decimals(min_value=0, max_value=10**6, places=2),
    comparison=st.sampled_from(["above", "below", "between", "about", "exactly"]),
    currency=st.sampled_from([None, "EUR", "GBP"]),
    upper=st.none() | st.decimals(min_value=0, max_value=10**6, places=2),
)
FILTERS = st.builds(
    Filters,
    account=_names, bank=_names, merchant=_names, category=_names, place=_names, period=_periods,
    direction=st.sampled_from([None, "incoming", "outgoing"]), amount=_amounts,
    count=st.none() | st.integers(1, 50), against=_periods,
)  # fmt: skip


def entity(kind: str, value: object) -> dict[str, Any]:
    return {"entity": kind, "value": value, "start": 0, "end": 1}


def test_entities_become_filters() -> None:
    said = Filters.from_entities(
        [
            entity("merchant", "tesco"),
            entity("merchant", "lidl"),
            entity("merchant", "tesco"),
            entity("period", MARCH.to_value()),
            entity("period", APRIL.to_value()) | {"role": "against"},
            entity("amount", {"value": "50", "currency": None, "comparison": "above", "upper": None}),
            entity("direction", "outgoing"),
            entity("count", 5),
        ]
    )
    assert said == Filters(
        merchant=("tesco", "lidl"),
        period=(MARCH,),
        against=(APRIL,),
        amount=AmountFilter(Decimal(50), "above"),
        direction="outgoing",
        count=5,
    )


@pytest.mark.parametrize(
    "broken",
    [
        entity("amount", {"value": "NaN"}),
        entity("amount", {"value": "-3"}),
        entity("amount", {"value": "5", "comparison": "roughly"}),
        entity("amount", "fifty"),
        entity("period", {"start": "x", "end": "y"}),
        entity("period", None),
        entity("count", "many"),
        entity("count", -1),
        entity("direction", "sideways"),
        entity("merchant", {"a": 1}),
        entity("merchant", "  "),
        entity("weather", "rain"),
    ],
)
def test_an_entity_that_breaks_its_promise_is_left_out(broken: dict[str, Any]) -> None:
    said = Filters.from_entities([broken, entity("category", "rent")])
    assert (said.category, said.amount, said.period, said.count, said.direction) == (
        ("rent",),
        None,
        (),
        None,
        None,
    )


@given(FILTERS)
def test_a_question_survives_the_slot(filters: Filters) -> None:
    question = Question("action_spending", filters, Choice("merchant", ("a", "b")))
    assert Question.from_slot(json.loads(json.dumps(question.to_slot()))) == question


@given(FILTERS, FILTERS)
def test_what_was_said_last_counts(earlier: Filters, later: Filters) -> None:
    refined = earlier.refined(later)
    for part in (
        "account",
        "bank",
        "merchant",
        "category",
        "place",
        "direction",
        "period",
        "amount",
        "count",
    ):
        if getattr(later, part):
            assert getattr(refined, part) == getattr(later, part)


@given(FILTERS)
def test_saying_nothing_new_changes_nothing(filters: Filters) -> None:
    assert filters.refined(Filters()) == filters


def test_a_shop_replaces_a_category_and_an_account_a_bank() -> None:
    earlier = Filters(category=("groceries",), bank=("meadow bank",), period=(MARCH,))
    later = earlier.refined(Filters(merchant=("tesco",), account=("visa",)))
    assert later == Filters(merchant=("tesco",), account=("visa",), period=(MARCH,))
    assert later.refined(Filters(category=("coffee",))).merchant == ()


def test_the_month_before_counts_back_from_the_last_question() -> None:
    january = Period(date(2026, 1, 1), date(2026, 1, 31), "the month before", "month")
    said = Filters.from_entities([entity("period", january.to_value()) | {"role": "before"}])
    assert said.in_time(None, date(2026, 4, 18)).period == (january,)
    (counted,) = said.in_time(Filters(period=(APRIL,)), date(2026, 4, 18)).period
    assert (counted.start, counted.end, counted.label) == (MARCH.start, MARCH.end, "the month before")
    (counted,) = said.in_time(Filters(merchant=("tesco",)), date(2026, 4, 18)).period
    assert counted.start == MARCH.start


def test_a_new_time_drops_what_the_old_one_was_compared_with() -> None:
    earlier = Filters(period=(APRIL,), against=(MARCH,))
    assert earlier.refined(Filters(merchant=("lidl",))).against == (MARCH,)
    assert earlier.refined(Filters(period=(MARCH,))).against == ()


def test_making_the_open_choice_closes_it() -> None:
    question = Question(
        "action_spending", Filters(merchant=("durand",), period=(MARCH,)), Choice("merchant", ("A", "B"))
    )
    assert question.chosen("B") == Question("action_spending", Filters(merchant=("B",), period=(MARCH,)))


@pytest.mark.parametrize("slot", [None, "text", {}, {"action": 3}, {"action": "a", "choice": {"part": "x"}}])
def test_a_slot_that_holds_no_question(slot: object) -> None:
    assert Question.from_slot(slot) is None
