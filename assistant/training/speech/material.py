"""What a training hears: copies that were degraded before, or recordings that are degraded as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.training.speech.acoustics import COEFFICIENTS, trimmed
from assistant.training.speech.degrading import Degrader, Pcm
from assistant.training.speech.features import Utterance, usable
from assistant.training.speech.recordings import RATE, Source
from assistant.training.speech.train import Hear, Line

_ADDED = 70
"""Frames of pauses that `Degrader` adds on average."""


def of_copies(utterances: Sequence[Utterance], device: torch.device) -> tuple[list[Line], Hear]:
    lines = [Line(i, u.text, len(u.features), u.human) for i, u in enumerate(utterances)]

    def hear(which: Sequence[int]) -> tuple[Tensor, Tensor]:
        chosen = [utterances[i].features for i in which]
        frames = [len(each) for each in chosen]
        features = np.empty((len(chosen), max(frames), COEFFICIENTS), np.float32)
        for row, each in enumerate(chosen):
            features[row, : len(each)] = each
            features[row, len(each) :] = each[-1]
        return torch.from_numpy(features).to(device), torch.tensor(frames, device=device)

    return lines, hear


def of_recordings(
    recordings: Iterable[tuple[Pcm, Source, int]], own_voice: Sequence[Pcm], seed: int, device: torch.device
) -> tuple[list[Line], Hear]:
    """int16 samples at 16 kHz, what they are, and how often an epoch hears them."""
    samples: list[Pcm] = []
    lines: list[Line] = []
    for pcm, source, times in recordings:
        lines += [Line(len(samples), source.text, len(pcm) * 100 // RATE + _ADDED, source.human)] * times
        samples.append(pcm)
    return lines, Degrader(samples, own_voice, seed, device).hear


def loaded(sources: Sequence[Source], workers: int, progress: Callable[[str], None]) -> list[Pcm | None]:
    """Each source's speech without its pauses; None for a file that is missing, broken, too short or long."""
    found: list[Pcm | None] = []
    with ProcessPoolExecutor(workers) as pool:
        for number, samples in enumerate(pool.map(_loaded, sources, chunksize=64), 1):
            found.append(samples)
            if number % 5000 == 0:
                progress(f"{number} of {len(sources)} recordings read")
    return found


def _loaded(source: Source) -> npt.NDArray[np.int16] | None:
    if source.path is None:
        return np.asarray(3000 * np.random.default_rng(0).standard_normal(RATE), np.int16)
    samples = usable(source.path)
    if samples is None:
        return None
    speech = trimmed(samples)
    return np.asarray(np.round(speech / np.abs(speech).max() * 23_000), np.int16)
