"""The same recording under worse conditions: noise, speed, level, room. The same variation of the same
recording is always the same sound, whichever machine makes it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from assistant.audio.frames import Samples
from assistant.audio.level import speech_loudness
from assistant.audio.recordings import read_recording
from assistant.errors import NothingToReplayError
from assistant.settings import SAMPLE_RATE

SOUNDS = frozenset({".wav", ".flac", ".ogg"})
_ROOM_SEED = 1
_REVERBERANT = 0.5
"""Root of the energy that comes back from the walls, beside what comes directly: two metres away at home."""
_DECAY = 6.9
"""Natural logarithm of the 60 dB over which the reverberation time is defined (ISO 3382)."""

_Float = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Variation:
    """How a recording is changed; as it stands here, not at all. Applied in the order of the fields."""

    speed: float = 1.0
    """1.2 is a fifth faster, and higher with it."""
    room: float = 0.0
    """Reverberation time RT60, seconds; a living room has 0.4, a bathroom 1."""
    snr: float | None = None
    """dB of the speech over the noise."""
    noise: Path | None = None
    """Recording of the noise; white noise when left out."""
    gain: float = 0.0
    """dB; what goes over full scale is clipped."""

    def __str__(self) -> str:
        """Short and unique, empty when nothing is changed."""
        parts = [
            f"speed {self.speed:g}" if self.speed != 1 else "",
            f"room {self.room:g}" if self.room else "",
            f"snr {self.snr:g}" if self.snr is not None else "",
            self.noise.stem if self.noise is not None else "",
            f"gain {self.gain:g}" if self.gain else "",
        ]
        return ", ".join(part for part in parts if part)

    def arguments(self) -> list[str]:
        """The options of `assistant replay` that make just this variation."""
        found = [("--speed", self.speed, 1.0), ("--rooms", self.room, 0.0), ("--gain", self.gain, 0.0)]
        options = [f"{name}={value:g}" for name, value, usual in found if value != usual]
        if self.snr is not None:
            options.append(f"--snr={self.snr:g}")
        if self.noise is not None:
            options.append(f"--noise={self.noise}")
        return options


AS_IT_IS = Variation()


def variations(
    *,
    speeds: Sequence[float] = (1.0,),
    rooms: Sequence[float] = (0.0,),
    snrs: Sequence[float | None] = (None,),
    noises: Sequence[Path | None] = (None,),
    gains: Sequence[float] = (0.0,),
) -> list[Variation]:
    """Each with each; noises count only where there is a signal-to-noise ratio."""
    found = product(speeds, rooms, snrs, noises, gains)
    return list(
        dict.fromkeys(
            Variation(speed, room, snr, noise if snr is not None else None, gain)
            for speed, room, snr, noise, gain in found
        )
    )


def noises_in(folder: Path) -> list[Path]:
    """The recordings of noise there, or the one that is named. Raises NothingToReplayError."""
    found = (
        [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.suffix.lower() in SOUNDS)
    )
    if not found:
        raise NothingToReplayError(f"no recording of noise in {folder}")
    return found


def varied(sound: Samples, variation: Variation, name: str) -> Samples:
    """16 kHz mono, shape (n,). `name` chooses which stretch of the noise is taken.

    Raises BadRecordingError for a noise that cannot be read.
    """
    if not str(variation) or not len(sound):
        return sound
    speech = sound.astype(np.float32) / 32768
    if variation.speed != 1:
        speech = soxr.resample(speech, SAMPLE_RATE * variation.speed, SAMPLE_RATE)
    if variation.room:
        speech = _filtered(speech, _response(variation.room))
    if variation.snr is not None:
        drawn = np.random.default_rng(zlib.crc32(f"{name} {variation}".encode()))
        noise = _noise(variation.noise, len(speech), drawn)
        speech = speech + noise * speech_loudness(speech) * 10 ** (-variation.snr / 20)
    speech = speech * 10 ** (variation.gain / 20)
    changed: Samples = np.clip(np.rint(speech * 32768), -32768, 32767).astype(np.int16)
    return changed


def _noise(path: Path | None, length: int, drawn: np.random.Generator) -> _Float:
    """Of unit power."""
    if path is None:
        return drawn.standard_normal(length).astype(np.float32)
    whole = _recorded(path)
    start = int(drawn.integers(len(whole)))
    stretch = np.resize(np.roll(whole, -start)[:length], length)
    return np.asarray(stretch / (np.sqrt(np.mean(stretch**2)) + 1e-9), np.float32)


@lru_cache(maxsize=8)
def _recorded(path: Path) -> _Float:
    return read_recording(path).astype(np.float32) / 32768


@lru_cache(maxsize=8)
def _response(seconds: float) -> _Float:
    """What a room answers to a click: noise that dies away, after the click itself."""
    length = max(2, round(seconds * SAMPLE_RATE))
    tail = np.random.default_rng(_ROOM_SEED).standard_normal(length)
    tail *= np.exp(-_DECAY * np.arange(length) / length)
    tail[: SAMPLE_RATE // 200] = 0
    tail *= _REVERBERANT / (np.sqrt((tail**2).sum()) + 1e-9)
    tail[0] = 1
    return tail.astype(np.float32)


def _filtered(speech: _Float, response: _Float) -> _Float:
    size = 1 << (len(speech) + len(response) - 1).bit_length()
    both = np.fft.rfft(speech, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(both, size)[: len(speech)], np.float32)
