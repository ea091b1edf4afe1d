"""Account numbers, typed and said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as standard

from assistant.nlu.values.ibans import characters, find

IRISH = "IE29AIBK93115212345678"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("ie29 aibk 9311 5212 3456 78", IRISH),
        ("IE29-AIBK-9311-5212-3456-78", IRISH),
        ("i e two nine", "IE29"),
        ("a i b k", "AIBK"),
        ("nine three one one", "9311"),
        ("it's d e eighty nine", "DE89"),
        ("double seven oh four", "7704"),
        ("triple zero one", "0001"),
        ("seventy eight", "78"),
        ("fifty two twelve", "5212"),
        ("d for delta e for echo", "DE"),
        ("the iban is eye e two nine", "IE29"),
        ("double you e s t", "WEST"),
        ("and then nine three", "93"),
        ("fr76", "FR76"),
        ("ninety three zero one", "9301"),
    ],
)
def test_a_group_is_read(said: str, read: str) -> None:
    assert characters(said) == read


@pytest.mark.parametrize(
    "said", ["", "the number", "what is my balance", "cancel that", "stop", "no", "double", "i don't know"]
)
def test_what_is_no_part_of_a_number(said: str) -> None:
    assert characters(said) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "add tom baker with the iban ie29 aibk 9311 5212 3456 78",
        "add tom ie29aibk93115212345678 please",
        "his is i e two nine a i b k ninety three eleven fifty two twelve three four five six seven eight",
    ],
)
def test_a_number_is_found_in_a_sentence(sentence: str) -> None:
    found = find(sentence)
    assert found is not None
    read, (start, end) = found
    assert read == IRISH
    assert sentence[start:end].lower().startswith(("ie29", "i e"))


@pytest.mark.parametrize(
    "sentence",
    ["add tom baker", "send forty five euros to marie for the concert", "on the first of april 2026"],
)
def test_no_number_in_a_sentence(sentence: str) -> None:
    assert find(sentence) is None


DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@given(st.from_regex(r"\A[A-Z]{4}[0-9]{14}\Z"), st.lists(st.integers(1, 21), max_size=6), st.data())
def test_whatever_is_typed_or_said_is_read_as_it_is(bban: str, cuts: list[int], data: st.DataObject) -> None:
    iban = f"IE{standard.calc_check_digits(f'IE00{bban}')}{bban}"
    ends = [*sorted(set(cuts)), 22]
    said = []
    for first, last in zip([0, *ends], ends, strict=False):
        signs = [
            DIGITS[int(sign)] if sign.isdigit() and data.draw(st.booleans()) else sign
            for sign in iban[first:last]
        ]
        said.append(" ".join(signs))
    assert "".join(characters(each) or "" for each in said) == iban
    assert characters(" ".join(said)) == iban
    found = find("add tom with " + " ".join(said))
    assert found is not None and found[0].endswith(iban[-10:])
    assert characters(iban.lower()) == characters(standard.format(iban)) == iban
