"""What a sentence with numbers could have been instead: the same words, one number of them changed.

"Fifteen" and "fifty" differ in one vowel, "and seventy" and "seventeen" in less, and "forty five" in
noise becomes "for the five". Those changes are tried on every number that was heard; which of them
the audio really allows is for the recogniser to say (`second_hearing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.asr.graph_text import DIGITS

_ONES = DIGITS[1:]
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("hundred", "thousand")
_ZEROS = ("oh", "zero")
_ANY = (*_ONES, *_TEENS, *_TENS)
_NUMBERS = frozenset({*_ANY, *_SCALES, *_ZEROS, "o", "nought", "point", "million"})
_BEFORE = frozenset({"a", *_NUMBERS})
"""Of these an amount can consist up to its last word."""
_SOUND_LIKE_ONE = {"for": "four", "to": "two", "too": "two", "won": "one", "ate": "eight", "a": "eight"}
_TOGETHER: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (f"and {ten}", (teen, ten)) for teen, ten in zip(_TEENS[3:], _TENS[1:], strict=False)
)
"""`and seventy`: its teen, and without its "and"."""

LARGEST = 400
"""Sentences at most: a long string of numbers is no amount, and each costs time."""


def holds_number(words: Sequence[str]) -> bool:
    return not _NUMBERS.isdisjoint(words)


def variants(words: Sequence[str]) -> tuple[str, ...]:
    """Other sentences that sound like these words, at most `LARGEST`; none without a number."""
    said = tuple(words)
    found = dict.fromkeys(" ".join(other) for other in _changed(said))
    found.pop(" ".join(said), None)
    return tuple(found)[:LARGEST]


def _changed(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for place, word in enumerate(words):
        before, behind = words[:place], words[place + 1 :]
        if word in _NUMBERS:
            for other in _instead_of(word):
                yield (*before, other, *behind)
            yield from _with_more(before, word, behind)
            if place:
                yield from _with_what_came_before(before, word, behind)
        elif word in _SOUND_LIKE_ONE and behind and behind[0] in _NUMBERS:
            yield (*before, _SOUND_LIKE_ONE[word], *behind)
    for pair, others in _TOGETHER:
        first, second = pair.split()
        for place in range(len(words) - 1):
            if words[place : place + 2] == (first, second):
                for one in others:
                    yield (*words[:place], one, *words[place + 2 :])


def _instead_of(word: str) -> tuple[str, ...]:
    if word in _SCALES:
        return _SCALES
    if word in _ZEROS or word in ("o", "nought"):
        return (*_ZEROS, *_ONES)
    return _ANY


def _with_more(before: tuple[str, ...], word: str, behind: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """A digit more or less behind a ten, an "and" more or less behind a hundred."""
    following = behind[0] if behind else ""
    if word in _TENS:
        if following in _ONES:
            yield (*before, word, *behind[1:])
        else:
            for one in _ONES:
                yield (*before, word, one, *behind)
    if word in _SCALES:
        if following == "and":
            yield (*before, word, *behind[1:])
        elif following in _NUMBERS:
            yield (*before, word, "and", *behind)
        elif following:
            for other in _ANY:  # what came behind was no word for a number: was it one?
                yield (*before, word, other, *behind)
    if word in _TEENS[3:]:
        ten = _TENS[_TEENS.index(word) - 2]
        yield (*before, "and", ten, *behind)
    if word in _ONES and following not in _NUMBERS:
        for scale in _SCALES:
            yield (*before, word, scale, *behind)


def _with_what_came_before(
    before: tuple[str, ...], word: str, behind: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """ "For the five" for "forty five": a word or two right before a number were its beginning."""
    if before[-1] in _NUMBERS or before[-1] == "and":
        return
    starts = (*_TENS, "hundred") if word in _ONES else ("hundred", "hundred and")
    for taken in (1, 2):
        if len(before) <= taken:
            return
        for start in starts:
            yield (*before[:-taken], *start.split(), word, *behind)
