"""The sound of the last seconds, from which a turn begins before it was known to be one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from assistant.audio.frames import Samples, in_chunks
from assistant.settings import SAMPLE_RATE

_SECONDS = 12.0
"""A slow bank may keep a turn waiting while the next one is said."""


class RecentSound:
    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque()
        self._samples = 0

    def add(self, chunk: Samples) -> None:
        self._chunks.append(chunk)
        self._samples += len(chunk)
        while self._samples - len(self._chunks[0]) >= _SECONDS * SAMPLE_RATE:
            self._samples -= len(self._chunks.popleft())

    def forget(self) -> None:
        self._chunks.clear()
        self._samples = 0

    @property
    def seconds(self) -> float:
        """How much there is."""
        return self._samples / SAMPLE_RATE

    def last(self, seconds: float) -> Iterator[Samples]:
        """The last so many seconds, in chunks as the recogniser takes them."""
        wanted = min(self._samples, max(0, round(seconds * SAMPLE_RATE)))
        if wanted:
            yield from in_chunks([np.concatenate(list(self._chunks))[self._samples - wanted :]])
