"""Kaldi's MFCCs of many recordings at once, in PyTorch: on a GPU, thousands of hours in minutes.

`acoustics.mfcc` computes the same for one recording with Kaldi's own code; a test holds the two together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.training.speech.acoustics import mel, mel_steps, mel_to_cepstra
from assistant.training.speech.recordings import RATE

_WINDOW = RATE * 25 // 1000
SHIFT = RATE // 100
_TRANSFORM = 512
_PREEMPHASIS = 0.97


class Cepstra:
    """(recordings, samples) float32 in the range -1 to 1 → (recordings, frames, 40), a frame every 10 ms."""

    def __init__(self, device: torch.device):
        places = np.arange(_WINDOW) / (_WINDOW - 1)
        self._window = _on((0.5 - 0.5 * np.cos(2 * np.pi * places)) ** 0.85, device)  # Kaldi's "povey"
        self._bands = _on(_mel_bands(), device)
        self._to_cepstra = _on(mel_to_cepstra().T, device)

    def __call__(self, samples: Tensor) -> Tensor:
        windows = (samples * 32768.0).unfold(1, _WINDOW, SHIFT)
        windows = windows - windows.mean(2, keepdim=True)
        before = torch.cat([windows[..., :1], windows[..., :-1]], 2)
        spectrum = torch.fft.rfft((windows - _PREEMPHASIS * before) * self._window, _TRANSFORM)
        power = spectrum.real**2 + spectrum.imag**2
        energies = power[..., : _TRANSFORM // 2] @ self._bands
        return energies.clamp_min(torch.finfo(torch.float32).eps).log() @ self._to_cepstra


def frames_of(samples: Tensor) -> Tensor:
    """Whole windows in so many samples."""
    return ((samples - _WINDOW) // SHIFT + 1).clamp_min(0)


def _mel_bands() -> npt.NDArray[np.float64]:
    """(256, 40): triangles over the bins of the transform, the highest bin left out, as Kaldi's."""
    edges = mel_steps()
    bins = mel(np.arange(_TRANSFORM // 2) * RATE / _TRANSFORM)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    slopes = np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle))
    return np.asarray(np.maximum(0, slopes))


def _on(values: npt.NDArray[np.float64], device: torch.device) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=device)
