"""Names as a recogniser writes them, found among names as a bank writes them.

A recogniser that has never met "Lidl" writes "little": far in spelling, the same in sound. Typed
names err the other way. So both count: spelling by the Indel similarity of rapidfuzz, sound by the
same similarity of Metaphone codes (jellyfish). Pure functions; the customer's names come in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import jellyfish
from rapidfuzz import fuzz

MINIMUM = 0.74
"""Least score of a name that may be meant. Below it lie "harrods" for "Starbucks" and the like;
`tests/nlu/test_matching.py` holds the pairs that it was set by."""

MARGIN = 0.05
"""Scores closer than this cannot be told apart: the customer is asked."""

_SOUND = 0.45
"""Weight of the sound, the rest is spelling: letters decide between names that sound alike."""

_PART = 0.96
"""A name of which only some words were said: "green garden" for "Green Garden Restaurant"."""

_APOSTROPHES = re.compile("['’`]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    """As it was handed in."""
    score: float
    """0 to 1, where 1 is the same words."""


def ranked(said: str, names: Iterable[str]) -> list[Candidate]:
    """All names with their scores, best first; names of the same score keep their order."""
    words = plain_words(said)
    scored = [Candidate(name, similarity(words, plain_words(name))) for name in dict.fromkeys(names)]
    return sorted(scored, key=lambda candidate: -candidate.score)


def candidates(
    said: str, names: Iterable[str], *, minimum: float = MINIMUM, margin: float = MARGIN
) -> list[str]:
    """The names that may be meant, best first: none, one, or several too close to tell apart."""
    order = ranked(said, names)
    if not order or order[0].score < minimum:
        return []
    least = max(minimum, order[0].score - margin)
    return [candidate.name for candidate in order if candidate.score >= least]


def similarity(said: tuple[str, ...], name: tuple[str, ...]) -> float:
    """0 to 1 for two names as plain words."""
    if not said or not name:
        return 0.0
    best = _alike(said, name)
    for length in range(1, len(name)):
        if abs(length - len(said)) > 1:
            continue
        for start in range(len(name) - length + 1):
            best = max(best, _PART * _alike(said, name[start : start + length]))
    return best


def _alike(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Spaces do not count: "star bucks" is "Starbucks"."""
    one, other = "".join(left), "".join(right)
    if one == other:
        return 1.0
    spelling = fuzz.ratio(one, other) / 100
    sound = fuzz.ratio(_sound(one), _sound(other)) / 100
    return (1 - _SOUND) * spelling + _SOUND * sound


@lru_cache(maxsize=8192)
def _sound(word: str) -> str:
    return str(jellyfish.metaphone(word)) or word


@lru_cache(maxsize=8192)
def plain_words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    return tuple(_WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))
