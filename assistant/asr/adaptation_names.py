"""Where in a sentence a new name is to be expected: wherever known names of its kind are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.asr.graph_language import Counts, Floats, Ints

Rows = tuple[Ints, Floats]
"""Words of each row, and how often it was seen."""

_INSIDE = 1.0
"""How often a name of several words is counted as a whole, for each time that it stands in for another."""


def imitate(everyday: Counts, names: Sequence[str], like: Sequence[str], weight: float) -> Counts:
    """Counts in which each of `names` (spoken words) stands where the words `like` stood, so much as often.

    The first word of a name follows what the known name followed, the last word comes before what came
    after it.
    """
    vocabulary = list(everyday.vocabulary)
    position = {word: number for number, word in enumerate(vocabulary)}
    phrases = []
    for name in names:
        for word in name.split():
            if word not in position:
                position[word] = len(vocabulary)
                vocabulary.append(word)
        phrases.append([position[word] for word in name.split()])
    parts: list[list[Rows]] = [[], [], []]
    for known in (position[word] for word in like if word in position):
        around = _around(everyday, known)
        for phrase in phrases:
            for order, moved in enumerate(_moved(around, phrase)):
                parts[order] += moved
    orders = []
    for order, found in enumerate(parts):
        rows = [part for part, _ in found] or [np.zeros((0, order + 1), np.int64)]
        seen = [part for _, part in found] or [np.zeros(0)]
        orders.append((np.concatenate(rows), np.concatenate(seen) * weight))
    return Counts(tuple(vocabulary), tuple(orders))


class _Around(NamedTuple):
    """The rows that hold a word, by its place in them."""

    times: float
    pairs: list[Rows]
    triples: list[Rows]


def _around(counts: Counts, known: int) -> _Around:
    singles, pairs, triples = (
        [
            (rows[found], seen[found])
            for column in range(rows.shape[1])
            for found in [rows[:, column] == known]
        ]
        for rows, seen in counts.orders
    )
    return _Around(float(singles[0][1].sum()), pairs, triples)


def _moved(around: _Around, phrase: Sequence[int]) -> list[list[Rows]]:
    """For words, pairs and triples: the rows that `phrase` takes over from a known word."""
    result: list[list[Rows]] = [[], [], []]
    for order, size in enumerate((1, 2, 3)):  # the name itself
        for start in range(len(phrase) - size + 1):
            row = np.array([phrase[start : start + size]], dtype=np.int64)
            result[order].append((row, np.array([around.times * _INSIDE])))
    first, last = around.pairs
    result[1] += [_with(last, 1, phrase[0]), _with(first, 0, phrase[-1])]
    first, middle, last = around.triples
    result[2] += [_with(last, 2, phrase[0]), _with(first, 0, phrase[-1])]
    if len(phrase) == 1:
        result[2].append(_with(middle, 1, phrase[0]))
    else:
        rows, seen = middle
        into, out = rows.copy(), rows.copy()
        into[:, 1:] = phrase[:2]
        out[:, :2] = phrase[-2:]
        result[2] += [(into, seen), (out, seen)]
    return result


def _with(held: Rows, column: int, word: int) -> Rows:
    rows, seen = held
    changed = rows.copy()
    changed[:, column] = word
    return changed, seen
