"""What day it is for the practice bank: today's date, or the one it was told."""

from __future__ import annotations

from datetime import date, datetime, timezone


def read_day(text: str) -> date:
    """The date that YYYY-MM-DD names, and no other way to write one (`date.fromisoformat` takes more
    from Python 3.11 on). Raises ValueError."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(f"not YYYY-MM-DD: {text!r}")
    return day


class Clock:
    """Dates decide what is booked, pending or expired; the time of day only ages codes."""

    def __init__(self, today: date | None = None):
        self._fixed = today

    def today(self) -> date:
        return self._fixed or self.now().date()

    def now(self) -> datetime:
        """Local wall time with its zone; on a fixed day, that day at the present time of day."""
        now = datetime.now(timezone.utc).astimezone()
        if self._fixed is None:
            return now
        return datetime.combine(self._fixed, now.time(), now.tzinfo)
