"""Synthetic voices that the speech model never learnt from, in noise of a given strength.

A voice whose program is missing is left out,
and whoever measures says which spoke.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soxr

from assistant.audio.frames import Samples
from assistant.errors import NoVoiceError
from assistant.replay.scenario import Voice
from assistant.replay.synthesis import check_voice, recorded, staged
from assistant.settings import SAMPLE_RATE

VOICES = {
    "flite-rms": ("flite", "rms"),
    "pico-en-gb": ("pico", "en-GB"),
    "espeak-en-us-f3": ("espeak", "en-us+f3"),
    "festival-ked": ("festival", "ked_diphone"),
    "rhvoice-clb": ("rhvoice", "clb"),
    "espeak-rp-m3": ("espeak", "en-gb-x-rp+m3"),
}
TUNED_ON = ("flite-rms", "pico-en-gb", "espeak-en-us-f3")
"""Thresholds were set on these; figures are reported for the others."""
LOUD = 0.1
"""Samples above this share of the peak are speech: noise is measured against them, not against pauses."""


def there() -> list[str]:
    """The voices that this machine can speak with."""
    return [name for name, voice in VOICES.items() if _is_there(Voice(*voice))]


def _is_there(voice: Voice) -> bool:
    try:
        check_voice(voice)
    except NoVoiceError:
        return False
    return True


def say(voice: str, text: str, snr: float | None = None) -> Samples:
    """16 kHz mono int16; `snr`: decibels of speech above the noise, None for a silent room.

    The same arguments give the same noise.
    """
    clean = _clean(voice, text)
    if snr is None:
        return _samples(clean)
    rng = np.random.default_rng(zlib.crc32(f"{voice}/{text}/{snr}".encode()))
    speech = clean[np.abs(clean) > LOUD * np.abs(clean).max()]
    power = float(np.mean(speech**2)) / 10 ** (snr / 10)
    return _samples(clean + _noise(rng, len(clean)) * np.sqrt(power))


@lru_cache(maxsize=4096)
def _clean(voice: str, text: str) -> npt.NDArray[np.float64]:
    sound, rate = recorded(Voice(*VOICES[voice]), text)
    return staged(soxr.resample(sound, rate, SAMPLE_RATE), f"{voice}/{text}")


def _noise(rng: np.random.Generator, length: int) -> npt.NDArray[np.float64]:
    """Of power 1: hiss, the rumble of a fan, or between them."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    tilt = rng.choice((0.0, 0.5, 1.0))
    spectrum /= np.maximum(np.arange(len(spectrum)), length * 50 / SAMPLE_RATE) ** tilt
    sound: npt.NDArray[np.float64] = np.fft.irfft(spectrum, length)
    return np.asarray(sound / sound.std())


def _samples(sound: npt.NDArray[np.float64]) -> Samples:
    return (np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16)
