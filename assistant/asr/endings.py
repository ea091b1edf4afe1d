"""Where requests end: learned from the sentences that trainers write, in whatever language.

"How much did I spend on" is no end, "what is my balance" is one. Counted are the last three words of every
known request, and how often the same words have others behind them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import SpeechModelError

_LONGEST = 3
"""Words that are looked at."""
_BELIEF = 3.0
"""Occurrences for which what fewer words tell counts."""
_SELDOM = 2
"""A run of words that was seen less often tells nothing by itself; all such single words together tell what
one of which nothing is known does, a name for instance."""
_UNKNOWN = ""


@dataclass(frozen=True)
class Endings:
    """May be used from several threads."""

    counts: Mapping[str, Sequence[int]] = field(default_factory=dict, repr=False)
    """Words → how often they were said, and how often nothing came after them."""

    @classmethod
    def learn(cls, sentences: Iterable[str]) -> Endings:
        """From requests in spoken form, words apart by blanks."""
        said: Counter[str] = Counter()
        ended: Counter[str] = Counter()
        for sentence in sentences:
            words = sentence.split()
            for end in range(1, len(words) + 1):
                for begin in range(max(0, end - _LONGEST), end):
                    said[" ".join(words[begin:end])] += 1
            for begin in range(max(0, len(words) - _LONGEST), len(words)):
                ended[" ".join(words[begin:])] += 1
        seldom = [words for words, count in said.items() if count < _SELDOM and " " not in words]
        counts = {words: (count, ended[words]) for words, count in said.items() if count >= _SELDOM}
        counts[_UNKNOWN] = (len(seldom), sum(ended[word] for word in seldom))
        return cls(counts)

    @classmethod
    def read(cls, path: Path) -> Endings:
        """Raises SpeechModelError."""
        try:
            return cls(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise SpeechModelError(f"{path.name}: {type(error).__name__}") from error

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.counts), "utf-8")

    def share(self, words: Sequence[str]) -> float | None:
        """Of the requests in which the last of these words were said, those that ended there, 0 to 1.

        None where nothing was learned.
        """
        if not self.counts or not words:
            return None
        said, ended = self.counts[_UNKNOWN]
        share = ended / said if said else 0.5
        for length in range(1, min(_LONGEST, len(words)) + 1):
            said, ended = self.counts.get(" ".join(words[-length:]), (0, 0))
            share = (ended + share * _BELIEF) / (said + _BELIEF)
        return share
