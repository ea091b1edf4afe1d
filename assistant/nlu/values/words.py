"""A text as words with their places, and the numbers among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from text_to_num import find_numbers

_WORD = re.compile(
    r"(?P<figure>[0-9]+(?:[.,][0-9]+)*)(?P<tail>st|nd|rd|th|k|p)?(?![^\W_])|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[€£$]"
)
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")
_POSSESSIVE = re.compile(r"['’]s?$")

# Words that text2num does not take as numbers and people do.
_MORE_NUMBERS = {"couple": 2, "few": 3, "dozen": 12}
_MULTIPLES = frozenset({"hundred", "thousand", "million"})


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for lists that are longer than a line."""
    return frozenset(text.split())


class Word(NamedTuple):
    text: str
    """Lower case, without a possessive ending: `week` for `week's`."""
    start: int
    end: int
    """Offsets in the text."""
    figure: str = ""
    """The digits, when it was typed as a figure: `1,200.50` of `1,200.50`, `3` of `3rd`."""
    tail: str = ""
    """What was typed right behind the figure: st, nd, rd, th, k or p."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number over the words `first` to `last`, `last` not included."""

    first: int
    last: int
    value: Decimal
    ordinal: bool = False
    typed: bool = False
    decimals: int = 0
    """Digits typed behind the point."""


@lru_cache(maxsize=256)
def split(text: str) -> tuple[Word, ...]:
    words = []
    for found in _WORD.finditer(text):
        if found["figure"]:
            words.append(
                Word(found[0].lower(), found.start(), found.end(), found["figure"], found["tail"] or "")
            )
        else:
            plain = _POSSESSIVE.sub("", found[0].lower())
            words.append(Word(plain, found.start(), found.end()))
    return tuple(words)


@lru_cache(maxsize=256)
def numbers(words: tuple[Word, ...]) -> tuple[Number, ...]:
    """All numbers, spoken and typed, from left to right; they do not overlap.

    "One" after "the first" and in "that one" is no number.
    """
    found = [_typed(index, word) for index, word in enumerate(words) if word.figure]
    found += [
        Number(index, index + 1, Decimal(_MORE_NUMBERS[word.text]))
        for index, word in enumerate(words)
        if word.text in _MORE_NUMBERS
    ]
    spoken = find_numbers([_Spoken(word) for word in words], "en", 0)
    for each in spoken:
        first, last = each.start, each.end
        if any(word.figure for word in words[first:last]):
            continue
        if first > 0 and words[first].text in _MULTIPLES and words[first - 1].text in ("a", "an"):
            first -= 1
        if last - first == 1 and words[first].text == "one" and _is_pronoun(words, first):
            continue
        decimals = len(each.text.partition(".")[2])
        # With a point its value is a float: 1.39 would be 1.3900000000000001.
        value = Decimal(each.text if decimals else str(each.value))
        found.append(Number(first, last, value, bool(each.is_ordinal), False, decimals))
    return tuple(sorted(found, key=lambda number: number.first))


def at(found: Sequence[Number], index: int) -> Number | None:
    """The number that begins at this word."""
    return next((number for number in found if number.first == index), None)


_BEFORE_PRONOUN = word_set(
    "the that this which first second third fourth fifth last other next each any no every another big "
    "biggest latest right wrong"
)


def _is_pronoun(words: Sequence[Word], index: int) -> bool:
    return index > 0 and words[index - 1].text in _BEFORE_PRONOUN


def _typed(index: int, word: Word) -> Number:
    figure = word.figure
    point = max(figure.rfind("."), figure.rfind(","))
    if point < 0 or _GROUPED.fullmatch(figure):
        whole, decimals = re.sub("[.,]", "", figure), ""
    else:
        whole, decimals = re.sub("[.,]", "", figure[:point]), figure[point + 1 :]
    value = Decimal(f"{whole or 0}.{decimals or 0}" if decimals else whole)
    if word.tail == "k":
        value *= 1000
    return Number(
        index, index + 1, value, word.tail in ("st", "nd", "rd", "th"), typed=True, decimals=len(decimals)
    )


class _Spoken:
    """The shape in which text2num takes words."""

    __slots__ = ("_word",)

    def __init__(self, word: Word) -> None:
        self._word = word

    def text(self) -> str:
        return self._word.text

    def nt_separated(self, _previous: object) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return bool(self._word.figure)
