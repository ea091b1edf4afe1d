"""The one form of sound inside the house: 16 kHz mono int16, and the way from any other form to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from assistant.settings import CHUNK_SECONDS, SAMPLE_RATE

Samples = npt.NDArray[np.int16]
"""Mono, shape (n,)."""

CHUNK_SAMPLES = round(CHUNK_SECONDS * SAMPLE_RATE)

LOWEST_RATE, HIGHEST_RATE = 4_000, 768_000
"""Hz. Speech is not understood below; nothing records above. Bounds how much a resampler may inflate."""


class Converter:
    """Turns blocks of any rate and channel count into 16 kHz mono int16, keeping state between blocks.

    soxr's HQ recipe (about 100 dB, linear phase) is used: dropping samples would fold the band above
    8 kHz into speech. Channels are averaged. A block that is already in the right form comes out bit by bit.
    """

    def __init__(self, rate: int, channels: int, *, target: int = SAMPLE_RATE) -> None:
        """`rate` and `target` in Hz. Raises ValueError for a rate outside LOWEST_RATE to HIGHEST_RATE."""
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise ValueError(f"a rate of {rate} Hz")
        if channels < 1:
            raise ValueError(f"{channels} channels")
        self._channels = channels
        self._stream = None
        if rate != target:
            import soxr

            self._stream = soxr.ResampleStream(rate, target, 1, dtype="float32", quality="HQ")

    def feed(self, block: npt.NDArray[np.float32] | Samples, *, last: bool = False) -> Samples:
        """Convert one block: shape (n,) or (n, channels), float at ±1.0 or int16.

        A resampler holds back some samples, so the answer may be shorter or longer than the block;
        `last` lets go of all of them. Not-a-number becomes silence, infinities full scale.
        """
        mono = self._mixed(block)
        if mono.dtype == np.int16:
            if self._stream is None:
                return mono.astype(np.int16, copy=False)
            sound = mono.astype(np.float32) / 32768
        else:
            sound = np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0).astype(np.float32)
        if self._stream is not None:
            sound = self._stream.resample_chunk(np.clip(sound, -1.0, 1.0), last=last)
        scaled: Samples = np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)
        return scaled

    def _mixed(self, block: npt.NDArray[np.float32] | Samples) -> npt.NDArray[np.float32] | Samples:
        if block.ndim == 1:
            block = block.reshape(-1, self._channels)
        if self._channels == 1:
            return block[:, 0]
        mean: npt.NDArray[np.float32] = block.mean(axis=1, dtype=np.float32)
        return mean / 32768 if block.dtype == np.int16 else mean


def convert(samples: npt.NDArray[np.float32] | Samples, rate: int, target: int = SAMPLE_RATE) -> Samples:
    """A whole mono sound of `rate` Hz as int16 of `target` Hz; see `Converter` for the values."""
    return Converter(rate, 1, target=target).feed(samples, last=True)


def in_chunks(blocks: Iterable[Samples], size: int = CHUNK_SAMPLES) -> Iterator[Samples]:
    """The same samples in chunks of `size`, the last one shorter."""
    waiting: list[Samples] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += len(block)
        if held < size:
            continue
        joined = np.concatenate(waiting)
        whole = held - held % size
        for start in range(0, whole, size):
            yield joined[start : start + size]
        waiting, held = [joined[whole:]], held - whole
    if held:
        yield np.concatenate(waiting)
