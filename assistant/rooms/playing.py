"""What a device is playing of ours: known from what was sent to it, and from what it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Playing:
    """May be used from several threads. What tells nothing is taken to play at once, and in real time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0
        self._pieces: list[tuple[float, str]] = []
        self._reply = ""
        self._whole = False

    def replied(self, said: str) -> None:
        """There is a reply; whether it is sent too is told by `sent_all`."""
        with self._lock:
            self._reply = said
            self._whole = not said

    def sent(self, seconds: float, text: str) -> None:
        with self._lock:
            if self._clock() >= self._until:
                self._pieces.clear()
            self._until = max(self._clock(), self._until) + seconds
            self._pieces.append((self._until, text))

    def sent_all(self, text: str) -> None:
        """All of a text was sent; it may be the reply."""
        with self._lock:
            self._whole = self._whole or text == self._reply

    def cut(self) -> str:
        """It is silenced; the answer is what was not said to its end."""
        with self._lock:
            now = self._clock()
            if now >= self._until:
                return ""
            unheard = " ".join(text for end, text in self._pieces if end > now)
            self._whole, self._until = False, now
            self._pieces.clear()
            return unheard

    def is_whole(self, reply: str) -> bool:
        """Whether this reply was sent to its end, to be played; of one that another server gave that is not
        known."""
        with self._lock:
            return self._whole and self._reply == reply

    def played(self) -> None:
        """The device says that it is through."""
        with self._lock:
            self._until = min(self._until, self._clock())

    def sounds(self) -> bool:
        return self.sounded_at(self._clock())

    def sounded_at(self, moment: float) -> bool:
        """Whether our voice was in the air then."""
        with self._lock:
            return moment < self._until
