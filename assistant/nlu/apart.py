"""Secrets that are said or typed: taken out of an utterance before anything remembers, logs or shows it.

A one-time code or a digit of the passcode never reaches Rasa: the dialogue lays it down here, by
conversation, and the one action that needs it takes it away. What everybody else sees in its place is
`HIDDEN`.
"""

from __future__ import annotations

import re
import threading

from assistant.nlu.values import amounts
from assistant.nlu.values.number_words import NUMBERS, ZEROS

HIDDEN = "‹code›"
SHORTEST = {"digits": 4, "passcode": 1}
"""Signs that a code has at least, by what a response template expects (`metadata: {expects: digits}`); after
any other one nothing is taken out. Fewer digits are something else."""

_DIGITS = {word: str(number) for word, number in NUMBERS.items() if number < 10} | dict.fromkeys(
    (*ZEROS, "o"), "0"
)
_LARGE = frozenset({"hundred", "thousand", "grand"})
"""Nobody says a code with these."""
_TIMES = {"double": 2, "triple": 3}
_TENS = {word: number for word, number in NUMBERS.items() if number >= 10}
_BESIDE = re.compile(
    r"and|the|is|it|s|are|digits?|number|my|passcode|um|uh|then|double|triple|please|first|second|third|"
    r"fourth|fifth|sixth|seventh|eighth"
)
"""What is said beside two digits of a passcode; with anything else it is no answer: "make it fifty"."""
_MIXED = re.compile(r"\b(?=[a-z]*\d)[a-z\d]{6,}\b", re.IGNORECASE)
"""What a bank's page shows to be typed."""

_lock = threading.Lock()
_kept: dict[str, str] = {}


def put(conversation: str, secret: str) -> None:
    with _lock:
        _kept[conversation] = secret


def take(conversation: str) -> str | None:
    """The secret that was said last in this conversation; it is gone afterwards."""
    with _lock:
        return _kept.pop(conversation, None)


def code_in(text: str, expected: str) -> str | None:
    """The code in a text that answers the question for one: `123456` for "one two three four five six".
    `expected`: a key of SHORTEST.

    None where there is none; an amount with its currency is no code, and neither is "make it fifty".
    """
    words = re.findall(r"[a-z]+|\d", text.lower())
    if expected == "passcode":
        digits = _spoken(words)
        beside = any(not _spoken([word]) and not _BESIDE.fullmatch(word) for word in words)
        return digits if len(digits) >= SHORTEST[expected] and not beside else None
    if _LARGE & set(words) or any(each.value["currency"] for each in amounts.find(text)):
        return None
    mixed = _MIXED.search(text)
    if mixed and not mixed[0].isdigit():
        return mixed[0]
    digits = _spoken(words)
    return digits if len(digits) >= SHORTEST[expected] else None


def masked(text: str, expected: str) -> str:
    """The text for those who only look on: without any code, whole or half said."""
    said = re.findall(r"[a-z]+|\d", text.lower())
    return HIDDEN if len(_spoken(said)) * 2 >= SHORTEST[expected] or _MIXED.search(text) else text


def _spoken(words: list[str]) -> str:
    """The digits among the words: "double seven" is two, and so is "twenty four"."""
    digits, times, joins = "", 1, False
    for word in words:
        digit = _DIGITS.get(word) or (word if word.isdigit() else None)
        if word in _TENS:
            digits += str(_TENS[word])
        elif digit is not None:
            digits = digits[:-1] + digit if joins and digit != "0" else digits + digit * times
        joins = _TENS.get(word, 0) >= 20
        times = _TIMES.get(word, 1)
    return digits
