"""What names of periods in scenarios mean on a given day; written apart from what reads them from speech."""

from __future__ import annotations

from datetime import date, timedelta

_DAY = timedelta(days=1)
_MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]


def period(name: str, today: date) -> tuple[date, date]:
    """First and last day, both included; the last may lie after today where the period is still running.

    Weeks begin on Monday; a month named alone is the latest one that has begun. `since_january` ends today.
    Raises KeyError for a name that no command uses.
    """
    monday = today - today.weekday() * _DAY
    if name in _MONTHS:
        number = _MONTHS.index(name) + 1
        first = date(today.year - (number > today.month), number, 1)
        return first, _month_end(first)
    if name.startswith("since_"):
        return period(name.removeprefix("since_"), today)[0], today
    this_month = today.replace(day=1)
    last_month = (this_month - _DAY).replace(day=1)
    before_last = (last_month - _DAY).replace(day=1)
    return {
        "yesterday": (today - _DAY, today - _DAY),
        "this_week": (monday, monday + 6 * _DAY),
        "last_week": (monday - 7 * _DAY, monday - _DAY),
        "this_month": (this_month, _month_end(this_month)),
        "last_month": (last_month, this_month - _DAY),
        "month_before_last": (before_last, last_month - _DAY),
        "this_year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[name]


def same_period(said: tuple[date, date], name: str, today: date) -> bool:
    """Whether `said` is the period `name`: one that is still running may as well end today."""
    first, last = period(name, today)
    return said[0] == first and said[1] in {last, min(last, today)}


def _month_end(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1) - _DAY
