"""Counting what a recogniser got wrong, in the ways that matter to a bank's customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.training.speech.listen import Heard, align

_DIGIT_WORDS = "zero oh one two three four five six seven eight nine double triple"
_OTHER_NUMBERS = """
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty
sixty seventy eighty ninety hundred thousand a half couple point
"""
_MONEY = "euro euros pound pounds dollar dollars quid cent cents penny pence fiver tenner"
_DIGITS = frozenset(_DIGIT_WORDS.split())
_NUMBERS = _DIGITS | frozenset(_OTHER_NUMBERS.split())
_CURRENCIES = frozenset(_MONEY.split())

SURE = 0.9
"""Calibrated confidence from which a sum would be taken without asking again."""


@dataclass
class Score:
    words: int = 0
    errors: int = 0
    sentences: int = 0
    wrong_sentences: int = 0
    digits: int = 0
    wrong_digits: int = 0
    amounts: int = 0
    wrong_amounts: int = 0
    silent_amounts: int = 0
    """Wrong sums heard with a confidence of SURE or more."""
    seconds: float = 0.0
    """Of audio."""
    busy: float = 0.0
    """Seconds of processor time."""
    groups: dict[str, list[int]] = field(default_factory=dict)
    """Voice → [errors, words]."""

    def add(self, said: str, heard: Heard, confidence: float, group: str) -> None:
        reference, result = said.split(), heard.text.split()
        errors = align(reference, result).errors
        self.words += len(reference)
        self.errors += errors
        self.sentences += 1
        self.wrong_sentences += errors > 0
        counts = self.groups.setdefault(group, [0, 0])
        counts[0] += errors
        counts[1] += len(reference)
        spoken = [word for word in reference if word in _DIGITS]
        if len(spoken) >= 3 and not _CURRENCIES & set(reference):
            self.digits += len(spoken)
            self.wrong_digits += align(spoken, [word for word in result if word in _DIGITS]).errors
        if _CURRENCIES & set(reference):
            self.amounts += 1
            if _sum(reference) != _sum(result):
                self.wrong_amounts += 1
                self.silent_amounts += confidence >= SURE

    @property
    def word_errors(self) -> float:
        return self.errors / max(self.words, 1)


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _sum(words: Iterable[str]) -> list[str]:
    """The words that make an amount; "a" counts where a number follows."""
    kept = [word for word in words if word in _NUMBERS or word in _CURRENCIES]
    return [
        word
        for place, word in enumerate(kept)
        if word != "a" or kept[place + 1 : place + 2] in (["hundred"], ["thousand"], ["fiver"], ["tenner"])
    ]
