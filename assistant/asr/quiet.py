"""Quiet around speech: enough for the recogniser, and no long stretches with nothing at all to hear."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

import numpy as np

from assistant.audio.frames import Samples
from assistant.audio.level import loudness
from assistant.settings import SAMPLE_RATE

_PEAK = 16
"""int16 steps (−66 dBFS). A sentence whose loudest sample is below some 150 is not understood any more
(tried with our model), so what never rises above a tenth of that holds no speech that could be lost."""

_LISTEN_ON = 6.0
"""Seconds of quiet that are still decoded: longer than the longest wait of Vosk's endpoint rules (5 s), so
that a sentence always ends as it would have."""

_LEAD = 0.5
"""Seconds before a sound that are decoded with it, the beginning of its first consonant included."""

_MARGIN = np.zeros(SAMPLE_RATE // 10, np.int16)
"""Put where sound begins or ends with no pause. A word that is cut so sharply is often not heard at all: of
180 digits in held-out synthetic voices 160 were right, with this 177 (as over a telephone, nothing but digits
expected); with twice as much 174."""
_EDGE = SAMPLE_RATE * 3 // 100
_LOUD = -56.33
"""dBFS of so many samples at an edge that is no pause. With -44 it was 171."""


class QuietGate:
    """Passes chunks on bit by bit, but drops the middle of long digital silence.

    Sound between pauses, and without such silence, is not touched, so its transcript is exactly that of the
    bare recogniser.
    """

    def __init__(self, *, margins: bool) -> None:
        """`margins`: where there is no pause before or after the sound, some quiet is put there."""
        self._margins = margins
        self._added = 0
        self._last = np.empty(0, np.int16)
        self._quiet = 0.0
        self._held: deque[Samples] = deque()
        self._held_samples = 0
        self._passed = 0
        self._dropped = 0
        self._gaps_at: list[float] = []
        self._gaps: list[float] = []

    def pass_on(self, chunk: Samples) -> Iterator[Samples]:
        """What is to be decoded now: nothing, this chunk, or some that were held back and this chunk."""
        if not len(chunk):
            return
        if not self._passed and self._lacks_pause(chunk[:_EDGE]):
            yield self._margin()
            self._gaps_at.append(0.0)
            self._gaps.append(-self._added / SAMPLE_RATE)
        self._last = chunk[-_EDGE:]
        if int(chunk.max()) < _PEAK and int(chunk.min()) > -_PEAK:
            self._quiet += len(chunk) / SAMPLE_RATE
            if self._quiet > _LISTEN_ON:
                self._hold(chunk)
                return
        else:
            self._quiet = 0.0
            if self._held:
                yield from self._release()
        self._passed += len(chunk)
        yield chunk

    def end(self) -> Iterator[Samples]:
        """What is to be decoded after the last chunk."""
        if self._lacks_pause(self._last):
            yield self._margin()

    @property
    def seconds(self) -> float:
        """Length of all audio that came in."""
        return (self._passed + self._dropped + self._held_samples) / SAMPLE_RATE

    def real_time(self, decoded: float) -> float:
        """Seconds in the whole audio for seconds in what was passed on."""
        place = bisect_right(self._gaps_at, decoded)
        real = decoded + (self._gaps[place - 1] if place else 0.0)
        return round(min(max(0.0, real), self.seconds), 3)

    def _lacks_pause(self, edge: Samples) -> bool:
        return self._margins and loudness(edge) >= _LOUD

    def _margin(self) -> Samples:
        self._added += len(_MARGIN)
        return _MARGIN

    def _hold(self, chunk: Samples) -> None:
        self._held.append(chunk)
        self._held_samples += len(chunk)
        while self._held_samples - len(self._held[0]) >= _LEAD * SAMPLE_RATE:
            dropped = len(self._held.popleft())
            self._held_samples -= dropped
            self._dropped += dropped

    def _release(self) -> Iterator[Samples]:
        self._gaps_at.append((self._passed + self._added) / SAMPLE_RATE)
        self._gaps.append((self._dropped - self._added) / SAMPLE_RATE)
        while self._held:
            chunk = self._held.popleft()
            self._held_samples -= len(chunk)
            self._passed += len(chunk)
            yield chunk
