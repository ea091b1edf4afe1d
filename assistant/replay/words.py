"""What was said beside what was heard, word by word."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from assistant.asr.graph_text import NUMBERS, normalise

_LONG = {"didn't": "did not", "don't": "do not", "can't": "can not", "cannot": "can not", "okay": "ok"}
"""Two ways to write one thing that is said."""
_NUMBERS = NUMBERS | {"oh", "hundred", "thousand", "double", "triple"}


@dataclass(frozen=True, slots=True)
class WordErrors:
    words: int
    """That were said."""
    errors: int
    """Replaced, left out and put in; the least number that leads from one to the other."""
    numbers: int
    """Number words that were said."""
    wrong_numbers: int
    """Of them, those that were not heard."""


def spoken_words(text: str) -> list[str]:
    """Words as they are said, without punctuation and capitals, contractions written out."""
    words = " ".join(_LONG.get(word, word) for word in normalise(text).split())
    return words.replace("'s ", " is ").split()


def same_words(said: str, heard: str) -> bool:
    return spoken_words(said) == spoken_words(heard)


def word_errors(said: str, heard: str) -> WordErrors:
    reference, result = spoken_words(said), spoken_words(heard)
    steps = Levenshtein.editops(reference, result)
    lost = {step.src_pos for step in steps if step.tag != "insert"}
    numbers = [place for place, word in enumerate(reference) if word in _NUMBERS]
    return WordErrors(len(reference), len(steps), len(numbers), sum(place in lost for place in numbers))
