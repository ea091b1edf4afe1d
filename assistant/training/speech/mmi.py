"""Lattice-free maximum mutual information from a flat start: no alignment, no other model.

Numerator: the words that were said, each in all its pronunciations, with optional pauses. Denominator:
any chain of sounds, weighted by which sound follows which in the training text. Both walk the same
states, one for each (sound, left class); a state's first output is emitted on entering, its second on
staying.
Gradients are the difference of the two state occupancies, computed by hand: a chain of thousands of
small autograd nodes would take longer than the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.asr.graph_units import BASE, NOISE, SILENCE, Units
from assistant.training.speech.replayed import Replayed

_FLOOR = 1e-30

Pronunciations = Sequence[Sequence[str]]
"""The ways to say a word, each its sounds."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One utterance as states, none before those that it is entered from."""

    states: tuple[int, ...]
    enter: tuple[tuple[tuple[int, float], ...], ...]
    """For each state the places of those that it is entered from, each with its weight."""


class Numerators(NamedTuple):
    """Chains of a batch, side by side; what is empty has the weight 0."""

    states: npt.NDArray[np.int64]
    """(chains, states of the longest)"""
    sources: npt.NDArray[np.int64]
    """(chains, states of the longest, ways): places of the states that lead into each."""
    entering: npt.NDArray[np.float64]
    """Their weights, of the same shape."""
    targets: npt.NDArray[np.int64]
    """(chains, states of the longest, ways): places of the states that each leads to."""
    leaving: npt.NDArray[np.float64]
    """Their weights, of the same shape."""
    sizes: npt.NDArray[np.int64]

    @classmethod
    def of(cls, chains: Sequence[Chain]) -> Numerators:
        sizes = np.array([len(chain.states) for chain in chains])
        states = np.zeros((len(chains), sizes.max()), np.int64)
        into: list[tuple[int, int, int, float]] = []
        out: list[tuple[int, int, int, float]] = []
        for row, chain in enumerate(chains):
            states[row, : sizes[row]] = chain.states
            for place, ways in enumerate(chain.enter):
                into += [(row, place, source, weight) for source, weight in ways]
                out += [(row, source, place, weight) for source, weight in ways]
        return cls(states, *_beside(into, states.shape), *_beside(out, states.shape), sizes)


def _beside(
    ways: list[tuple[int, int, int, float]], shape: tuple[int, ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """(chain, place, other place, weight) → other places and weights of each place, side by side."""
    table = np.array(sorted(ways), np.float64).reshape(-1, 4)
    rows, places = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    first = np.searchsorted(rows * shape[1] + places, np.arange(shape[0] * shape[1]))
    number = np.arange(len(table)) - first[rows * shape[1] + places]
    wide = int(number.max(initial=0)) + 1
    others, weights = np.zeros((*shape, wide), np.int64), np.zeros((*shape, wide))
    others[rows, places, number] = table[:, 2]
    weights[rows, places, number] = table[:, 3]
    return others, weights


class SoundGraph:
    """State numbers, and the weights of what follows what."""

    def __init__(self, units: Units):
        self._units = units
        self._first = {SILENCE: 0, NOISE: 1} | {base: 2 + i * units.classes for i, base in enumerate(BASE)}
        self.states = 2 + len(BASE) * units.classes
        self.bases = len(BASE) + 2
        self._base_number = {base: i for i, base in enumerate((SILENCE, NOISE, *BASE))}
        self.base_of_state = np.array(
            [0, 1] + [2 + i for i in range(len(BASE)) for _ in range(units.classes)]
        )
        self.entering = np.array([0, 2] + [units.output(b, c) for b in BASE for c in range(units.classes)])
        self.follow = np.zeros((self.states, self.bases))
        self.begin = np.zeros(self.bases)
        self.end = np.zeros(self.states)

    def state(self, base: str, left: str) -> int:
        if base in (SILENCE, NOISE):
            return self._first[base]
        return self._first[base] + self._units.left_class[left]

    def sounds_of_outputs(self) -> npt.NDArray[np.int64]:
        """For each output of the network: twice the number of its base sound, plus one for staying."""
        result = np.zeros(self._units.outputs, np.int64)
        result[self.entering] = 2 * self.base_of_state
        result[self.entering + 1] = 2 * self.base_of_state + 1
        return result

    def learn(
        self, texts: Iterable[Sequence[Sequence[str]]], noise_share: float, rng: np.random.Generator
    ) -> None:
        """Count which sound follows which state; each text is words, each word its sounds.

        A pause is put after a quarter of the words, noise in place of a share of them: were it rarer
        here than in the chains, its output would drown all others. Thin counts lean on those of the
        plain sound.
        """
        counts = np.zeros((self.states, self.bases + 1))
        for words in texts:
            left, state = SILENCE, self.state(SILENCE, SILENCE)
            for number, sounds in enumerate(words):
                if number and rng.random() < 0.25:
                    counts[state, 0] += 1
                    left, state = SILENCE, 0
                for sound in (NOISE,) if rng.random() < noise_share else sounds:
                    counts[state, self._base_number[sound]] += 1
                    state, left = self.state(sound, left), sound
            if words:
                counts[state, 0] += 1  # recordings end in silence
            counts[0, self.bases] += 1
        plain = np.zeros((self.bases, self.bases + 1))
        np.add.at(plain, self.base_of_state, counts)
        plain = plain + 0.002 * plain.sum(1, keepdims=True) / self.bases + 0.01
        plain /= plain.sum(1, keepdims=True)
        smoothed = counts + 20 * plain[self.base_of_state]
        smoothed /= smoothed.sum(1, keepdims=True)
        self.follow, self.end = smoothed[:, :-1], smoothed[:, -1]
        self.begin[0] = 1.0

    def transitions(self) -> npt.NDArray[np.float64]:
        """(states, states) weights of entering a state, which fixes its left class."""
        matrix = np.zeros((self.states, self.states))
        names = (SILENCE, NOISE, *BASE)
        for state in range(self.states):
            left = names[self.base_of_state[state]]
            for number, base in enumerate(names):
                matrix[state, self.state(base, left)] = self.follow[state, number]
        return matrix

    def chain(self, words: Sequence[Pronunciations]) -> Chain:
        """The numerator of an utterance: a pause at both ends, optional ones between words, and every
        pronunciation of a word beside the others, so that what is heard decides among them.

        A first sound stands once for each left class that it may have.
        """
        states = [0]
        enter: list[tuple[tuple[int, float], ...]] = [()]

        def add(base: str, before: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
            """Places of a sound's states, entered from (place, sound) before it."""
            weights = self.follow[:, self._base_number[base]]
            ways: dict[int, list[tuple[int, float]]] = {}
            for place, left in before:
                way = (place, float(weights[states[place]]))
                ways.setdefault(self.state(base, left), []).append(way)
            states.extend(ways)
            enter.extend(map(tuple, ways.values()))
            return [(place, base) for place in range(len(states) - len(ways), len(states))]

        ends = [(0, SILENCE)]
        for number, pronunciations in enumerate(words):
            before = [*ends, *add(SILENCE, ends)] if number else ends
            ends = []
            for sounds in pronunciations:
                last = before
                for sound in sounds:
                    last = add(sound, last)
                ends += last
        if words:
            add(SILENCE, ends)
        return Chain(tuple(states), tuple(enter))


class Criterion:
    """LF-MMI objective of a batch; call it with scores, lengths and numerators."""

    def __init__(self, graph: SoundGraph, device: torch.device):
        self._move = torch.tensor(graph.transitions(), dtype=torch.float32, device=device)
        self._begin = torch.zeros(graph.states, device=device)
        self._begin[0] = 1.0
        self._end = torch.tensor(graph.end, dtype=torch.float32, device=device)
        self._entering = torch.tensor(graph.entering, device=device)
        on_gpu = device.type == "cuda"
        self._beside = torch.cuda.Stream(device) if on_gpu else None
        self._ratio = Replayed(self._compare, device) if on_gpu else self._compare

    def __call__(self, scores: Tensor, lengths: Tensor, numerators: Numerators) -> tuple[Tensor, Tensor]:
        """(log-probability ratio of each utterance, its gradient by the scores)."""
        with torch.no_grad():
            walked = (torch.from_numpy(array).to(scores.device) for array in numerators)
            return self._ratio(scores.detach(), lengths, *walked)

    def _compare(self, scores: Tensor, lengths: Tensor, *chains: Tensor) -> tuple[Tensor, Tensor]:
        inside = torch.arange(scores.shape[1], device=scores.device)[None] < lengths[:, None]
        top = scores.amax(2, keepdim=True)
        probabilities = torch.exp(scores - top)
        shift = (top[..., 0] * inside).sum(1)
        if self._beside is not None:
            self._beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._beside):
            said, positive = self._numerator(probabilities, lengths, inside, *chains)
        free, negative = self._denominator(probabilities, lengths, inside)
        if self._beside is not None:
            torch.cuda.current_stream().wait_stream(self._beside)
        return (said + shift) - (free + shift), positive - negative

    def _denominator(self, p: Tensor, lengths: Tensor, inside: Tensor) -> tuple[Tensor, Tensor]:
        enter, stay = p[..., self._entering], p[..., self._entering + 1]
        frames = p.shape[1]
        alpha = [self._begin * enter[:, 0]]
        scale = [alpha[0].sum(1, keepdim=True).clamp_min(_FLOOR)]
        alpha[0] = alpha[0] / scale[0]
        arriving = [self._begin.expand_as(alpha[0])]
        for t in range(1, frames):
            arrive = alpha[-1] @ self._move
            value = torch.addcmul(arrive * enter[:, t], alpha[-1], stay[:, t])
            total = value.sum(1, keepdim=True).clamp_min(_FLOOR)
            arriving.append(arrive)
            scale.append(total)
            alpha.append(value / total)
        last = lengths - 1
        ends = torch.stack(alpha, 1)[torch.arange(len(p), device=p.device), last] * self._end
        tail = ends.sum(1).clamp_min(_FLOOR)
        logs = (torch.log(torch.cat(scale, 1)) * inside).sum(1) + torch.log(tail)
        occupancy = torch.zeros_like(p)
        start_beta = self._end / tail[:, None]
        beta = torch.zeros_like(start_beta)
        move_back = self._move.T.contiguous()
        entered, stayed = [], []
        for t in range(frames - 1, -1, -1):
            beta = torch.where((last == t)[:, None], start_beta, beta)
            weighted = beta / scale[t]
            come = enter[:, t] * weighted
            keep = stay[:, t] * weighted
            entered.append(arriving[t] * come)
            if t:
                stayed.append(alpha[t - 1] * keep)
                beta = come @ move_back + keep
            else:
                stayed.append(torch.zeros_like(keep))
        mask = inside[..., None]
        occupancy.index_add_(2, self._entering, torch.stack(entered[::-1], 1) * mask)
        occupancy.index_add_(2, self._entering + 1, torch.stack(stayed[::-1], 1) * mask)
        return logs, occupancy

    def _numerator(
        self,
        p: Tensor,
        lengths: Tensor,
        inside: Tensor,
        states: Tensor,
        sources: Tensor,
        entering: Tensor,
        targets: Tensor,
        leaving: Tensor,
        sizes: Tensor,
    ) -> tuple[Tensor, Tensor]:
        device, frames = p.device, p.shape[1]
        count, longest = states.shape
        rows, last_states = torch.arange(count, device=device), sizes - 1
        final = torch.zeros(count, longest, dtype=torch.float64, device=device)
        final[rows, last_states] = self._end[states[rows, last_states]].double()
        index = self._entering[states]
        wide = index[:, None, :].expand(count, frames, longest)
        enter, stay = p.gather(2, wide).double(), p.gather(2, wide + 1).double()
        alpha = torch.zeros(count, longest, dtype=torch.float64, device=device)
        alpha[:, 0] = enter[:, 0, 0]
        history, scale, arriving = (
            [alpha],
            [torch.ones(count, 1, dtype=torch.float64, device=device)],
            [torch.zeros_like(alpha)],
        )
        arriving[0][:, 0] = 1.0
        for t in range(1, frames):
            arrive = _moved(alpha, sources, entering)
            value = torch.addcmul(arrive * enter[:, t], alpha, stay[:, t])
            total = value.sum(1, keepdim=True).clamp_min(1e-300)
            alpha = value / total
            history.append(alpha)
            scale.append(total)
            arriving.append(arrive)
        last = lengths - 1
        tail = (torch.stack(history, 1)[rows, last] * final).sum(1).clamp_min(1e-300)
        logs = (torch.log(torch.cat(scale, 1)) * inside).sum(1) + torch.log(tail)
        start_beta = final / tail[:, None]
        beta = torch.zeros_like(start_beta)
        entered, stayed = [], []
        for t in range(frames - 1, -1, -1):
            beta = torch.where((last == t)[:, None], start_beta, beta)
            weighted = beta / scale[t]
            come = enter[:, t] * weighted
            keep = stay[:, t] * weighted
            entered.append(arriving[t] * come)
            if t:
                stayed.append(history[t - 1] * keep)
                beta = keep + _moved(come, targets, leaving)
            else:
                stayed.append(torch.zeros_like(keep))
        occupancy = torch.zeros_like(p)
        mask = inside[..., None]
        occupancy.scatter_add_(2, wide, (torch.stack(entered[::-1], 1) * mask).float())
        occupancy.scatter_add_(2, wide + 1, (torch.stack(stayed[::-1], 1) * mask).float())
        return logs.float(), occupancy


def _moved(values: Tensor, others: Tensor, weights: Tensor) -> Tensor:
    """(chains, states) → for each state the weighted sum of those of its other ends."""
    found = values.gather(1, others.flatten(1)).view_as(others)
    return (found * weights).sum(2)
