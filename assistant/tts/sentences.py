"""Long texts are rendered piece by piece, cut where a speaker would breathe."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_PIECE = 400
"""Characters. About half a minute of speech: rendering it stays far below any deadline."""

# Best place first; a piece ends behind the match.
_ENDS = (re.compile(r"[.!?]['\"’”)]*\s+"), re.compile(r"[;:,]\s+"), re.compile(r"\s+"))


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a spoken form, in which a full stop ends nothing but a sentence; none is empty.

    One that is longer than LONGEST_PIECE comes in pieces.
    """
    for sentence in _SENTENCE.split(text.strip()):
        yield from pieces(sentence)


def pieces(text: str, longest: int = LONGEST_PIECE) -> Iterator[str]:
    """Cut `text` into pieces of at most `longest` characters, none of them empty.

    As many whole sentences as fit go into one piece; a sentence that does not fit is cut at a comma,
    then at a space, and only a single word longer than that is cut in itself.
    """
    rest = text.strip()
    while len(rest) > longest:
        cut = _last_end(rest, longest)
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def _last_end(text: str, longest: int) -> int:
    window = text[: longest + 1]
    for end in _ENDS:
        cut = max((match.end() for match in end.finditer(window)), default=0)
        if cut:
            return min(cut, longest)
    return longest
