"""When a turn is over: arithmetic on seconds, no audio and no clock.

How long a pause may be depends on what was asked and on what was heard: "yes" needs no waiting, a card
number is read out in groups, and a sentence that stops at "to" is not finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from assistant.asr.graph_text import DIGITS


class Expecting(Enum):
    """What the dialogue waits for."""

    FREE = "free"
    YES_NO = "yes_no"
    DIGITS = "digits"


class Verdict(Enum):
    GO_ON = "go_on"
    FINISHED = "finished"
    NOTHING_SAID = "nothing_said"
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"
    """There was a sound and then quiet, but no word came of it."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds of quiet after which a turn is over, and other limits in seconds."""

    answered: float = 0.45
    """After a whole answer to the question; longer than the pause at the comma of "yes, that's right"."""
    sentence: float = 0.7
    """Pauses within a spoken request are mostly shorter; people notice a wait of a second."""
    unfinished: float = 1.6
    """After a word that wants another one, or after a yes-or-no question was answered with something else."""
    digits: float = 2.0
    """Between groups of digits that are read off a card."""
    wordless: float = 1.0
    """After a sound in which no word was recognised. Words come up to 0.4 s after they were said."""
    patience: float = 8.0
    """Until the first sound."""
    longest: float = 30.0
    """From the first sound on; a card number with pauses takes 25 s."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ANSWERS = _words("yes yeah yep yup sure correct okay ok right no nope wrong stop cancel exactly") | {
    "yes please",
    "no thanks",
    "no thank you",
    "go ahead",
    "never mind",
    "that's right",
    "do it",
    "not now",
}
_OPEN_ENDS = _words(
    "a an the and or but to from at in on of for with about by than between since until my our your is are "
    "was were did do does have has how what which where when who show me tell much many more less over under "
    "above below um uh er last this next"
)
_TEENS = _words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ONES = frozenset((*DIGITS, "oh", "o", "nought"))
_REPEATS = {"double": 2, "triple": 3}


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """The rules for one question."""

    expecting: Expecting = Expecting.FREE
    digits: int | None = None
    """How many digits are expected, when that is known."""
    pauses: Pauses = Pauses()

    def verdict(self, now: float, started: float | None, ended: float, text: str) -> Verdict:
        """`now`, `started` (the first voice, None before it) and `ended` (the last one): seconds on one
        clock; `text`: the words so far."""
        if started is None:
            return Verdict.NOTHING_SAID if now >= self.pauses.patience else Verdict.GO_ON
        if now - started >= self.pauses.longest:
            return Verdict.TOO_LONG
        words = text.split()
        quiet = now - ended
        if not words:
            return Verdict.NO_WORDS if quiet >= self.pauses.wordless else Verdict.GO_ON
        return Verdict.FINISHED if quiet >= self.pause_after(words) else Verdict.GO_ON

    def pause_after(self, words: Sequence[str]) -> float:
        """Seconds of quiet that end the turn when these words were said."""
        if self.expecting is Expecting.DIGITS:
            complete = self.digits is not None and count_digits(words) >= self.digits
            return self.pauses.answered if complete else self.pauses.digits
        if self.expecting is Expecting.YES_NO and " ".join(words) in _ANSWERS:
            return self.pauses.answered
        return self.pauses.unfinished if words[-1] in _OPEN_ENDS else self.pauses.sentence


def count_digits(words: Sequence[str]) -> int:
    """How many digits these words spell: `forty two double five` are four."""
    count, times, tens = 0, 1, False
    for word in words:
        if word in _REPEATS:
            times, tens = _REPEATS[word], False
            continue
        if word in _ONES:
            count += 0 if tens and word in DIGITS[1:] else times
        elif word in _TEENS or word in _TENS:
            count += 2
        times, tens = 1, word in _TENS
    return count
