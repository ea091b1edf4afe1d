"""Which numbers are taken for which: what a sentence may have been instead.

"Fifteen" and "fifty" differ in one vowel; "fourteen" is "for ten" without its pause; "eighteen" with noise
behind it is "eighty nine". The lists hold what the speech model was seen to mix up (docs/certainty.md) and
what people do; which of it the audio really allows is for the recogniser to say (`second_hearing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from assistant.asr.graph_text import DIGITS, NUMBERS

_ONES = DIGITS[1:]
_FAMILIES = {
    "three": ("thirteen", "thirty"),
    "four": ("fourteen", "forty"),
    "five": ("fifteen", "fifty"),
    "six": ("sixteen", "sixty"),
    "seven": ("seventeen", "seventy"),
    "eight": ("eighteen", "eighty"),
    "nine": ("nineteen", "ninety"),
}
_TEENS = tuple(teen for teen, _ in _FAMILIES.values())
_TENS = ("twenty", *(ten for _, ten in _FAMILIES.values()))
_SCALES = ("hundred", "thousand")
_ZEROS = ("oh", "zero", "o", "nought")
_NUMBERS = NUMBERS | {*_SCALES, *_ZEROS, "million"}
_UNITS = frozenset({"euro", "euros", "pound", "pounds", "dollar", "dollars", "franc", "francs", "quid"})
_LITTLE = ("for", "four", "to", "the")
"""What the beginning of a number is taken for, right before the rest of it."""

_ALIKE = {
    "one": ("nine",),
    "two": ("ten", "eight"),
    "five": ("nine",),
    "nine": ("five", "one"),
    "ten": ("two", "eleven"),
    "eleven": ("seven", "one thousand"),
    "seven": ("eleven",),
    "twelve": ("twenty",),
    "twenty": ("twelve",),
    "thirteen": ("eighteen", "fourteen"),
    "fourteen": ("thirteen",),
    "fifteen": ("sixteen",),
    "sixteen": ("fifteen",),
    "eighteen": ("thirteen",),
    "thirty": ("eighty", "forty"),
    "forty": ("thirty",),
    "fifty": ("sixty",),
    "sixty": ("fifty",),
    "eighty": ("thirty", "eight"),
    "eight": ("a",),
}
"""Beside the families."""

LARGEST = 400
"""Sentences at most: each costs time, and so long a string of numbers is no amount."""


def holds_number(words: Sequence[str]) -> bool:
    """Whether there is a number in it, or a unit that must have had one."""
    return not _NUMBERS.isdisjoint(words) or not _UNITS.isdisjoint(words)


def holds_large_number(words: Sequence[str]) -> bool:
    """Whether there is a number in it that takes two digits: ten, a teen, forty, a hundred."""
    return not _NUMBERS.difference(_ONES, _ZEROS).isdisjoint(words)


def variants(words: Sequence[str]) -> tuple[str, ...]:
    """The sentence and all that it may have been, at most `LARGEST`; only itself without a number.

    Every choice in one place goes with every choice in another: a recogniser that is given all of them
    finds each as likely as the words that were heard.
    """
    slots = list(_slots(tuple(words)))
    while _count(slots) > LARGEST:
        # The least likely choice of the longest slot goes first.
        longest = max(slots, key=len)
        longest.pop()
    return tuple(dict.fromkeys(" ".join(" ".join(choice).split()) for choice in product(*slots)))


def _count(slots: Sequence[Sequence[str]]) -> int:
    count = 1
    for slot in slots:
        count *= len(slot)
    return count


def _slots(words: tuple[str, ...]) -> Iterator[list[str]]:
    """Choices for one stretch of words after another, what was heard first."""
    place = 0
    while place < len(words):
        length, others = _others(words[place : place + 3], words[place - 1] if place else "")
        yield list(dict.fromkeys((" ".join(words[place : place + length]), *others)))
        place += length


def _others(words: tuple[str, ...], before: str) -> tuple[int, Sequence[str]]:
    """How many of these words one confusion takes in, and what else they may be."""
    first, second, third = (*words, "", "")[:3]
    if second in _SCALES and (first in (*_LITTLE, "a", "one", "two", "eight")):
        scale = (f"a {second}", f"two {second}", f"eight {second}", f"one {second}")
        return 2, (*scale, "eleven") if second == "thousand" else scale
    if first in _LITTLE and third in _ONES and (second in _NUMBERS or second in _LITTLE):
        kept = (f"{second} {third}",) if second in _TENS else ()
        return 3, (f"forty {third}", f"thirty {third}", *kept)
    if first in _LITTLE and second in _NUMBERS:
        return 2, (second, *_begun(first, second), *_near(second))
    if first in _LITTLE and second in _ONES:
        return 2, (f"forty {second}", f"thirty {second}")
    if first in ("for", "to") and second in _UNITS:
        return 1, ("four", "forty", "fourteen") if first == "for" else ("two",)
    if first in _TENS and second in _ONES:
        ones = tuple(f"{first} {one}" for one in _ALIKE.get(second, ()))
        return 2, (*_near(first), *ones, first)
    if first == "and" and second in _NUMBERS and before in _SCALES:
        near = (second, *_near(second))
        return 2, (*near, *(f"and {each}" for each in near))
    if first in _NUMBERS and before in _UNITS:
        return 1, (*_near(first), "to", "from")
    if first in _NUMBERS and before in _SCALES:
        near = _near(first)
        return 1, (*near, *(f"and {each}" for each in (first, *near)))
    if first in _NUMBERS:
        return 1, _near(first)
    return 1, ()


def _begun(little: str, number: str) -> tuple[str, ...]:
    """What `for ten` or `for thirty` is when the little word was the number's own beginning."""
    if number in ("ten", *_TEENS):
        return ("fourteen", "thirteen", "forty")
    if number in ("two", "eight", "thirty", "eighty", "forty", "six"):
        return ("forty", "thirty", "fourteen")
    return ("forty",) if little in ("for", "four") else ()


def _near(number: str) -> tuple[str, ...]:
    """Numbers that sound like it."""
    found: list[str] = []
    for digit, (teen, ten) in _FAMILIES.items():
        if number in (digit, teen, ten):
            found += [teen, ten, digit]
            if number != digit:
                found += [f"{ten} one", f"{ten} nine"]
    if number in _ZEROS:
        found += ["oh", "four"]
    found += _ALIKE.get(number, ())
    return tuple(each for each in dict.fromkeys(found) if each != number)
