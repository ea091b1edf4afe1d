"""Account numbers as people type and say them: in groups, letter by letter, digit by digit, "double seven".

Only the characters are read here; whether they make a number that exists is the bank room's to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.nlu.values.number_words import NUMBERS, ZEROS
from assistant.nlu.values.words import word_set

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?")
_CALLED = {word: str(number) for word, number in NUMBERS.items() if number < 20} | dict.fromkeys(
    (*ZEROS, "null"), "0"
)
_TENS = {word: str(number // 10) for word, number in NUMBERS.items() if number >= 20}
_NAMES: Mapping[str, str] = {
    "A": "ay alpha alfa", "B": "be bee bravo", "C": "see sea charlie", "D": "dee delta", "E": "echo",
    "F": "ef eff foxtrot", "G": "gee golf", "H": "aitch hotel", "I": "eye india", "J": "jay juliet juliett",
    "K": "kay kilo", "L": "el ell lima", "M": "em mike", "N": "en november", "O": "oscar",
    "P": "pee pea papa", "Q": "queue cue quebec", "R": "are ar romeo", "S": "ess sierra",
    "T": "tee tea tango", "U": "you uniform", "V": "vee victor", "W": "whiskey whisky", "X": "ex xray",
    "Y": "why yankee", "Z": "zed zee zulu",
}  # fmt: skip
"""Words that a letter sounds like, and the spelling alphabet of ITU and ICAO."""
_LETTERS = {name: letter for letter, names in _NAMES.items() for name in names.split()}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_FILLERS = word_set(
    "the iban number account is it it's its that's my and then next group groups starts with begins dash "
    "space minus okay so um uh well please country code check digits digit letter letters new whole his her"
)
_LONGEST_GROUP = 4
"""Characters of a group that was typed as letters alone: more would be a word."""
_STARTS = re.compile(r"[A-Z]{2}[0-9]{2}")
_SHORTEST, _LONGEST = 15, 34
"""Characters of an IBAN, ISO 13616."""


def characters(text: str) -> str | None:
    """What an answer to "which number?" holds, in capitals: `IE29` of "i e two nine". None when there is
    anything that belongs to no account number, or nothing at all.

    "Oh" is 0; where a letter must stand, the registry tells.
    """
    tokens = _TOKEN.findall(text)
    read = "".join(_read(tokens))
    if not read or "?" in read:
        return None
    # "Stop" and "no" have the length of a group: small letters count beside figures only.
    certain = any(sign.isdigit() for sign in read) or not any(_is_word(token) for token in tokens)
    return read if certain else None


def find(text: str) -> tuple[str, tuple[int, int]] | None:
    """A whole account number within a sentence, typed or said, and its place: it begins with a country and
    two digits. None when there is none."""
    tokens = list(_TOKEN.finditer(text))
    for first in range(len(tokens)):
        for last in range(len(tokens), first, -1):
            read = "".join(_read([each[0] for each in tokens[first:last]], fillers=False))
            if "?" not in read and _SHORTEST <= len(read) <= _LONGEST and _STARTS.match(read):
                return read, (tokens[first].start(), tokens[last - 1].end())
    return None


def _read(tokens: Sequence[str], *, fillers: bool = True) -> Iterator[str]:
    """Characters, and `?` for what is none."""
    times = 1
    place = 0
    while place < len(tokens):
        word = tokens[place].lower()
        place += 1
        if word in _TIMES and times == 1:
            times = _TIMES[word]
            if word == "double" and place < len(tokens) and tokens[place].lower() in ("you", "u"):
                # The letter, unless two letters U were meant, which no country's banks have.
                yield "W"
                times, place = 1, place + 1
            continue
        if word == "for" and place < len(tokens) and tokens[place].lower() in _LETTERS:
            place += 1  # "d for delta"
            continue
        if fillers and word in _FILLERS and times == 1:
            continue
        if word in _TENS:
            following = _CALLED.get(tokens[place].lower(), "") if place < len(tokens) else ""
            unit = following if len(following) == 1 and following != "0" else ""
            place += bool(unit)
            found = _TENS[word] + (unit or "0")
        else:
            found = _CALLED.get(word) or _LETTERS.get(word) or _typed(tokens[place - 1])
        yield found * times
        times = 1
    if times != 1:
        yield "?"


def _is_word(token: str) -> bool:
    known = _LETTERS.keys() | _FILLERS | _TIMES.keys() | {"for"}
    return len(token) > 1 and token.islower() and token not in known


def _typed(token: str) -> str:
    if any(sign.isdigit() for sign in token) or len(token) <= _LONGEST_GROUP:
        return token.upper() if token.isalnum() else "?"
    return "?"
