import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UtteranceTooLongError
from assistant.nlu.utterance import clean
from assistant.settings import MAX_UTTERANCE_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        '/check_balance{"account": "savings"}',
        "/check_balance",
        "  /check_balance",
        "\u200b/check_balance",
        "\u2060\ufeff /check_balance",
        "\x00/check_balance",
        "／check_balance",
        "∕check_balance",
        "⁄check_balance",
        "//check_balance",
        "/ / check_balance",
        "\n\t/check_balance",
        "\u202e/check_balance",
        "⧸check_balance",
    ],
)
def test_the_short_form_of_an_intent_never_gets_through(text: str) -> None:
    assert clean(text).startswith("check_balance")


def test_a_slash_inside_a_text_stays() -> None:
    assert clean("payments on 1/3/2026") == "payments on 1/3/2026"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("what's\u00a0my  balance\r\n", "what's my balance"),
        ("bal\x07an\u200bce", "balance"),
        ("ｂａｌａｎｃｅ", "balance"),
        ("above €50", "above €50"),
        ("café", "café"),
        ("\ud800balance", "balance"),
    ],
)
def test_what_nobody_says_is_left_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_too_long_is_refused_before_anything_else() -> None:
    assert clean("a" * MAX_UTTERANCE_CHARACTERS)
    with pytest.raises(UtteranceTooLongError) as refused:
        clean("a" * 10_000)
    assert refused.value.code == "nlu.too_long"
    assert "aaa" not in refused.value.detail


@given(st.text(max_size=200))
def test_whatever_comes_in_is_harmless(text: str) -> None:
    cleaned = clean(text)
    assert not cleaned.startswith("/")
    assert len(cleaned) <= MAX_UTTERANCE_CHARACTERS
    assert all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in cleaned)
    assert clean(cleaned) == cleaned
