"""Real speech and the built-in model, for tests of hearing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.asr.speech_model import SpeechModel, open_model
from assistant.audio.frames import CHUNK_SAMPLES
from assistant.audio.recordings import read_recording

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "tests" / "audio"
MODEL = ROOT / "voices" / "en" / "speech-model"

BALANCE = RECORDINGS / "check-balance-1.flac"
YES = RECORDINGS / "affirm-1.flac"
NO = RECORDINGS / "deny-1.flac"

Samples = npt.NDArray[np.int16]


@cache
def model() -> SpeechModel:
    return open_model(MODEL)


def speech(path: Path = BALANCE) -> Samples:
    return read_recording(path)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * 16_000), np.int16)


def hiss(seconds: float, dbfs: float, seed: int = 0) -> Samples:
    """White noise: a microphone in a quiet room has some −60 dBFS, a fan beside it −45."""
    scale = 32768 * 10 ** (dbfs / 20)
    return np.random.default_rng(seed).normal(0, scale, round(seconds * 16_000)).astype(np.int16)


def chunks(*sounds: Samples) -> Iterator[Samples]:
    joined = np.concatenate(sounds)
    for start in range(0, len(joined), CHUNK_SAMPLES):
        yield joined[start : start + CHUNK_SAMPLES]
