from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.actions.periods import Period
from assistant.nlu.values.calendar import add_months

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2050, 12, 31))


def period(start: str, end: str, grain: str = "range") -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end), "then", grain)


@pytest.mark.parametrize(
    ("asked", "today", "before"),
    [
        # A month that is over is compared with the whole month before, however long that was.
        (period("2026-03-01", "2026-03-31", "month"), "2026-04-10", ("2026-02-01", "2026-02-28")),
        (period("2026-02-01", "2026-02-28", "month"), "2026-04-10", ("2026-01-01", "2026-01-31")),
        # One that is running, with the same days: its end may be given as today or as the month's.
        (period("2026-03-01", "2026-03-31", "month"), "2026-03-18", ("2026-02-01", "2026-02-18")),
        (period("2026-03-01", "2026-03-18", "month"), "2026-03-18", ("2026-02-01", "2026-02-18")),
        (period("2026-03-01", "2026-03-30", "month"), "2026-03-30", ("2026-02-01", "2026-02-28")),
        (period("2026-03-09", "2026-03-15", "week"), "2026-03-18", ("2026-03-02", "2026-03-08")),
        (period("2026-03-16", "2026-03-22", "week"), "2026-03-18", ("2026-03-09", "2026-03-11")),
        (period("2025-01-01", "2025-12-31", "year"), "2026-03-18", ("2024-01-01", "2024-12-31")),
        (period("2026-01-01", "2026-12-31", "year"), "2026-03-18", ("2025-01-01", "2025-03-18")),
        (period("2026-01-01", "2026-03-31", "quarter"), "2026-05-01", ("2025-10-01", "2025-12-31")),
        (period("2026-03-17", "2026-03-17", "day"), "2026-03-18", ("2026-03-16", "2026-03-16")),
        (period("2026-03-05", "2026-03-18"), "2026-03-18", ("2026-02-19", "2026-03-04")),
        (period("2026-03-05", "2026-04-30"), "2026-03-18", ("2026-02-19", "2026-03-04")),
    ],
)
def test_the_time_before(asked: Period, today: str, before: tuple[str, str]) -> None:
    found = asked.before(date.fromisoformat(today), "before")
    assert (found.start.isoformat(), found.end.isoformat()) == before


@given(
    DAYS, st.integers(0, 800), st.integers(0, 800), st.sampled_from(["day", "week", "month", "year", "range"])
)
def test_the_time_before_never_overlaps(start: date, days: int, offset: int, grain: str) -> None:
    asked = Period(start, start + timedelta(days=days), "", grain)
    earlier = asked.before(start + timedelta(days=offset), "")
    assert earlier.start <= earlier.end < asked.start


@given(DAYS, st.integers(-600, 600))
def test_months_are_added_without_leaving_the_month(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


def test_the_part_to_come_ends_with_the_calendar_unit() -> None:
    today = date(2026, 3, 18)
    month = period("2026-03-01", "2026-03-18", "month").ahead(today)
    assert month is not None
    assert (month.start, month.end) == (today, date(2026, 3, 31))
    assert period("2026-02-01", "2026-02-28", "month").ahead(today) is None


def test_the_part_that_happened_ends_today() -> None:
    today = date(2026, 3, 18)
    assert period("2026-03-01", "2026-03-31", "month").until(today).end == today
    assert period("2026-02-01", "2026-02-28", "month").until(today).end == date(2026, 2, 28)


def test_values_survive_the_slot() -> None:
    asked = period("2026-03-01", "2026-03-31", "month")
    assert Period.from_value(asked.to_value()) == asked


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"start": "2026-03-01"},
        {"start": "soon", "end": "later"},
        {"start": "2026-03-02", "end": "2026-03-01"},
    ],
)
def test_what_is_no_period_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Period.from_value(value)
