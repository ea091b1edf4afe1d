from datetime import date, datetime, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.values.everything import read
from assistant.nlu.values.today import today

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("the last five transactions since the fifth of march above fifty", ["count", "period", "amount"]),
        ("between the first and the tenth of may", ["period"]),
        ("between ten and twenty euros in the last two weeks", ["amount", "period"]),
        ("my last three payments of twenty five pounds fifty on the third", ["count", "amount", "period"]),
        ("how much did i spend in twenty twenty five", ["period"]),
        ("payments over two hundred since 1 May", ["amount", "period"]),
        ("from monday to friday", ["period"]),
        ("hello", []),
    ],
)
def test_each_figure_is_taken_once(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _ in read(text, TODAY)] == kinds


WORDS = st.sampled_from(
    [
        "last",
        "five",
        "two",
        "forty",
        "fifty",
        "hundred",
        "and",
        "a",
        "the",
        "of",
        "march",
        "may",
        "weeks",
        "transactions",
        "above",
        "between",
        "pounds",
        "euros",
        "since",
        "first",
        "third",
        "next",
        "monday",
        "3rd",
        "€50",
        "20.50",
        "2025",
        "one",
        "quid",
        "on",
        "in",
        "to",
        "more",
        "than",
        "payments",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_findings_never_overlap(text: str) -> None:
    found = [each for _, each in read(text, TODAY)]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_the_day_can_be_set() -> None:
    assert today({"ASSISTANT_TODAY": "2026-03-18"}) == TODAY
    for unset in ({"ASSISTANT_TODAY": "nonsense"}, {}):
        assert abs(today(unset) - datetime.now(tz=timezone.utc).date()).days <= 1
