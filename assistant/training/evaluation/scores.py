"""Sentences that were asked and judged, and what their numbers are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"
_DRAWS = 1_000
"""Of the bootstrap; its limits are then sure to about half a percent."""
Interval = tuple[float, float]
"""95 %, from 0 to 1."""
Mark = tuple[str, int, int]
"""Entity, start and end in characters of the sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, what it means, and what was understood."""

    text: str
    meant: str
    intent: str
    """The likeliest intent."""
    confidence: float
    taken: str
    """The intent that was acted on: `nlu_fallback` where the likeliest was not sure enough."""
    wanted: tuple[Mark, ...] = ()
    """Names that are in it."""
    found: tuple[Mark, ...] = ()
    heard: str | None = None
    """What the recogniser made of it; None for a text."""

    @property
    def is_right(self) -> bool:
        """The right intent was acted on. Not to answer what is not offered is right, however it is called."""
        return self.taken == self.meant or {self.taken, self.meant} <= {OUT_OF_SCOPE, FALLBACK}

    @property
    def is_complete(self) -> bool:
        """Right, and every name in its place."""
        return self.is_right and (self.meant == OUT_OF_SCOPE or set(self.wanted) == set(self.found))


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval."""

    right: int
    all: int

    @property
    def value(self) -> float:
        return self.right / self.all if self.all else 0.0

    @property
    def interval(self) -> Interval:
        if not self.all:
            return 0.0, 1.0
        from scipy.stats import binomtest  # takes longer to import than the whole command line

        limits = binomtest(self.right, self.all).proportion_ci(0.95, method="wilson")
        return float(limits.low), float(limits.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.1%} ({low:.1%} to {high:.1%}; {self.right} of {self.all})"


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean, the last with an interval by bootstrap over sentences."""

    name: str
    hits: int
    wanted: int
    found: int
    interval: Interval

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        total = self.found + self.wanted
        return 2 * self.hits / total if total else 0.0


@dataclass(frozen=True)
class Result:
    """One measurement."""

    name: str
    """`cross-validation`, or the file that it was measured on."""
    sentences: tuple[Sentence, ...]
    about: tuple[tuple[str, str], ...] = field(default=())
    """How it was measured, by label."""

    @property
    def right(self) -> Share:
        return Share(sum(each.is_right for each in self.sentences), len(self.sentences))

    @property
    def complete(self) -> Share:
        return Share(sum(each.is_complete for each in self.sentences), len(self.sentences))

    @property
    def likeliest(self) -> Share:
        """The likeliest intent is the right one, sure enough or not: what other systems call accuracy."""
        return Share(sum(each.intent == each.meant for each in self.sentences), len(self.sentences))

    @property
    def answered_wrongly(self) -> Share:
        """Another intent than the one that was meant was acted on."""
        wrong = [s for s in self.sentences if not s.is_right and s.taken not in (FALLBACK, OUT_OF_SCOPE)]
        return Share(len(wrong), len(self.sentences))

    def intents(self) -> list[Score]:
        names = sorted({each.meant for each in self.sentences})
        return [self._score(name, lambda s, name=name: _of_intent(s, name)) for name in names]  # type: ignore[misc]

    def entities(self) -> list[Score]:
        """Names with kind, beginning and end right; those in what is not offered are read by nobody."""
        asked = [each for each in self.sentences if each.meant != OUT_OF_SCOPE]
        names = sorted({mark[0] for each in asked for mark in (*each.wanted, *each.found)})
        part = Result(self.name, tuple(asked))
        return [part._score(name, lambda s, name=name: _of_entity(s, name)) for name in names]  # type: ignore[misc]

    def confusions(self) -> list[tuple[str, str, int]]:
        """(meant, taken, how often), most frequent first."""
        counts = Counter((each.meant, each.taken) for each in self.sentences if not each.is_right)
        return [(meant, taken, count) for (meant, taken), count in counts.most_common()]

    def worst(self) -> list[Sentence]:
        """What was understood wrongly, the surest first."""
        return sorted((s for s in self.sentences if not s.is_right), key=lambda s: -s.confidence)

    def _score(self, name: str, counts: Callable[[Sentence], tuple[int, int, int]]) -> Score:
        table = np.array([counts(each) for each in self.sentences], dtype=np.int64).reshape(-1, 3)
        table = table[table.any(axis=1)]  # a sentence without any changes no draw
        hits, wanted, found = (int(number) for number in table.sum(axis=0))
        return Score(name, hits, wanted, found, _bootstrap(table))


def _of_intent(sentence: Sentence, name: str) -> tuple[int, int, int]:
    meant, taken = sentence.meant == name, sentence.taken == name
    if name == OUT_OF_SCOPE:
        taken = taken or (sentence.taken == FALLBACK and meant)
    return int(meant and taken), int(meant), int(taken)


def _of_entity(sentence: Sentence, name: str) -> tuple[int, int, int]:
    wanted = {mark for mark in sentence.wanted if mark[0] == name}
    found = {mark for mark in sentence.found if mark[0] == name}
    return len(wanted & found), len(wanted), len(found)


def _bootstrap(table: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Interval:
    """The middle 95 % of the F1 scores of sentences drawn with repetition, always the same draws."""
    if not len(table):
        return 0.0, 1.0
    rng = np.random.default_rng(1)
    weights = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=_DRAWS)
    hits, wanted, found = (weights @ table).T
    total = np.maximum(wanted + found, 1)
    low, high = np.percentile(2 * hits / total, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same sentences then and now."""

    better: tuple[tuple[Sentence, Sentence], ...]
    """(before, after) where it was wrong and is right."""
    worse: tuple[tuple[Sentence, Sentence], ...]
    both: int
    """Sentences that were asked both times."""


def compare(before: Iterable[Sentence], after: Iterable[Sentence]) -> Comparison:
    """By text and meaning; sentences that were asked once only count for neither side."""
    old = {(each.text, each.meant): each for each in before}
    pairs = [(old[key], each) for each in after if (key := (each.text, each.meant)) in old]
    return Comparison(
        better=tuple(pair for pair in pairs if pair[1].is_complete and not pair[0].is_complete),
        worse=tuple(pair for pair in pairs if pair[0].is_complete and not pair[1].is_complete),
        both=len(pairs),
    )
