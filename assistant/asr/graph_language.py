"""Which word follows which: a trigram model as a `Gr.fst`, estimated with numpy in a second or two.

Counts of several texts are added up with a weight each, smoothed after Witten and Bell (interpolated,
with a stronger prior), and written as a back-off acceptor whose back-off arcs are plain epsilons, as Vosk
expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from assistant.arrays import save_arrays
from assistant.asr.graph_files import ARC, Fst, from_arcs
from assistant.asr.graph_words import UNKNOWN

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_Number = TypeVar("_Number", np.int64, np.float64)

_BEGIN, _END = 0, 1
"""Positions of sentence begin and end in a vocabulary."""
_PRIOR = 4.0
"""Unseen words weigh so much for each kind of word that was seen; Witten and Bell have 1. Templates repeat
themselves, so that what they do not hold is likelier than their counts say."""


@dataclass(frozen=True)
class Counts:
    """How often words, pairs and triples were seen; the vocabulary is its own."""

    vocabulary: tuple[str, ...]
    """`<s>`, `</s>`, `[unk]`, then words."""
    orders: tuple[tuple[Ints, Floats], ...]
    """For each of word, pair and triple: (n rows of vocabulary positions, n counts), sorted by row."""

    @property
    def sentences(self) -> float:
        """How many sentences were counted, by the weight they were given."""
        rows, seen = self.orders[0]
        return float(seen[rows[:, 0] == _END].sum())

    def thinned(self, least: tuple[float, float]) -> Counts:
        """Without the pairs and triples that the counted text can spare.

        `least`: what a pair and a triple must be worth, as the natural logarithm of how much less likely
        the whole text is when the row is backed off from instead (weighted difference; Seymore and
        Rosenfeld, 1996). Pairs that a triple leads through or backs off to stay with it.
        """
        size = len(self.vocabulary)
        single, pair, triple = self.orders
        _, pairs, triples = _levels(self)
        kept = np.isin(_keys(triple[0], size), triples.keys[triples.worth >= least[1]])
        rows = triple[0][kept]
        needed = np.concatenate([_keys(rows[:, :2], size), _keys(rows[:, 1:], size)])
        keys = _keys(pair[0], size)
        stays = np.isin(keys, pairs.keys[pairs.worth >= least[0]]) | np.isin(keys, needed)
        return Counts(self.vocabulary, (single, (pair[0][stays], pair[1][stays]), (rows, triple[1][kept])))

    def save(self, path: Path, *, compressed: bool = False) -> None:
        """Compressed, a model's counts take a third of the space and a fifth of a second."""
        arrays: dict[str, Any] = {"vocabulary": np.array("\n".join(self.vocabulary))}
        for number, (rows, counts) in enumerate(self.orders, 1):
            arrays[f"rows{number}"] = rows.astype(np.uint16 if len(self.vocabulary) < 65536 else np.uint32)
            arrays[f"counts{number}"] = counts.astype(np.float32)
        save_arrays(path, arrays, compressed=compressed)

    @classmethod
    def load(cls, path: Path) -> Counts:
        with np.load(path) as file:
            vocabulary = tuple(str(file["vocabulary"]).split("\n"))
            orders = tuple(
                (file[f"rows{n}"].astype(np.int64), file[f"counts{n}"].astype(np.float64)) for n in (1, 2, 3)
            )
        return cls(vocabulary, orders)


def count(sentences: Iterable[str], words: Iterable[str]) -> Counts:
    """Count sentences of known `words`; every other word counts as `[unk]`."""
    vocabulary = ("<s>", "</s>", UNKNOWN, *sorted(set(words) - {"<s>", "</s>", UNKNOWN, "<eps>"}))
    position = {word: number for number, word in enumerate(vocabulary)}
    flat: list[int] = []
    for sentence in sentences:
        tokens = sentence.split()
        if tokens:
            flat.append(_BEGIN)
            flat.extend(position.get(token, 2) for token in tokens)
            flat.append(_END)
    stream = np.array(flat, dtype=np.int64)
    orders = []
    for order in (1, 2, 3):
        rows = np.stack([stream[i : len(stream) - order + 1 + i] for i in range(order)], axis=1)
        if order == 1:
            rows = rows[rows[:, 0] != _BEGIN]
        else:  # nothing reaches over a sentence's end
            rows = rows[(rows[:, :-1] != _END).all(axis=1) & (rows[:, 1:] != _BEGIN).all(axis=1)]
        unique, seen = _unique(rows, len(vocabulary))
        orders.append((unique, seen))
    return Counts(vocabulary, tuple(orders))


def merge(parts: Sequence[tuple[Counts, float]], words: Iterable[str]) -> Counts:
    """Weighted sum over one vocabulary; what is not among `words` becomes `[unk]`."""
    vocabulary = ("<s>", "</s>", UNKNOWN, *sorted(set(words) - {"<s>", "</s>", UNKNOWN, "<eps>"}))
    position = {word: number for number, word in enumerate(vocabulary)}
    orders = []
    for order in range(3):
        rows, seen = [], []
        for counts, weight in parts:
            table = np.array([position.get(word, 2) for word in counts.vocabulary], dtype=np.int64)
            rows.append(table[counts.orders[order][0]].reshape(-1, order + 1))
            seen.append(counts.orders[order][1] * weight)
        orders.append(_unique(np.concatenate(rows), len(vocabulary), np.concatenate(seen)))
    return Counts(vocabulary, tuple(orders))


def compile_graph(counts: Counts, labels: Mapping[str, int], thresholds: tuple[float, float] = (0, 0)) -> Fst:
    """The acceptor of these counts over the model's word labels.

    Every label can be said, seen or not. Pairs and triples with less weight than `thresholds` are
    dropped: they cost memory and decide little.
    """
    return _assemble(counts.vocabulary, labels, *_levels(counts, thresholds))


@dataclass(frozen=True)
class _Level:
    keys: Ints
    """history * size + word, sorted."""
    histories: Ints
    words: Ints
    probabilities: Floats
    worth: Floats
    """What the text's likelihood owes to each row (its natural logarithm), against backing off from it."""
    sources: Ints
    """The different histories, sorted."""
    backoff: Floats
    """For each of `sources` the weight of everything that is not listed."""


def _unigrams(occurrences: Floats) -> Floats:
    size = len(occurrences)
    total = occurrences.copy()
    total[_BEGIN] = 0
    mass, types = total.sum(), np.count_nonzero(total)
    everywhere = np.full(size, 1 / (size - 1))
    everywhere[_BEGIN] = 0
    result: Floats = (total + types * everywhere) / (mass + types)
    return result


def _occurrences(counts: Counts) -> Floats:
    """How often each word was seen; a sentence's begin as often as its end."""
    rows, seen = counts.orders[0]
    total = np.zeros(len(counts.vocabulary))
    total[rows[:, 0]] = seen
    total[_BEGIN] = total[_END]
    return total


def _levels(counts: Counts, thresholds: tuple[float, float] = (0, 0)) -> tuple[Floats, _Level, _Level]:
    """Each word's probability, pairs and triples."""
    size = len(counts.vocabulary)
    occurrences = _occurrences(counts)
    uni = _unigrams(occurrences)
    rows, times = counts.orders[1]
    histories, words = rows[:, 0], rows[:, 1]
    pair = _level(histories, words, times, uni[words], occurrences[histories], size, thresholds[0])
    keys = _keys(rows, size)
    rows, seen = counts.orders[2]
    # A triple whose pair was dropped is dropped as well: its history would lead nowhere.
    lower = _found(pair.keys, pair.probabilities, _keys(rows[:, 1:], size))
    rows, seen, lower = rows[lower > 0], seen[lower > 0], lower[lower > 0]
    histories = _keys(rows[:, :2], size)
    total = _found(keys, times, histories)
    return uni, pair, _level(histories, rows[:, 2], seen, lower, total, size, thresholds[1])


def _level(
    history: Ints, word: Ints, seen: Floats, lower: Floats, total: Floats, size: int, threshold: float
) -> _Level:
    """`total`: how often each row's history was seen. More than its rows tell of, where rows were thinned
    out: that counts as unseen, too."""
    groups, first, inverse = np.unique(history, return_index=True, return_inverse=True)
    told = np.bincount(inverse, seen, minlength=len(groups))
    prior = _PRIOR * np.bincount(inverse, minlength=len(groups))
    mass = np.maximum(told, total[first])
    unseen = prior + mass - told
    probability = (seen + unseen[inverse] * lower) / (mass + prior)[inverse]
    keep = seen >= threshold
    kept = np.bincount(inverse[keep], probability[keep], minlength=len(groups))
    kept_lower = np.bincount(inverse[keep], lower[keep], minlength=len(groups))
    backoff = np.maximum(1 - kept, 1e-4) / np.maximum(1 - kept_lower, 1e-4)
    worth = seen * np.log(probability / (backoff[inverse] * lower))
    alive = np.bincount(inverse[keep], minlength=len(groups)) > 0
    keys = history[keep] * size + word[keep]
    order = np.argsort(keys)
    return _Level(
        keys[order],
        history[keep][order],
        word[keep][order],
        probability[keep][order],
        worth[keep][order],
        groups[alive],
        backoff[alive],
    )


def _keys(rows: Ints, size: int) -> Ints:
    """One number for each row of words, in the order of the rows."""
    key = rows[:, 0].copy()
    for column in range(1, rows.shape[1]):
        key = key * size + rows[:, column]
    return key


def _found(keys: Ints, values: npt.NDArray[_Number], wanted: Ints) -> npt.NDArray[_Number]:
    """The value of each wanted key, or zero; `keys` are sorted."""
    if not len(keys):
        return np.zeros(len(wanted), values.dtype)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], values.dtype.type(0))


def _assemble(
    vocabulary: Sequence[str], labels: Mapping[str, int], uni: Floats, pair: _Level, triple: _Level
) -> Fst:
    size = len(vocabulary)
    singles, two_keys = pair.sources, triple.sources
    # State 0 knows nothing, then one for each known word, then one for each known pair.
    one = np.zeros(size, np.int64)
    one[singles] = np.arange(1, len(singles) + 1)
    two = np.arange(len(two_keys)) + 1 + len(singles)

    def after(history: Ints, word: Ints) -> Ints:
        """State once `word` followed `history` (a word)."""
        found = _found(two_keys, two, history * size + word)
        return np.where(found > 0, found, one[word])

    states = 1 + len(singles) + len(two_keys)
    final = np.full(states, np.inf, np.float32)
    label = np.array([labels.get(word, 0) for word in vocabulary], dtype=np.int64)
    spoken = label > 0
    parts: list[tuple[Ints, Ints, Floats, Ints]] = []
    known = np.flatnonzero(spoken)
    parts.append((np.zeros(len(known), np.int64), label[known], uni[known], one[known]))
    final[0] = -np.log(uni[_END])
    unseen = sorted(set(labels.values()) - set(label.tolist()) - {0})
    rare = np.array(unseen, dtype=np.int64)
    parts.append(
        (
            np.zeros(len(rare), np.int64),
            rare,
            np.full(len(rare), uni[spoken].min()),
            np.zeros(len(rare), np.int64),
        )
    )
    source2 = one[pair.histories]
    source3 = np.searchsorted(two_keys, triple.histories) + 1 + len(singles)
    for source, history, level in (
        (source2, pair.histories, pair),
        (source3, triple.histories % size, triple),
    ):
        word = level.words
        ends = word == _END
        final[source[ends]] = -np.log(level.probabilities[ends])
        said = spoken[word]
        parts.append(
            (source[said], label[word[said]], level.probabilities[said], after(history[said], word[said]))
        )
    source, ilabel, probability, target = (np.concatenate(column) for column in zip(*parts, strict=True))
    cost = -np.log(probability)
    backs = np.concatenate([pair.backoff, triple.backoff])
    down = np.concatenate([np.zeros(len(singles), np.int64), one[two_keys % size]])
    source = np.concatenate([source, np.arange(1, states)])
    arcs = np.zeros(len(source), ARC)
    arcs["ilabel"] = arcs["olabel"] = np.concatenate([ilabel, np.zeros(states - 1, np.int64)])
    arcs["weight"] = np.concatenate([cost, -np.log(backs)])
    arcs["nextstate"] = np.concatenate([target, down])
    start = int(one[_BEGIN])
    return from_arcs(start, final, source, arcs, "ilabel")


def _unique(rows: Ints, size: int, weights: Floats | None = None) -> tuple[Ints, Floats]:
    """Distinct rows, sorted, with how often (or how heavily) each occurs."""
    keys, index, inverse = np.unique(_keys(rows, size), return_index=True, return_inverse=True)
    seen = np.bincount(inverse, weights, minlength=len(keys)).astype(np.float64)
    return rows[index], seen
