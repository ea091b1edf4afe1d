"""Where long texts are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.tts.sentences import pieces


def test_a_short_text_stays_whole() -> None:
    assert list(pieces(" One. Two. ", 20)) == ["One. Two."]


def test_cut_at_the_last_sentence_end_that_fits() -> None:
    assert list(pieces("One two. Three. Four five six.", 18)) == ["One two. Three.", "Four five six."]


def test_without_a_sentence_end_cut_at_a_comma_then_at_a_space_then_anywhere() -> None:
    assert list(pieces("one two, three four", 14)) == ["one two,", "three four"]
    assert list(pieces("one two three four", 9)) == ["one two", "three", "four"]
    assert list(pieces("abcdefgh", 3)) == ["abc", "def", "gh"]


def test_a_decimal_point_is_no_sentence_end() -> None:
    assert list(pieces("aa 1.5 bb cc", 8)) == ["aa 1.5", "bb cc"]


@given(st.text(max_size=200), st.integers(1, 50))
def test_nothing_is_lost_and_no_piece_is_too_long_or_empty(text: str, longest: int) -> None:
    cut = list(pieces(text, longest))
    assert all(0 < len(piece) <= longest for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
