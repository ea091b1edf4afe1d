"""The criterion as CUDA graphs: its walk over the frames is thousands of tiny steps, and to tell a GPU of
each takes several times as long as to do it. Each shape's steps are recorded once and replayed as a whole."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

Ratio = Callable[..., tuple[Tensor, Tensor]]
"""(scores, lengths, and the fields of `mmi.Numerators`) → (objective, gradient)"""
_UTTERANCES, _FRAMES, _STATES, _WAYS = 32, 32, 64, 8
"""Shapes are rounded up to these, so that few are recorded."""
_ONES = (1, 7)
"""Places of the lengths and of the numerators' sizes among what is given."""


class _Recording(NamedTuple):
    graph: torch.cuda.CUDAGraph
    given: tuple[Tensor, ...]
    found: tuple[Tensor, Tensor]


class Replayed:
    def __init__(self, ratio: Ratio, device: torch.device):
        self._ratio = ratio
        self._device = device
        self._recordings: dict[tuple[tuple[int, ...], ...], _Recording] = {}
        # One after the other, each done with before the next begins: they can share their memory.
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, *given: Tensor) -> tuple[Tensor, Tensor]:
        scores, states = given[0], given[2]
        count, frames = scores.shape[:2]
        many, longest = _up(count, _UTTERANCES), _up(states.shape[1], _STATES)
        shapes = [(many, _up(frames, _FRAMES), *scores.shape[2:]), (many,), (many, longest)]
        shapes += [(many, longest, _up(each.shape[2], _WAYS)) for each in given[3:-1]] + [(many,)]
        room = tuple(shapes)
        if room not in self._recordings:
            self._recordings[room] = self._recorded(room, [each.dtype for each in given])
        graph, places, (objective, gradient) = self._recordings[room]
        for number, (place, value) in enumerate(zip(places, given, strict=True)):
            # Rows and columns that nobody asked for: one frame in one state, of no consequence.
            place.fill_(number in _ONES)
            place[tuple(slice(size) for size in value.shape)] = value
        graph.replay()
        return objective[:count], gradient[:count, :frames]

    def _recorded(self, room: tuple[tuple[int, ...], ...], kinds: Sequence[torch.dtype]) -> _Recording:
        places = tuple(
            torch.full(shape, number in _ONES, dtype=kind, device=self._device)
            for number, (shape, kind) in enumerate(zip(room, kinds, strict=True))
        )
        if not self._recordings:
            gc.collect()  # graphs of an earlier criterion that went while this one records would break it
            self._ratio(*places)  # what libraries set up at their first use cannot be recorded
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            found = self._ratio(*places)
        return _Recording(graph, places, found)


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
