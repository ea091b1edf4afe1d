"""Who decodes next, where more people speak than there are processors."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.cores import cores


class Turnstile:
    """Lets a number of threads in at a time. Who is in a hurry goes before everybody who is not.

    Words that somebody is still saying may be late: nobody misses them before the last one is said. Once it
    is, each moment counts.
    """

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._hurrying: deque[threading.Lock] = deque()
        self._others: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        with self._lock:
            return len(self._hurrying) + len(self._others)

    @contextmanager
    def passed(self, *, hurry: bool) -> Iterator[None]:
        """Inside, one of the places is one's own."""
        self._enter(hurry)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, hurry: bool) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate = threading.Lock()
            gate.acquire()
            line = self._hurrying if hurry else self._others
            line.append(gate)
        try:
            gate.acquire()  # until whoever leaves hands the place on
        except BaseException:  # Ctrl-C
            with self._lock:
                given = gate not in line
                if not given:
                    line.remove(gate)
            if given:
                self._leave()
            raise

    def _leave(self) -> None:
        with self._lock:
            waiting = self._hurrying or self._others
            if waiting:
                waiting.popleft().release()
            else:
                self._free += 1


DECODING = Turnstile(cores())
"""What every recogniser of the process decodes behind. With dozens who speak at once, more threads than
cores would only take turns, and who has heard all and answers would wait behind them: 36 satellites on two
cores had their answer after 1.7 s instead of 0.6 (p95, measured with recognisers that go on from one
utterance to the next)."""
