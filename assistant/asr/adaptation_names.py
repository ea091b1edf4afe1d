"""Where in a sentence a new name is to be expected: wherever known names of its kind are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.asr.graph_language import Counts, Floats, Ints

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
    parts: list[list[tuple[Ints, Floats]]] = [[], [], []]
    for known in (position[word] for word in like if word in position):
        for phrase in phrases:
            for order, moved in enumerate(_moved(everyday, known, phrase)):
                parts[order] += moved
    orders = []
    for order, found in enumerate(parts):
        rows = [part for part, _ in found] or [np.zeros((0, order + 1), np.int64)]
        seen = [part for _, part in found] or [np.zeros(0)]
        orders.append((np.concatenate(rows), np.concatenate(seen) * weight))
    return Counts(tuple(vocabulary), tuple(orders))


def _moved(counts: Counts, known: int, phrase: Sequence[int]) -> list[list[tuple[Ints, Floats]]]:
    """For words, pairs and triples: the rows that `phrase` takes over from `known`."""
    singles, pairs, triples = counts.orders
    times = float(singles[1][singles[0][:, 0] == known].sum())
    result: list[list[tuple[Ints, Floats]]] = [[], [], []]
    for order, size in enumerate((1, 2, 3)):  # the name itself
        for start in range(len(phrase) - size + 1):
            row = np.array([phrase[start : start + size]], dtype=np.int64)
            result[order].append((row, np.array([times * _INSIDE])))
    before = pairs[0][:, 1] == known
    after = pairs[0][:, 0] == known
    result[1].append((_with(pairs[0][before], 1, phrase[0]), pairs[1][before]))
    result[1].append((_with(pairs[0][after], 0, phrase[-1]), pairs[1][after]))
    last = triples[0][:, 2] == known
    first = triples[0][:, 0] == known
    middle = triples[0][:, 1] == known
    result[2].append((_with(triples[0][last], 2, phrase[0]), triples[1][last]))
    result[2].append((_with(triples[0][first], 0, phrase[-1]), triples[1][first]))
    rows, seen = triples[0][middle], triples[1][middle]
    if len(phrase) == 1:
        result[2].append((_with(rows, 1, phrase[0]), seen))
    else:
        into, out = rows.copy(), rows.copy()
        into[:, 1:] = phrase[:2]
        out[:, :2] = phrase[-2:]
        result[2] += [(into, seen), (out, seen)]
    return result


def _with(rows: Ints, column: int, word: int) -> Ints:
    changed = rows.copy()
    changed[:, column] = word
    return changed
