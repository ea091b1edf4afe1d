"""Frames on their way to the recogniser, kept for a second hearing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt


class Watched:
    """Frames that pass through: they are kept, and so is the moment at which the last was handed over."""

    def __init__(
        self, frames: Iterable[npt.NDArray[np.int16]], clock: Callable[[], float], awaited: Callable[[], bool]
    ) -> None:
        """`awaited`: whether what is made of them is waited for."""
        self._frames = frames
        self._clock = clock
        self.awaited = awaited
        self.last = clock()
        self.kept: list[npt.NDArray[np.int16]] = []

    def __iter__(self) -> Iterator[npt.NDArray[np.int16]]:
        for frame in self._frames:
            self.kept.append(frame)
            self.last = self._clock()
            yield frame
