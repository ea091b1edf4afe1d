"""How loud a sound is: any, speech, and a microphone's before somebody wonders why nothing is heard."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.audio.frames import Samples
from assistant.settings import CHUNK_SECONDS

_CLIPPED = 32_700
_SILENT = -70.0
"""dBFS of the loudest sample. A working microphone in a quiet room hisses louder than this."""


@dataclass(frozen=True, slots=True)
class Level:
    peak: float
    """dBFS of the loudest sample; −96 for digital silence."""
    clipped: float
    """Share of samples at full scale, 0 to 1."""

    @property
    def muted(self) -> bool:
        return self.peak < _SILENT


def loudness(sound: Samples) -> float:
    """dBFS; −100 for silence."""
    if not len(sound):
        return -100.0
    power = float(np.square(sound.astype(np.float32) / 32768).mean())
    return 10 * math.log10(power + 1e-10)


def speech_loudness(sound: npt.NDArray[np.floating[Any]]) -> float:
    """Root mean square of the loud part, so that pauses do not count; 0 for silence."""
    loud = sound[np.abs(sound) > 0.02 * np.abs(sound).max(initial=0)]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0


def measure_level(chunks: Iterable[Samples], seconds: float = 1.0) -> Level:
    """Listen for some seconds. Raises what the source raises."""
    wanted = max(1, round(seconds / CHUNK_SECONDS))
    sound = np.concatenate([*islice(chunks, wanted), np.zeros(1, np.int16)]).astype(np.int32)
    peak = int(np.abs(sound).max())
    return Level(20 * math.log10(max(peak, 0.5) / 32768), float((np.abs(sound) >= _CLIPPED).mean()))
