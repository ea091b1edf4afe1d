"""Recordings as float32 samples at 16 kHz in the range -1 to 1, and noise to put on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from scipy.fft import next_fast_len

from assistant.audio.level import speech_loudness
from assistant.settings import SAMPLE_RATE

RATE = SAMPLE_RATE
Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """One recording to learn from; no path means noise without any speech."""

    path: Path | None
    text: str
    human: bool


def load(path: Path, speed: float = 1.0) -> Samples:
    """Mono samples at 16 kHz, played `speed` times as fast: that moves pitch, formants and tempo."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != RATE or speed != 1.0:
        mono = soxr.resample(mono, rate * speed, RATE, "HQ")
    return np.asarray(mono, np.float32)


def add_noise(samples: Samples, decibels: float, rng: np.random.Generator) -> Samples:
    """Coloured noise `decibels` below the speech (its loud half, so that pauses do not count)."""
    loudness = speech_loudness(samples) or 1e-3
    return np.clip(samples + noise(rng, len(samples)) * loudness * 10 ** (-decibels / 20), -1, 1)


def over_a_telephone(samples: Samples) -> Samples:
    """What is left of it at 8 kHz, at 16 kHz again and as long."""
    narrow = soxr.resample(soxr.resample(samples, RATE, RATE / 2), RATE / 2, RATE)
    return np.asarray(np.resize(narrow, len(samples)), np.float32)


def noise(rng: np.random.Generator, length: int) -> Samples:
    """White to pink: the spectrum falls with a random power of frequency."""
    padded = next_fast_len(length, real=True)  # a length with a large prime factor takes many times as long
    spectrum = np.fft.rfft(rng.standard_normal(padded))
    falling = spectrum / np.arange(1, len(spectrum) + 1) ** rng.uniform(0, 1)
    noise = np.fft.irfft(falling, padded)[:length]
    return np.asarray(noise / (noise.std() + 1e-9), np.float32)
