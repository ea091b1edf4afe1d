import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from assistant.nlu.values import counts


def read(text: str) -> list[int]:
    return [each.value for each in counts.find(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("the last five transactions", 5),
        ("my last 10 transactions", 10),
        ("the ten most recent transactions", 10),
        ("show me three payments above fifty", 3),
        ("only the last five", 5),
        ("the next three", 3),
        ("top five expenses", 5),
        ("a couple of payments", 2),
        ("the last seven transactions on my current account", 7),
        ("what was my last transaction", 1),
        ("when is my next payment", 1),
    ],
)
def test_counts(text: str, number: int) -> None:
    assert read(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "the last two weeks",
            "last thirty days",
            "above fifty",
            "the last five euros",
            "€5",
            "the first one",
        ),
        *(
            "the second one",
            "fifty euros",
            "my transactions",
            "payments over five hundred",
            "three",
            "next week",
        ),
        *("a payment of fifty", "the last payment transactions", "1000 payments", ""),
    ],
)
def test_what_is_no_count(text: str) -> None:
    assert read(text) == []


def test_what_is_taken_is_not_taken_again() -> None:
    assert counts.find("the last five transactions", [(9, 13)]) == []
    assert counts.find("what was my last transaction", [(12, 16)]) == []


@given(st.integers(2, 500))
def test_spoken_and_typed(number: int) -> None:
    said = num2words(number, lang="en")
    assert read(f"the last {said} transactions") == [number]
    assert read(f"the last {number} transactions") == [number]


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    assert all(1 <= number <= 500 for number in read(text))
