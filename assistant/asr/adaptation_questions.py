"""What is likely to be said right after a question: an amount, a yes or no, digits.

The same lists serve twice: as `expected` of `adapt`, where free speech keeps a share, and as the
phrases of a `Grammar` for a second, strict listening to the same audio.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from assistant.asr.graph_text import DIGITS, number_words

_ROUND = (*range(100), *range(100, 1000, 25), *range(1000, 10_001, 500))
_CENTS = (50, 99, 20, 25, 75, 10, 30, 40, 95, 5, 60, 80)
_UNITS = (("pounds", "pence"), ("euros", "cents"), ("dollars", "cents"))
_LEADS = (
    "about",
    "exactly",
    "over",
    "under",
    "more than",
    "less than",
    "it was",
    "make it",
    "i said",
    "no",
)


class Question(Enum):
    AMOUNT = "amount"
    CONFIRMATION = "confirmation"
    DIGITS = "digits"


@cache
def answers(question: Question) -> tuple[str, ...]:
    """Typical answers as sentences of plain words, the same every time."""
    if question is Question.AMOUNT:
        return tuple(_amounts())
    if question is Question.DIGITS:
        return tuple(_digits())
    yes = (
        "yes",
        "yeah",
        "yep",
        "sure",
        "correct",
        "okay",
        "right",
        "that's right",
        "that is right",
        "exactly",
        "go ahead",
        "yes i am",
        "i am sure",
        "yes do it",
        "yes please",
    )
    no = (
        "no",
        "nope",
        "no thanks",
        "no thank you",
        "wrong",
        "that's wrong",
        "stop",
        "cancel",
        "never mind",
        "don't do it",
        "no i am not",
        "not now",
    )
    return (*yes, *no, "change it", "change", "change the amount", "wait", "say that again", "repeat that")


def _amounts() -> list[str]:
    found: list[str] = []
    for place, number in enumerate(_ROUND):
        ways = {number_words(number), number_words(number, joined=False)}
        if 100 <= number < 200 or 1000 <= number < 2000:
            ways |= {"a" + way[3:] for way in ways if way.startswith("one ")}
        # Every small sum after every kind of large one, without a liking for equal ones.
        cents = (number_words(_CENTS[place % len(_CENTS)]), number_words((place * 37 + 11) % 90 + 10))
        for way in sorted(ways):
            found.append(way)
            for unit, small in _UNITS:
                found.append(f"{way} {unit}")
                found += [f"{way} {unit} {cent}" for cent in cents]
                found.append(f"{way} {unit} and {cents[0]} {small}")
    for whole in range(1, 100):
        found += [f"{number_words(whole)} {number_words(part)}" for part in range(10, 100, 7)]
    for number in range(90):
        found.append(f"{number_words(number)} point {DIGITS[number % 10]} {DIGITS[number * 7 % 10]}")
    found += [f"{lead} {amount}" for lead in _LEADS for amount in found[::17]]
    return [*found, "a fiver", "a tenner", "fifty quid", "twenty quid", "ten quid", "one pound", "one euro"]


def _digits() -> list[str]:
    words = (*DIGITS, "oh")
    pairs = [f"{one} {two}" for one in words for two in words]
    fours = [f"{pairs[i]} {pairs[(i * 37 + 11) % len(pairs)]}" for i in range(len(pairs))]
    doubled = [f"{word} {digit}" for word in ("double", "triple") for digit in words]
    return [*words, *pairs, *fours, *doubled]
