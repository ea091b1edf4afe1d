"""The criterion as CUDA graphs: its walk over the frames is thousands of tiny steps, and to tell a GPU of
each takes several times as long as to do it. Each shape's steps are recorded once and replayed as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

Ratio = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""(scores, lengths, and numerators' states, weights and sizes) → (objective, gradient)"""
_UTTERANCES, _FRAMES, _STATES = 32, 32, 64
"""Shapes are rounded up to these, so that few are recorded."""


class _Recording(NamedTuple):
    graph: torch.cuda.CUDAGraph
    given: tuple[Tensor, ...]
    found: tuple[Tensor, Tensor]


class Replayed:
    def __init__(self, ratio: Ratio, device: torch.device):
        self._ratio = ratio
        self._device = device
        self._recordings: dict[tuple[int, ...], _Recording] = {}
        # One after the other, each done with before the next begins: they can share their memory.
        self._pool = torch.cuda.graph_pool_handle()

    def __call__(self, *given: Tensor) -> tuple[Tensor, Tensor]:
        scores, lengths, states, weights, sizes = given
        count, frames, outputs = scores.shape
        longest = states.shape[1]
        room = (_up(count, _UTTERANCES), _up(frames, _FRAMES), _up(longest, _STATES), outputs, len(weights))
        if room not in self._recordings:
            self._recordings[room] = self._recorded(*room)
        graph, places, (objective, gradient) = self._recordings[room]
        # Rows and columns that nobody asked for: one frame in one state, of no consequence.
        for place, fill in zip(places, (0, 1, 0, 0, 1), strict=True):
            place.fill_(fill)
        places[0][:count, :frames] = scores
        places[1][:count] = lengths
        places[2][:count, :longest] = states
        places[3][:, :count, :longest] = weights
        places[4][:count] = sizes
        graph.replay()
        return objective[:count], gradient[:count, :frames]

    def _recorded(self, count: int, frames: int, longest: int, outputs: int, reach: int) -> _Recording:
        whole = torch.int64
        places = (
            torch.zeros(count, frames, outputs, device=self._device),
            torch.ones(count, dtype=whole, device=self._device),
            torch.zeros(count, longest, dtype=whole, device=self._device),
            torch.zeros(reach, count, longest, dtype=torch.float64, device=self._device),
            torch.ones(count, dtype=whole, device=self._device),
        )
        if not self._recordings:
            self._ratio(*places)  # what libraries set up at their first use cannot be recorded
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            found = self._ratio(*places)
        return _Recording(graph, places, found)


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
