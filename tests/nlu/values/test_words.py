from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from assistant.nlu.values.words import numbers, split


def read(text: str) -> list[tuple[str, Decimal]]:
    words = split(text)
    return [(text[words[each.first].start : words[each.last - 1].end], each.value) for each in numbers(words)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one hundred and five", [("one hundred and five", 105)]),
        ("a hundred and five", [("a hundred and five", 105)]),
        ("a thousand two hundred", [("a thousand two hundred", 1200)]),
        ("fifteen hundred", [("fifteen hundred", 1500)]),
        ("twenty-five fifty", [("twenty-five", 25), ("fifty", 50)]),
        ("two forty five", [("two", 2), ("forty five", 45)]),
        ("1,200.50 and 3", [("1,200.50", Decimal("1200.50")), ("3", 3)]),
        ("1.200,50", [("1.200,50", Decimal("1200.50"))]),
        ("1.200", [("1.200", 1200)]),
        ("2k", [("2k", 2000)]),
        ("the third of may", [("third", 3)]),
        ("the 3rd", [("3rd", 3)]),
        ("a couple of weeks", [("couple", 2)]),
        ("zero point five", [("zero point five", Decimal("0.5"))]),
        ("the first one", [("first", 1)]),
        ("only that one", []),
        ("one", [("one", 1)]),
        ("no number here", []),
        ("", []),
    ],
)
def test_numbers_with_their_places(text: str, found: list[tuple[str, Decimal]]) -> None:
    assert read(text) == found


@given(st.integers(1, 999_999))
def test_every_spoken_number_is_one_number(value: int) -> None:
    text = num2words(value, lang="en").replace(",", "")
    (only,) = numbers(split(text))
    assert only.value == value
    assert (only.first, only.last) == (0, len(split(text)))


@given(st.decimals(0, 999_999, places=2, allow_nan=False))
def test_every_typed_number_is_one_number(value: Decimal) -> None:
    (only,) = numbers(split(f"{value:,}"))
    assert only.value == value
    assert only.typed


@given(st.text(max_size=80))
def test_any_text_is_split_in_order(text: str) -> None:
    words = split(text)
    assert all(word.text for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))
    found = numbers(words)
    assert all(one.last <= other.first for one, other in pairwise(found))
