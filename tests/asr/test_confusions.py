"""What a sentence with numbers may have been instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asr.confusions import LARGEST, holds_number, variants


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("send fifty euros to tom", "send fifteen euros to tom"),
        ("send fifteen euros to tom", "send fifty euros to tom"),
        ("thirty", "thirteen"),
        ("fourteen", "thirteen"),
        ("two hundred seventeen euros", "two hundred and seventy euros"),
        ("two hundred and seventy euros", "two hundred seventeen euros"),
        ("send for euros to tom", "send four euros to tom"),
        ("send to euros", "send two euros"),
        ("pay for the five euros to tom", "pay forty five euros to tom"),
        ("pay for two five euros to tom", "pay forty five euros to tom"),
        ("pay tom for ten euros", "pay tom fourteen euros"),
        ("pay tom for eighty five euros", "pay tom eighty five euros"),
        ("send eighty nine euros", "send eighteen euros"),
        ("send fifty euros", "send fifty nine euros"),
        ("a hundred euros", "eight hundred euros"),
        ("send to thousand euros", "send two thousand euros"),
        ("one thousand euros", "eleven euros"),
        ("seventy euros twenty savings", "seventy euros to savings"),
        ("seven euros oh five", "seven euros four five"),
    ],
)
def test_what_sounds_alike_is_weighed(heard: str, said: str) -> None:
    assert said in variants(heard.split())


def test_a_sentence_without_a_number_is_only_itself() -> None:
    words = ["how", "much", "do", "i", "have"]
    assert not holds_number(words)
    assert variants(words) == (" ".join(words),)


WORDS = ("send", "to", "a", "hundred", "and", "fifty", "two", "for", "oh", "thousand", "euros", "five")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=40))
def test_there_are_never_too_many_and_what_was_heard_comes_first(words: list[str]) -> None:
    found = variants(words)
    assert found[0] == " ".join(words)
    assert len(found) == len(set(found)) <= LARGEST
