"""How long to wait after wrong answers: pure arithmetic on moments, so that no clock can be argued with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

SPOKEN_TRIES = 3
"""Wrong answers in a row after which only the whole passcode counts, typed: a guesser of two digits has
three chances in a hundred."""
WAITS = (0.0, 0.0, 30.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0)
"""Seconds after so many wrong answers in a row; the last one repeats."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time that a changed clock cannot move while the machine runs."""

    wall: datetime
    """With its zone."""
    boot: str
    """Tells one start of the machine from another."""
    uptime: float
    """Seconds since that start, sleep included."""

    def since(self, earlier: Moment) -> float:
        """Seconds that have passed for certain. Across a restart of the machine the clock must be believed;
        one that was set back then says that no time has passed."""
        if self.boot == earlier.boot:
            return max(0.0, self.uptime - earlier.uptime)
        return max(0.0, (self.wall - earlier.wall).total_seconds())

    def to_json(self) -> list[Any]:
        return [self.wall.isoformat(), self.boot, self.uptime]

    @classmethod
    def from_json(cls, facts: list[Any]) -> Moment:
        return cls(datetime.fromisoformat(facts[0]), facts[1], facts[2])


Clock = Callable[[], Moment]


@lru_cache(maxsize=1)
def _boot() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return uuid4().hex  # elsewhere each process counts for itself, and the clock in between


def now() -> Moment:
    """Of this machine."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Moment(datetime.now(timezone.utc), _boot(), time.clock_gettime(clock))


@dataclass(frozen=True, slots=True)
class Tries:
    """Answers in a row that were not right, the one that is being judged included."""

    wrong: int = 0
    last: Moment | None = None

    def another(self, moment: Moment) -> Tries:
        """Counted before it is judged: whoever ends the program meanwhile has used it up."""
        return Tries(self.wrong + 1, moment)

    def wait(self, moment: Moment) -> float:
        """Seconds until the next answer is looked at; 0 for none."""
        if self.last is None:
            return 0.0
        return max(0.0, WAITS[min(self.wrong, len(WAITS) - 1)] - moment.since(self.last))

    @property
    def typed_only(self) -> bool:
        """Locked out by voice."""
        return self.wrong >= SPOKEN_TRIES

    def to_json(self) -> list[Any]:
        return [self.wrong, self.last.to_json() if self.last else None]

    @classmethod
    def from_json(cls, facts: list[Any]) -> Tries:
        return cls(facts[0], Moment.from_json(facts[1]) if facts[1] else None)
