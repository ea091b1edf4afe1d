"""The shape of a sentence: which words are there once names and figures are taken out.

"How much did I spend at Tesco since the third of March" and "how much did I spend at Krispy Kreme last
week" are the same question. Names become their kind, periods, amounts and counts too, and words
that training has seen once or never become one sign, so that an unknown name counts like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from assistant.nlu.values.everything import read

UNKNOWN = "‹unknown›"
_WORD = re.compile(r"\w+|‹\w+›")
_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 25)
"""Words from which on a sentence counts as longer."""
_MOST_UNKNOWN = 4


class Names:
    """Names by kind, found as whole words; the longest first, a kind named earlier before a later one."""

    def __init__(self, names: Mapping[str, Collection[str]]) -> None:
        self.by_kind = {kind: sorted({name.lower() for name in values}) for kind, values in names.items()}
        self._patterns = {
            kind: re.compile(
                r"\b(?:"
                + "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True))
                + r")\b"
            )
            for kind, values in self.by_kind.items()
            if values
        }

    def find(self, text: str, taken: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        """(start, end, kind) of each name in a text of small letters, clear of what is taken."""
        places = list(taken)
        for kind, pattern in self._patterns.items():
            for match in pattern.finditer(text):
                if all(match.end() <= start or end <= match.start() for start, end in places):
                    places.append(match.span())
                    yield match.start(), match.end(), kind


def shape(text: str, names: Names, today: date, *, unknown: Collection[str] = ()) -> list[str]:
    """The words of the shape. Names of the kinds in `unknown` are treated as if nobody knew them."""
    lower = text.lower()
    spans = [(found.start, found.end, kind) for kind, found in read(text, today)]
    spans += names.find(lower, [(start, end) for start, end, _ in spans])
    pieces: list[str] = []
    position = 0
    for start, end, kind in sorted(spans):
        pieces.append(lower[position:start])
        if kind in unknown:
            pieces += [UNKNOWN] * len(_WORD.findall(lower[start:end]))
        else:
            pieces.append(f"‹{kind}›")
        position = end
    pieces.append(lower[position:])
    return _WORD.findall(" ".join(pieces))


def with_unknown(words: Iterable[str], known: Collection[str]) -> list[str]:
    """The same words, those that are not known as one sign."""
    return [word if word in known else UNKNOWN for word in words]


def features(words: list[str]) -> Iterator[str]:
    """Runs of one to three words, how the sentence begins and ends, its length, and its unknown places.

    A question has one unknown name or two; who talks of something else has many.
    """
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])
    yield from (f"^{word}" for word in words[:2])
    yield from (f"{word}$" for word in words[-1:])
    yield f"#{max((length for length in _LENGTHS if length <= len(words)), default=0)}"
    unknown = sum(word == UNKNOWN != before for before, word in zip(["", *words], words, strict=False))
    yield f"?{min(unknown, _MOST_UNKNOWN)}"
