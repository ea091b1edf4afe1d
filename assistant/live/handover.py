"""Sound from the loop's thread to the thread of a turn, one chunk at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from assistant.audio.frames import Samples
from assistant.conversation import Withdrawn


class Handover:
    """Iterated once, by the turn. `put` returns when the turn has worked the chunk off: what was heard so far
    is known then, and the two threads never race."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._chunk: Samples | None = None
        self._waiting = False
        self._over = False
        self._withdrawn = False

    def put(self, chunk: Samples) -> None:
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._over)
            if self._over:
                return
            self._chunk, self._waiting = chunk, False
            self._change.notify_all()
            self._change.wait_for(lambda: self._waiting or self._over)

    def end(self, *, withdraw: bool = False) -> None:
        """No more chunks; `withdraw`: and it was no turn. May be called by the turn too, when it fails."""
        with self._change:
            self._over = True
            self._withdrawn = self._withdrawn or withdraw
            self._change.notify_all()

    def __iter__(self) -> Iterator[Samples]:
        """Raises Withdrawn."""
        while True:
            with self._change:
                self._waiting = True
                self._change.notify_all()
                self._change.wait_for(lambda: self._chunk is not None or self._over)
                chunk, self._chunk = self._chunk, None
                if chunk is None:
                    if self._withdrawn:
                        raise Withdrawn
                    return
            yield chunk
