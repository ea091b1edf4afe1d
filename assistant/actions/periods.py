"""Spans of days: what was asked for, and what came before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.nlu.values.calendar import UNITS, add_months, unit

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both days included."""

    start: date
    end: date
    label: str
    """As it is said behind a sentence: `last month`."""
    grain: str = "range"
    """day, week, month, quarter, year or range."""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period ends before it starts")

    @classmethod
    def from_value(cls, value: Mapping[str, object]) -> Period:
        """Read the value of a `period` entity. Raises ValueError when it is none."""
        return cls(
            start=date.fromisoformat(str(value.get("start"))),
            end=date.fromisoformat(str(value.get("end"))),
            label=str(value.get("label") or ""),
            grain=str(value.get("grain") or "range"),
        )

    def to_value(self) -> dict[str, str]:
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "label": self.label,
            "grain": self.grain,
        }

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def is_running(self, today: date) -> bool:
        """Started and, as far as the calendar goes, not over: `this month` on any day but its last."""
        return self.start <= today < self._calendar_end()

    def until(self, today: date) -> Period:
        """The part that has happened: banks refuse dates in the future."""
        if self.end <= today:
            return self
        return Period(self.start, max(self.start, today), self.label, self.grain)

    def ahead(self, today: date) -> Period | None:
        """The part from today on, to the end of the calendar unit; None when all of it is over."""
        end = self._calendar_end()
        return Period(max(self.start, today), end, self.label, self.grain) if end >= today else None

    def before(self, today: date, label: str) -> Period:
        """The span to compare with: the unit before, cut to as many days while this one is running.

        A range is compared with as many days before it. A month that is not over is compared with
        the same days of the month before: anything else would always look like less.
        """
        months = self._months()
        done = self.until(today)
        if months is None and self.grain == "week":
            week = timedelta(days=7)
            return Period(
                self.start - week, min(done.end, self.start + timedelta(days=6)) - week, label, "week"
            )
        if months is None:
            return Period(
                self.start - timedelta(days=done.days), self.start - timedelta(days=1), label, self.grain
            )
        start = add_months(self.start, -months)
        last = self.start - timedelta(days=1)
        if self.is_running(today):
            last = min(last, start + (done.end - self.start))
        return Period(start, last, label, self.grain)

    def _months(self) -> int | None:
        """Length in months when this is a calendar unit from its first day on."""
        return _MONTHS.get(self.grain) if self.start.day == 1 else None

    def _calendar_end(self) -> date:
        months = self._months()
        if months is not None:
            return max(self.end, add_months(self.start, months) - timedelta(days=1))
        if self.grain == "week":
            return max(self.end, self.start + timedelta(days=6))
        return self.end


def unit_before(last: date, said: Period) -> Period:
    """ "The month before", seen from the first day of what was talked about last."""
    if said.grain not in UNITS:
        return Period(last - timedelta(days=said.days), last - timedelta(days=1), said.label, said.grain)
    start, end = unit(said.grain, last, -1)
    return Period(start, end, said.label, said.grain)
