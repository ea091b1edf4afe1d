"""What banks said a moment ago, so that a conversation does not ask for the same thing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any


class Recent:
    """Values by key, each for as long as whoever reads it allows. May be used from several threads."""

    def __init__(self, monotonic: Callable[[], float], shared: Path | None = None):
        """`shared`: a file by whose time several processes tell each other to forget everything."""
        self._monotonic = monotonic
        self._shared = shared
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        self._cleared = self._last_cleared()

    def get(self, key: Hashable, seconds: float) -> Any | None:
        """The value if it was put there in the last `seconds`."""
        with self._lock:
            if self._shared is not None and self._cleared != (cleared := self._last_cleared()):
                self._kept.clear()
                self._cleared = cleared
            kept = self._kept.get(key)
        return kept[1] if kept is not None and self._monotonic() - kept[0] < seconds else None

    def put(self, key: Hashable, value: Any) -> None:
        with self._lock:
            self._kept[key] = (self._monotonic(), value)

    def drop_older(self, seconds: float) -> None:
        """Free what nobody reads any more."""
        with self._lock:
            oldest = self._monotonic() - seconds
            self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > oldest}

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            if self._shared is not None:
                with suppress(OSError):  # the others remember for some seconds more
                    self._shared.touch(mode=0o600)
                self._cleared = self._last_cleared()

    def _last_cleared(self) -> int:
        """Nanoseconds; 0 while nobody has."""
        try:
            return self._shared.stat().st_mtime_ns if self._shared is not None else 0
        except OSError:
            return 0
