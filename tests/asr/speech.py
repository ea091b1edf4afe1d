"""Real speech and the built-in model, for tests of hearing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from assistant.asr.hearing import Hearing
from assistant.asr.speech_model import SpeechModel, open_model
from assistant.audio.frames import CHUNK_SAMPLES
from assistant.audio.recordings import read_recording
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "tests" / "audio"
MODEL = ROOT / "voices" / "en" / "speech-model"
LEXICON = ROOT / "voices" / "en" / "lexicon"

BALANCE = RECORDINGS / "check-balance-1.flac"
YES = RECORDINGS / "affirm-1.flac"
NO = RECORDINGS / "deny-1.flac"

Samples = npt.NDArray[np.int16]
Say = Callable[[str], Samples]
"""Text → samples at 16 kHz with a little silence around."""


@contextmanager
def synthetic_voice() -> Iterator[Say]:
    """espeak-ng's American voice."""
    with Synthesiser(VoiceProfile(voice="gmw/en-US", words_per_minute=150)) as synthesiser:

        def say(text: str) -> Samples:
            speech = synthesiser.render(text)
            samples = soxr.resample(speech.samples.astype(np.float32), speech.sample_rate, 16_000)
            quiet = np.zeros(4000, np.float32)
            found: Samples = np.clip(np.concatenate([quiet, samples, quiet]), -32768, 32767).astype(np.int16)
            return found

        yield say


@cache
def model() -> SpeechModel:
    return open_model(MODEL)


@cache
def model_for_people() -> SpeechModel:
    """The same as people are heard with it, who wait."""
    hearing = Hearing(MODEL, LEXICON)
    try:
        return hearing.plain()
    finally:
        hearing.close()


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
