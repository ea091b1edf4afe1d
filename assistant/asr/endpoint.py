"""When a turn is over: arithmetic on seconds, no audio and no clock.

How long a pause may be depends on what was asked, on what was heard and on who speaks: "yes" needs no
waiting, a card number is read out in groups, a sentence that stops at "to" is not finished, and some people
think while they speak.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from assistant.asr.adaptation_questions import LONE, Question, answers
from assistant.asr.graph_text import DIGITS


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

    answered: float = 0.3
    """After a whole answer to the question, or a word such as "stop"."""
    sentence: float = 0.38
    """After a request that makes sense as it is, and that requests end like; a wait of a second is felt.
    Voice is looked for 32 ms at a time, so that this is 0.384, and 0.4 would be 0.416."""
    doubtful: float = 0.7
    """After words of which one of the two is not sure, and after an amount, which may go on."""
    unfinished: float = 1.6
    """After words behind which others follow nearly always; where that is not known, after those that make no
    sense yet."""
    digits: float = 2.2
    """Between groups of digits that are read off a card."""
    wordless: float = 1.0
    """After a sound in which no word was recognised. Words come up to 0.4 s after they were said."""
    patience: float = 8.0
    """Until the first sound."""
    longest: float = 45.0
    """From the first sound on; a card number with pauses takes 25 s."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ALONE = _words("stop wait cancel help repeat goodbye") | {"never mind", "go on", "stop it", "hold on"}
"""Said alone they are whole, whatever was asked. Where nothing was, a request may begin with them."""
_NO_END, _LIKE_AN_END = 0.1, 0.3
"""Shares of known requests that end at such words, below which words are unfinished, and from which they may
be the last. On the recorded set (`tests/audio`), whose sentences are in no training data, 0.3 divides best:
98 of 104 whole sentences lie above it, and of 404 beginnings that make sense to the dialogue 83."""
_TEENS = _words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ONES = frozenset((*DIGITS, "oh", "o", "nought"))
_NUMBERS = _ONES | _TEENS | _TENS | _words("hundred thousand a point pounds euros dollars")
_REPEATS = {"double": 2, "triple": 3}
_OF_A_PASSCODE = 2
"""Digits that are asked for at a time."""
_READ_OFF = (Question.DIGITS, Question.PASSCODE, Question.ACCOUNT, Question.SPELLED)
"""Answered one digit after another, with pauses."""
_GROUP = 4
"""Digits in a row that are read off something: "two thousand four" has none, a card has sixteen."""


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """The rules for one question and one speaker."""

    question: Question | None = None
    """What the dialogue waits for; None for anything."""
    digits: int | None = None
    """How many digits are expected, when that is known."""
    pauses: Pauses = Pauses()
    pace: float = 0.0
    """Seconds that this speaker pauses within a request (`Pace`); 0 when not known."""
    ends: Callable[[Sequence[str]], float | None] = lambda _words: None
    """The share of known requests with such last words that end there (`Endings`); None when not known."""

    def verdict(
        self, now: float, started: float | None, ended: float, text: str, makes_sense: bool | None = None
    ) -> Verdict:
        """`now`, `started` (the first voice, None before it) and `ended` (the last one): seconds on one
        clock; `text`: the words so far; `makes_sense`: whether the dialogue would know what to do with them,
        None when it was not asked."""
        if started is None:
            return Verdict.NOTHING_SAID if now >= self.pauses.patience else Verdict.GO_ON
        if now - started >= self.pauses.longest:
            return Verdict.TOO_LONG
        quiet = now - ended
        if quiet <= 0:
            return Verdict.GO_ON
        words = text.split()
        if not words:
            return Verdict.NO_WORDS if quiet >= self.pauses.wordless else Verdict.GO_ON
        return Verdict.FINISHED if quiet >= self.pause_after(words, makes_sense) else Verdict.GO_ON

    def pause_after(self, words: Sequence[str], makes_sense: bool | None = None) -> float:
        """Seconds of quiet that end the turn when these words were said."""
        pauses = self.pauses
        text = " ".join(words)
        if text in _ALONE:
            return pauses.sentence if self.question is None else pauses.answered
        if self.question is Question.PASSCODE and count_digits(words) >= _OF_A_PASSCODE:
            return pauses.answered
        if self.question in _READ_OFF or _reads_digits(words):
            complete = self.digits is not None and count_digits(words) >= self.digits
            return pauses.answered if complete else pauses.digits
        if self.question in LONE and text in answers(self.question):
            return pauses.answered
        ends = self.ends(words)
        if makes_sense is False if ends is None else ends < _NO_END:
            return max(pauses.unfinished, self.pace)
        may_go_on = self.question is Question.AMOUNT and words[-1] in _NUMBERS
        sure = makes_sense and (ends is None or ends >= _LIKE_AN_END) and not may_go_on
        return max(pauses.sentence if sure else pauses.doubtful, self.pace)


_SLOWEST = 1.2
"""Seconds; waiting longer than this after every request would punish a speaker for one hesitation."""
_ROOM = 1.25
"""How much longer than a speaker's pause silence must be before it counts as the end."""


class Pace:
    """How long one person pauses within a request, learned from the pauses that were no end.

    Long ones are learned at once and forgotten slowly: being cut off costs more than waiting.
    """

    def __init__(self) -> None:
        self._pause = 0.0

    @property
    def pause(self) -> float:
        """Seconds for `EndOfTurn.pace`; 0 until a pause was heard."""
        return min(self._pause * _ROOM, _SLOWEST)

    def heard(self, pause: float) -> None:
        """Seconds of quiet within a request, after which the person went on."""
        if pause > self._pause:
            self._pause += (pause - self._pause) / 2
        else:
            self._pause += (pause - self._pause) / 20

    def cut_off(self, pause: float) -> None:
        """The turn was ended after so many seconds of quiet, and the person went on all the same."""
        self._pause = max(self._pause, pause)


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


def _reads_digits(words: Sequence[str]) -> bool:
    """Whether the last words are single digits in a row, whatever was asked."""
    tail = words[-_GROUP:]
    return len(tail) == _GROUP and all(word in _ONES or word in _REPEATS for word in tail)
