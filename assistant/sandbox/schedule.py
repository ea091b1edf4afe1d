"""On which days a standing order is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from assistant.sandbox.days import day_in_month, following_business_day, preceding_business_day

_DAYS = {"Daily": 1, "Weekly": 7, "EveryTwoWeeks": 14}
_MONTHS = {"Monthly": 1, "EveryTwoMonths": 2, "Quarterly": 3, "SemiAnnual": 6, "Annual": 12}
FREQUENCIES = frozenset({*_DAYS, *_MONTHS})
"""XS2A `frequency`."""
FOLLOWING, PRECEDING = "following", "preceding"
"""XS2A `executionRule`: where a weekend moves it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    start: date
    frequency: str
    rule: str = FOLLOWING
    day: int | None = None
    """Of the month; 31 is its last. Without it, the day of `start`."""
    until: date | None = None

    def next_from(self, day: date) -> date | None:
        """The first execution on that day or later, None when there is none any more.

        Occurrences that a weekend moves to the same day are one execution.
        """
        for due in self._nominal():
            if self.until is not None and due > self.until:
                return None
            moved = preceding_business_day(due) if self.rule == PRECEDING else following_business_day(due)
            if moved >= day and due >= self.start:
                return moved
        return None

    def _nominal(self) -> Iterator[date]:
        if self.frequency in _DAYS:
            for turn in count():
                yield self.start + timedelta(days=turn * _DAYS[self.frequency])
        first = self.start.year * 12 + self.start.month - 1
        for turn in count():
            year, month = divmod(first + turn * _MONTHS[self.frequency], 12)
            yield day_in_month(year, month + 1, self.day or self.start.day)
