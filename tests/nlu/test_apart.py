"""Codes that are taken out of an utterance before anything else sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu import apart

EXPECTED = "digits"
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("123456", "123456"),
        ("123 456", "123456"),
        ("one two three four five six", "123456"),
        ("it's one two three four five six", "123456"),
        ("double one oh four seven nine", "110479"),
        ("triple seven two two zero", "777220"),
        ("twenty four thirty one fifty six", "243156"),
        ("twelve ten nineteen", "121019"),
        ("twenty oh four five", "20045"),
        ("a1b2c3d4e5", "a1b2c3d4e5"),
    ],
)
def test_a_code_is_found(said: str, code: str) -> None:
    assert apart.code_in(said, EXPECTED) == code
    assert apart.masked(said, EXPECTED) == apart.HIDDEN


@pytest.mark.parametrize(
    "said",
    [
        "cancel",
        "make it fifty",
        "make it one thousand five hundred",
        "send me another one",
        "no wait make it 1500 euros",
        "what's my balance first",
        "two seven",
        "",
    ],
)
def test_what_is_no_code(said: str) -> None:
    assert apart.code_in(said, EXPECTED) is None


@given(st.text("0123456789", min_size=4, max_size=8))
def test_every_code_is_found_however_it_is_said(code: str) -> None:
    assert apart.code_in(code, EXPECTED) == code
    assert apart.code_in(" ".join(WORDS[int(digit)] for digit in code), EXPECTED) == code


@given(st.text("0123456789", min_size=2, max_size=8))
def test_not_even_half_of_one_is_shown(code: str) -> None:
    said = " ".join(WORDS[int(digit)] for digit in code)
    assert WORDS[int(code[0])] not in apart.masked(f"it is {said}", EXPECTED)


def test_a_code_is_taken_away_once() -> None:
    apart.put("here", "4711")
    assert apart.take("there") is None
    assert apart.take("here") == "4711"
    assert apart.take("here") is None
