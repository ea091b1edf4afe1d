"""Native recognisers that go on to the next utterance, because they have searched before.

Vosk composes the graph of sounds and words while it searches, and each of its recognisers for itself. One
that goes on finds again what it has composed: a quarter less work for commands. It hears the same words;
where two readings of unclear speech are all but equally likely, it may prefer the other one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LONGEST = 60.0
"""Seconds of sound after which one has composed so much (some 25 MB for commands) that a new one takes its
place. Commands in 30 s spare a fifth of the work, in 60 s a quarter, in 120 s three tenths."""


@dataclass
class Native:
    """A `vosk.KaldiRecognizer` for free speech; its clock goes on from utterance to utterance."""

    recogniser: Any
    heard: float = 0.0
    """Seconds, up to the utterance that it hears now."""


class Warm:
    """May be used from several threads: who takes one has it alone.

    One that did not come to the end of its utterance is not given back.
    """

    def __init__(self, make: Callable[[], Any], kept: int) -> None:
        """`kept`: how many wait for the next utterance; those who listen at the same time may be more."""
        self._make = make
        self._kept = kept
        self._lock = threading.Lock()
        self._waiting: list[Native] = []

    def take(self) -> Native:
        with self._lock:
            if self._waiting:
                return self._waiting.pop()
        return Native(self._make())

    def give_back(self, native: Native, seconds: float) -> None:
        """After its final result; `seconds`: of the utterance, as it was handed over."""
        native.heard += seconds
        with self._lock:
            if len(self._waiting) < self._kept and native.heard < _LONGEST:
                self._waiting.append(native)

    def clear(self) -> None:
        """Forget what was searched: what is heard next does not hang on it."""
        with self._lock:
            self._waiting.clear()
