"""Where somebody speaks: loudness against the room's own noise. Cheap, and only asked for pauses:
what was said is the recogniser's business."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from assistant.audio.frames import Samples
from assistant.settings import SAMPLE_RATE

_FRAME = SAMPLE_RATE // 50
"""20 ms: shorter than any speech sound that matters, longer than a period of the lowest voice."""

_ABOVE_FLOOR = 9.0
"""dB over the room's noise that count as voice."""
_FLOOR_SECONDS = 3.0
"""Within this time every speaker makes a pause; the quietest moment of it is the room."""
_HIGHEST_FLOOR, _LOWEST_FLOOR = -40.0, -75.0
"""dBFS. Somebody who speaks at once must not be taken for noise, nor the last bits of silence for voice."""
_SHORTEST = 3
"""Frames; a click of the mouse is shorter."""


class VoiceActivity:
    """Fed chunk by chunk; times are seconds of audio since the first."""

    def __init__(self) -> None:
        self._rest: Samples = np.empty(0, np.int16)
        self._frames = 0
        self._levels: deque[float] = deque(maxlen=round(_FLOOR_SECONDS * SAMPLE_RATE / _FRAME))
        self._run = 0
        self.started: float | None = None
        """Begin of the first voice; None when there was none yet."""
        self.ended = 0.0
        """End of the last voice so far."""

    @property
    def now(self) -> float:
        """Seconds judged so far."""
        return self._frames * _FRAME / SAMPLE_RATE

    def feed(self, chunk: Samples) -> None:
        sound = np.concatenate([self._rest, chunk])
        whole = len(sound) - len(sound) % _FRAME
        self._rest = sound[whole:]
        if not whole:
            return
        frames = sound[:whole].astype(np.float32).reshape(-1, _FRAME) / 32768
        for power in np.square(frames).mean(axis=1):
            self._judge(10 * math.log10(float(power) + 1e-12))

    def forget(self) -> None:
        """What was heard so far was no voice after all: a cough, a door."""
        self.started, self.ended, self._run = None, 0.0, 0

    def _judge(self, level: float) -> None:
        self._levels.append(level)
        self._frames += 1
        floor = max(_LOWEST_FLOOR, min(_HIGHEST_FLOOR, min(self._levels)))
        self._run = self._run + 1 if level > floor + _ABOVE_FLOOR else 0
        if self._run >= _SHORTEST:
            self.ended = self.now
            if self.started is None:
                self.started = self.now - self._run * _FRAME / SAMPLE_RATE
