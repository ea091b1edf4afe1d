"""Sound on its way from a device's connection to the thread that works on it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np

from assistant.audio.frames import HIGHEST_RATE, LOWEST_RATE, Converter, Samples
from assistant.conversation import Withdrawn
from assistant.errors import SoundFormatError
from assistant.settings import SAMPLE_RATE

FULL = 10.0
"""Seconds that may wait: a device that sends faster is not read any further meanwhile."""


class Feed:
    """`put`, `end` and `withdraw` are called by the connection; it is iterated by one thread."""

    def __init__(self) -> None:
        self._chunks: queue.SimpleQueue[Samples | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._over = self._withdrawn = False

    @property
    def waiting(self) -> float:
        """Seconds of sound that were not taken yet."""
        return self._waiting / SAMPLE_RATE

    @property
    def has_ended(self) -> bool:
        """Nothing more comes, though not all may have been taken."""
        return self._over

    @property
    def is_over(self) -> bool:
        """Nothing more comes, and all of it was taken, or is not wanted."""
        return self._over and (self._withdrawn or not self._waiting)

    def put(self, chunk: Samples) -> None:
        if len(chunk) and not self._over:
            with self._lock:
                self._waiting += len(chunk)
            self._chunks.put(chunk)

    def end(self) -> None:
        """That was all."""
        self._over = True
        self._chunks.put(None)

    def close(self) -> None:
        """Whoever took it is through, whatever still comes."""
        self._over = True
        with self._lock:
            self._waiting = 0

    def withdraw(self) -> None:
        """The device is gone: what was half heard is no request."""
        self._withdrawn = True
        self.end()

    def __iter__(self) -> Iterator[Samples]:
        """May be begun again: goes on where it was left. Raises Withdrawn."""
        while True:
            chunk = self._chunks.get()
            if self._withdrawn:
                self._chunks.put(None)
                raise Withdrawn
            if chunk is None:
                self._chunks.put(None)  # for whoever asks again
                return
            with self._lock:
                self._waiting -= len(chunk)
            yield chunk


class Intake:
    """A device's PCM in our form; it may change its format in the middle."""

    def __init__(self) -> None:
        self._form: tuple[int, int] | None = None
        self._converter: Converter | None = None

    def samples(self, pcm: bytes, *, rate: object, channels: object = 1, width: object = 2) -> Samples:
        """`rate` in Hz, `width` in bytes, as the device says. Raises SoundFormatError."""
        if width != 2:
            raise SoundFormatError(f"samples of {width!r} bytes")
        if not isinstance(rate, int | float) or not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise SoundFormatError(f"a rate of {rate!r} Hz")
        if channels not in (1, 2) or not isinstance(channels, int):
            raise SoundFormatError(f"{channels!r} channels")
        if len(pcm) % (2 * channels):
            raise SoundFormatError(f"{len(pcm)} bytes are no whole number of samples")
        form = (round(rate), channels)
        if self._converter is None or form != self._form:
            self._form, self._converter = form, Converter(*form)
        return self._converter.feed(np.frombuffer(pcm, "<i2").astype(np.int16).reshape(-1, channels))
