"""The word side of the graph: a dynamic `HCLr.fst` built straight from a list of pronunciations.

The words form a tree of sounds, so which words can still come is a range at every state when words are
numbered in the tree's order. That is all that OpenFst's label lookahead wants to know, and it makes a
new graph for 10,000 words a matter of a second without OpenFst.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.asr.graph_files import ARC, Fst, Intervals, from_arcs
from assistant.asr.graph_units import NOISE, NOISE_PHONE, SILENCE_PHONE, Units, base_of, placed

UNKNOWN = "[unk]"
Lexicon = Mapping[str, Sequence[tuple[str, ...]]]
"""Word → pronunciations, each a tuple of ARPAbet sounds."""

SILENCE_SHARE = 0.5
"""Probability of a pause after a word; the value hardly matters as long as neither way is dear."""
UNKNOWN_COST = 6.0
"""Extra cost of hearing something as `[unk]`: at 0 it swallows words."""


@dataclass
class WordGraph:
    fst: Fst
    reachable: Intervals
    words: dict[str, int]
    """Word → label, `<eps>` being 0; the order is the tree's."""
    end_label: int


@dataclass
class _Node:
    phone: int
    children: dict[int, _Node] = field(default_factory=dict)
    ends: list[str] = field(default_factory=list)
    """Words whose pronunciation ends here; several when they sound alike."""
    words: set[int] = field(default_factory=set)
    """Labels of all words at or below."""


def build(lexicon: Lexicon, units: Units) -> WordGraph:
    """Every word of the lexicon and `[unk]`, in any order, with optional pauses between them."""
    root = _tree(lexicon)
    words: dict[str, int] = {"<eps>": 0}
    _number(root, words)
    _collect(root, words)
    builder = _Builder(units, words)
    builder.add_tree(root)
    return builder.finish()


def _tree(lexicon: Lexicon) -> _Node:
    root = _Node(0)
    entries = sorted((placed(sounds), word) for word, ways in lexicon.items() for sounds in ways)
    for phones, word in [((NOISE_PHONE,), UNKNOWN), *entries]:
        node = root
        for phone in phones:
            node = node.children.setdefault(phone, _Node(phone))
        if word not in node.ends:
            node.ends.append(word)
    return root


def _number(node: _Node, words: dict[str, int]) -> None:
    for word in node.ends:
        words.setdefault(word, len(words))
    for child in node.children.values():
        _number(child, words)


def _collect(node: _Node, words: Mapping[str, int]) -> set[int]:
    node.words = {words[word] for word in node.ends}
    for child in node.children.values():
        node.words |= _collect(child, words)
    return node.words


class _Builder:
    """States and arcs in the making.

    For each left class there is an *after* state (a word has just ended: pause or go on) and a *root*
    (the next word starts). State 0 is the start: after silence, nothing said yet.
    """

    def __init__(self, units: Units, words: dict[str, int]):
        self._units = units
        self._words = words
        self._end = len(words)
        self._all = [(1, self._end + 1)]
        self._source: list[int] = []
        self._arcs: list[tuple[int, int, float, int]] = []
        self._reachable: Intervals = []
        self._final: list[float] = []
        self._pause = -math.log(SILENCE_SHARE)
        self._go_on = -math.log(1 - SILENCE_SHARE)
        self._after = [self._state(self._all, final=True) for _ in range(units.classes)]
        self._roots = [self._state(self._all, final=True) for _ in range(units.classes)]
        silence_class = units.left_class["SIL"]
        silence = self._state(self._all, final=True)
        self._arc(silence, units.staying(SILENCE_PHONE, 0), 0, 0.0, silence)
        self._arc(silence, 0, 0, 0.0, self._roots[silence_class])
        for left in range(units.classes):
            self._arc(self._after[left], 0, 0, self._go_on, self._roots[left])
            self._arc(self._after[left], units.entering(SILENCE_PHONE, 0), 0, self._pause, silence)
        self._start = self._after[silence_class]

    def add_tree(self, root: _Node) -> None:
        for child in root.children.values():
            # The first sound of a word sees the last one of the word before it, whatever that was.
            copies: dict[int, int] = {}
            for left in range(self._units.classes):
                entering = self._units.entering(child.phone, left)
                if entering not in copies:
                    copies[entering] = self._enter(self._roots[left], child, left, labelled=False)
                else:
                    self._link(self._roots[left], copies[entering], child, entering, labelled=False)
            self._children(child, list(copies.values()), labelled=len(child.words) == 1)

    def finish(self) -> WordGraph:
        arcs = np.array(self._arcs, dtype=ARC)
        source = np.array(self._source, dtype=np.int64)
        final = np.array(self._final, dtype=np.float32)
        return WordGraph(
            from_arcs(self._start, final, source, arcs, "olabel"), self._reachable, self._words, self._end
        )

    def _children(self, node: _Node, states: list[int], labelled: bool) -> None:
        """Arcs out of `node`, which all of `states` stand for."""
        left = self._units.left_class[base_of(node.phone)]
        for child in node.children.values():
            state = self._enter(states[0], child, left, labelled)
            for other in states[1:]:
                self._link(other, state, child, self._units.entering(child.phone, left), labelled)
            self._children(child, [state], labelled or len(child.words) == 1)
        if node.ends:
            for state in states:
                self._arc(state, 0, 0, 0.0, self._after[left])

    def _enter(self, source: int, node: _Node, left: int, labelled: bool) -> int:
        done = labelled or len(node.words) == 1 or bool(node.ends)
        state = self._state(self._all if done else _ranges(node.words))
        self._arc(state, self._units.staying(node.phone, left), 0, 0.0, state)
        self._link(source, state, node, self._units.entering(node.phone, left), labelled)
        return state

    def _link(self, source: int, state: int, node: _Node, entering: int, labelled: bool) -> None:
        """The word is named as soon as it is certain; words that sound alike get an arc each."""
        cost = UNKNOWN_COST if base_of(node.phone) == NOISE else 0.0
        if labelled:
            labels = [0]
        elif node.ends:
            labels = [self._words[word] for word in node.ends]
        elif len(node.words) == 1:
            labels = list(node.words)
        else:
            labels = [0]
        for label in labels:
            self._arc(source, entering, label, cost, state)

    def _state(self, reachable: list[tuple[int, int]], *, final: bool = False) -> int:
        self._reachable.append(reachable)
        self._final.append(0.0 if final else math.inf)
        return len(self._final) - 1

    def _arc(self, source: int, ilabel: int, olabel: int, weight: float, target: int) -> None:
        self._source.append(source)
        self._arcs.append((ilabel, olabel, weight, target))


def _ranges(labels: set[int]) -> list[tuple[int, int]]:
    ordered = sorted(labels)
    ranges: list[tuple[int, int]] = []
    for label in ordered:
        if ranges and ranges[-1][1] == label:
            ranges[-1] = (ranges[-1][0], label + 1)
        else:
            ranges.append((label, label + 1))
    return ranges
