"""Damage done to MFCCs themselves, anew in every step: other throats, telephones, and SpecAugment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.training.speech.acoustics import COEFFICIENTS, mel_to_cepstra, other_throat, telephone

_THROATS, _TELEPHONES, _BANDS, _MOMENTS = 0.5, 0.2, 0.4, 0.4
"""Shares of utterances."""
_LENGTHS = np.arange(0.86, 1.17, 0.02)
"""Of throats."""
_FLOORS = (None, None, None, -8.0, 0.0, 6.0)
_BAND, _MOMENT = (2, 7), (3, 10)
"""Mel bands that are hidden, frames that are."""


class Disguise:
    def __init__(self, mean: Tensor):
        """`mean`: (40,) of MFCCs, which is put where something is hidden."""
        self._mean = mean
        to_cepstra = mel_to_cepstra()
        self._to_cepstra, self._to_mel = self._here(to_cepstra), self._here(np.linalg.inv(to_cepstra))
        # The first of each changes nothing.
        self._throats = self._here(np.stack([other_throat(length) for length in (1.0, *_LENGTHS)]))
        telephones = [(np.eye(COEFFICIENTS), np.zeros(COEFFICIENTS)), *map(telephone, _FLOORS)]
        self._telephones = self._here(np.stack([matrix for matrix, _ in telephones]))
        self._offsets = self._here(np.stack([offset for _, offset in telephones]))

    def __call__(self, features: Tensor, rng: np.random.Generator) -> Tensor:
        """(utterances, frames, 40) of each in a disguise of its own, or in none."""
        count, frames = features.shape[:2]
        throat = _drawn(rng, count, len(self._throats), _THROATS)
        line = _drawn(rng, count, len(self._telephones), _TELEPHONES)
        matrix = self._telephones[line] @ self._throats[throat]
        offset = self._offsets[line]
        bands = self._here(_shown(rng, count, COEFFICIENTS, _BANDS, _BAND))
        hide = self._to_cepstra @ (bands[:, :, None] * self._to_mel)
        matrix = hide @ matrix
        offset = (hide @ (offset - self._mean)[..., None])[..., 0] + self._mean
        moments = self._here(_shown(rng, count, frames, _MOMENTS, _MOMENT))[..., None]
        disguised = torch.baddbmm(offset[:, None], features, matrix.transpose(1, 2))
        return self._mean + (disguised - self._mean) * moments

    def _here(self, values: npt.NDArray[np.float64]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=self._mean.device)


def _drawn(rng: np.random.Generator, count: int, choices: int, share: float) -> npt.NDArray[np.int64]:
    """(count) numbers, in so many of the rows one of the choices, else 0."""
    return rng.integers(1, choices, count) * (rng.random(count) < share)


def _shown(
    rng: np.random.Generator, count: int, size: int, share: float, widths: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """(count, size) ones, but zeros for a stretch in so many of the rows."""
    width = rng.integers(*widths, count, endpoint=True) * (rng.random(count) < share)
    begin = (rng.random(count) * np.maximum(1, size - width)).astype(int)
    places = np.arange(size)[None]
    hidden = (places >= begin[:, None]) & (places < (begin + width)[:, None])
    return np.where(hidden, 0.0, 1.0)
