"""What is likely to be said right after a question: an amount, a yes or no, digits.

The same lists serve twice: as `expected` of `adapt`, where free speech keeps a share, and as the
phrases of a `Grammar` for a second, strict listening to the same audio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from assistant.asr.graph_text import DIGITS, number_words
from assistant.errors import TrainingDataError

_ROUND = (*range(100), *range(100, 1000, 10), *range(1000, 10_001, 100))
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
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_COUNTRIES = [
    "ad",
    "at",
    "be",
    "bg",
    "ch",
    "cy",
    "cz",
    "de",
    "dk",
    "ee",
    "es",
    "fi",
    "fr",
    "gb",
    "gi",
    "gr",
    "hr",
    "hu",
    "ie",
    "is",
    "it",
    "li",
    "lt",
    "lu",
    "lv",
    "mc",
    "mt",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "se",
    "si",
    "sk",
    "sm",
]
"""Of the single euro payments area, by ISO 3166."""
_MORE = (
    "more",
    "more please",
    "yes",
    "yes please",
    "yes more please",
    "yes go on",
    "go on",
    "go on please",
    "next",
    "the next ones",
    "the rest",
    "show me more",
    "continue",
    "no",
    "no thanks",
    "no thank you",
    "stop",
    "that's enough",
    "that's all",
    "that is all",
    "enough",
    "okay",
    "thank you",
    "repeat that",
    "say that again",
)

_FINISHED = (
    "done",
    "all done",
    "i'm done",
    "it's done",
    "i have done it",
    "i've done it",
    "done that",
    "finished",
    "i have finished",
    "approved",
    "i approved it",
    "i have approved it",
    "i've approved it",
    "confirmed",
    "i confirmed it",
    "i have confirmed it",
    "i've confirmed it",
    "yes",
    "yes done",
    "okay done",
    "okay",
    "not yet",
    "no",
    "cancel",
    "stop",
    "never mind",
    "i refused it",
    "say that again",
    "repeat that",
)


YES = (
    "yes",
    "yeah",
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
    "yes that's right",
    "yes that is right",
    "yes correct",
    "yes go ahead",
)
"""Answers that are a yes and nothing beside it. "Yep" is none: too little tells it from "yet"."""

_NO = (
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

_CHANGE = ("change it", "change", "change the amount", "wait", "say that again", "repeat that")

LIKE_YES = (
    "yep", "guess", "just", "yet", "chess", "less", "press", "best", "rest", "us", "gas", "s", "as", "ask",
    "yesterday", "jess", "dress", "mess", "but", "and", "so", "wait", "if", "collect", "connect",
    "direct", "shore", "she", "show", "chair", "cheers", "write", "light", "late", "great", "that",
    "that's", "oh", "k", "go", "head", "the", "a", "it", "sir", "esso", "i guess", "the rest", "yes but",
    "yes and", "yes so", "yes wait", "yes no", "yes if", "yes although", "yes only", "yes for",
    "yes from", "yes to", "yeah but", "okay but", "for that", "that's late", "what's right", "a k",
    "oh no", "a head", "yes sir", "hey", "oh hey",
)  # fmt: skip
"""What may be taken for a yes and is none: words that sound like one, and the beginning of an objection."""


class Question(Enum):
    """Kinds of question, by the name that a response template gives: `metadata: {expects: amount}`."""

    AMOUNT = "amount"
    SPELLED = "spelled_amount"
    """An amount, digit by digit."""
    CONFIRMATION = "confirmation"
    DIGITS = "digits"
    PASSCODE = "passcode"
    """Two of its digits."""
    ACCOUNT = "account_number"
    """An IBAN, whole or in groups."""
    MORE = "more"
    """Whether to go on reading a list."""
    FINISHED = "finished"
    """That what is to be done elsewhere, in the bank's app or on its page, is done."""


LONE = (Question.CONFIRMATION, Question.MORE, Question.FINISHED)
"""Answered in a word or two, yes or no most of all, after which nothing comes."""


@cache
def answers(question: Question) -> tuple[str, ...]:
    """Typical answers as sentences of plain words, the same every time."""
    return tuple(_ANSWERS[question]())


def question_of(name: str) -> Question | None:
    """The kind of that name; None for one that is not known, `check_expected` tells of those."""
    try:
        return Question(name)
    except ValueError:
        return None


def check_expected(nlu_data: Path) -> None:
    """Raises TrainingDataError for a response template that expects an unknown kind of answer."""
    for path in sorted((nlu_data / "domain").rglob("*.yml")):
        content = YAML(typ="safe").load(path.read_text("utf-8")) or {}
        for template, variations in (content.get("responses") or {}).items():
            for variation in variations:
                expects = (variation.get("metadata") or {}).get("expects")
                if expects is not None and question_of(expects) is None:
                    known = ", ".join(kind.value for kind in Question)
                    raise TrainingDataError(f"{path.name}: {template} expects {expects!r}; there is {known}")


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
    for whole in range(1, 100):  # "twelve fifty": round ones are said more often
        parts = (*range(10, 100), *range(10, 100, 10), *_CENTS)
        found += [f"{number_words(whole)} {number_words(part)}" for part in parts]
    for number in range(90):
        found.append(f"{number_words(number)} point {DIGITS[number % 10]} {DIGITS[number * 7 % 10]}")
    found += [f"{lead} {amount}" for lead in _LEADS for amount in found[::17]]
    return [*found, "a fiver", "a tenner", "fifty quid", "twenty quid", "ten quid", "one pound", "one euro"]


def _account_numbers() -> list[str]:
    """A country and its check digits, a bank's letters, groups of digits, and all of them in a row."""
    digits = (*DIGITS, "oh")
    fours = [
        f"{digits[i % 11]} {digits[i // 11 % 11]} {digits[i * 7 % 11]} {digits[i * 5 % 11]}"
        for i in range(363)
    ]
    letters = [" ".join(_LETTERS[(i * step + step) % 26] for step in (1, 5, 11, 17)) for i in range(26)]
    found: list[str] = []
    for place, country in enumerate(_COUNTRIES):
        start = f"{country[0]} {country[1]} {DIGITS[place % 10]} {DIGITS[place * 7 % 10]}"
        rest = " ".join(fours[place * 13 % 300 : place * 13 % 300 + 4])
        found += [start, f"{start} {letters[place % 26]} {rest}", f"{start} {rest}"]
    return list(dict.fromkeys((*found, *letters, *fours, *_digits())))


def _spelled() -> list[str]:
    """Amounts of one to four digits, with a currency, with a point, or with cents behind."""
    digits = (*DIGITS, "oh")
    pairs = [f"{one} {two}" for one in digits for two in digits]
    found = [*pairs, *(f"{pair} {digits[place % 11]}" for place, pair in enumerate(pairs))]
    for place, one in enumerate(digits):
        for unit, small in _UNITS:
            cents = pairs[(place * 37 + 11) % len(pairs)]
            found += [f"{one} {unit}", f"{one} {one} {unit}", f"{one} {unit} and {cents} {small}"]
            found += [f"{one} point {cents} {unit}", f"{one} {unit} {cents}"]
    return found


def _digits() -> list[str]:
    words = (*DIGITS, "oh")
    pairs = [f"{one} {two}" for one in words for two in words]
    fours = [f"{pairs[i]} {pairs[(i * 37 + 11) % len(pairs)]}" for i in range(len(pairs))]
    doubled = [f"{word} {digit}" for word in ("double", "triple") for digit in words]
    return [*words, *pairs, *fours, *doubled]


_ANSWERS: Mapping[Question, Callable[[], Iterable[str]]] = {
    Question.AMOUNT: _amounts,
    Question.SPELLED: _spelled,
    Question.CONFIRMATION: lambda: (*YES, *_NO, *_CHANGE),
    Question.DIGITS: _digits,
    Question.PASSCODE: _digits,
    Question.ACCOUNT: _account_numbers,
    Question.MORE: lambda: _MORE,
    Question.FINISHED: lambda: _FINISHED,
}
