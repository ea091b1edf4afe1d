"""Turns of the inbox made into utterances: what is masked in them gets a stand-in."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable

from assistant.inbox import OTHER, Kept
from assistant.nlu.examples import Example, names
from assistant.redaction import MASK

_FIGURES = ("twenty", "forty five", "a hundred", "two hundred and fifty", "twelve fifty")
_MASKED = re.compile(rf"‹(?P<kind>\w+)›|{re.escape(MASK)}")


def filled_in(kept: Kept, examples: Iterable[Example]) -> str:
    """The utterance with other names (marked) and figures in place of what is masked; the same each time.

    `‹word›` stays: nobody can tell what was meant.
    """
    rng = random.Random(zlib.crc32(f"{kept.name} {kept.text}".encode()))
    known: dict[str, set[str]] = {}
    for each in examples:
        for name in names(each.text):
            known.setdefault(name.entity, set()).add(name.text)

    def stand_in(match: re.Match[str]) -> str:
        kind = match["kind"]
        if kind is None:
            return rng.choice(_FIGURES)
        if kind == OTHER or kind not in known:
            return match[0]
        return f"[{rng.choice(sorted(known[kind]))}]({kind})"

    return _MASKED.sub(stand_in, kept.text)


def needs_words(text: str) -> bool:
    """Whether something masked is left that only a person can replace."""
    return bool(_MASKED.search(text))
