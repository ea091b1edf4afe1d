"""Days, weeks, months and years around a day, and how they are called in an answer."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}
UNITS = frozenset(_MONTHS) | frozenset(_DAYS)
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""Meteorological seasons of the northern half: their first months."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, both days included."""

    start: date
    end: date
    label: str
    """As it is said behind a sentence: `last month`, `on 3 March`."""
    grain: str
    """day, week, month, quarter, year or range."""
    name: str = ""
    """Without its preposition, for `since …` and `between … and …`: `3 March`."""

    def to_value(self) -> dict[str, str]:
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "label": self.label,
            "grain": self.grain,
        }


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def unit(name: str, today: date, shift: int) -> tuple[date, date]:
    """First and last day of the calendar unit `shift` units away; 0 is the one that today is in.

    Weeks begin on Monday (ISO 8601). Of weekends, 0 is the coming or running one.
    """
    if name == "weekend":
        monday = today - timedelta(days=today.weekday())
        saturday = monday + timedelta(days=5 + 7 * shift)
        return saturday, saturday + timedelta(days=1)
    if name in _DAYS:
        days = _DAYS[name]
        first = today if name == "day" else today - timedelta(days=today.weekday())
        start = first + timedelta(days=days * shift)
        return start, start + timedelta(days=days - 1)
    length = _MONTHS[name]
    first = date(today.year, (today.month - 1) // length * length + 1, 1)
    start = add_months(first, length * shift)
    return start, add_months(start, length) - timedelta(days=1)


def back(name: str, today: date, number: int) -> date:
    """The first of the last `number` days, weeks … that end today: thirty days are today and 29 before."""
    if name in _MONTHS:
        return add_months(today, -_MONTHS[name] * number) + timedelta(days=1)
    return today - timedelta(days=_DAYS[name] * number - 1)


def ahead(name: str, today: date, number: int) -> date:
    """The last of the next `number` days, weeks … from today on."""
    if name in _MONTHS:
        return add_months(today, _MONTHS[name] * number)
    return today + timedelta(days=_DAYS[name] * number)


def ago(name: str, today: date, number: int) -> date:
    """The day `number` days, weeks … before today."""
    if name in _MONTHS:
        return add_months(today, -_MONTHS[name] * number)
    return today - timedelta(days=_DAYS[name] * number)


def season(name: str, today: date, *, future: bool) -> tuple[date, date]:
    """The latest season of that name that has begun, or the next one."""
    start = date(today.year, _SEASONS[name], 1)
    if start > today and not future:
        start = add_months(start, -12)
    end = add_months(start, 3) - timedelta(days=1)
    if future and end < today:
        start, end = add_months(start, 12), add_months(start, 15) - timedelta(days=1)
    return start, end


def is_season(name: str) -> bool:
    return name in _SEASONS


def month_of(number: int, today: date, *, future: bool) -> date:
    """First day of the latest month of that number that has begun, or of the next that is not over."""
    start = date(today.year, number, 1)
    if future:
        return start if add_months(start, 1) > today else add_months(start, 12)
    return start if start <= today else add_months(start, -12)


def day_name(day: date, today: date) -> str:
    """`3 March`, with the year where it is another one."""
    return format_date(day, "d MMMM" if day.year == today.year else "d MMMM y", locale="en")


def month_name(first: date, today: date) -> str:
    """`March`, with the year where it is another one."""
    return format_date(first, "LLLL" if first.year == today.year else "LLLL y", locale="en")


def weekday_name(day: date) -> str:
    return format_date(day, "EEEE", locale="en")
