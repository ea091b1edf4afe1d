"""On which days standing orders fall."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assistant.sandbox.schedule import Schedule


def days(schedule: Schedule, count: int) -> list[str]:
    found: list[str] = []
    day = schedule.next_from(date(2026, 1, 1))
    while day is not None and len(found) < count:
        found.append(day.isoformat())
        day = schedule.next_from(day + timedelta(days=1))
    return found


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        # 31 January is a Saturday, 28 February too, 31 May a Sunday.
        (Schedule(date(2026, 1, 31), "Monthly"), ["2026-02-02", "2026-03-02", "2026-03-31", "2026-04-30"]),
        (
            Schedule(date(2026, 1, 31), "Monthly", "preceding"),
            ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29"],
        ),
        (Schedule(date(2026, 3, 10), "Monthly", day=5), ["2026-04-06", "2026-05-05", "2026-06-05"]),
        (Schedule(date(2026, 3, 18), "Weekly"), ["2026-03-18", "2026-03-25", "2026-04-01"]),
        (Schedule(date(2026, 3, 18), "EveryTwoWeeks"), ["2026-03-18", "2026-04-01", "2026-04-15"]),
        (Schedule(date(2026, 3, 19), "Daily"), ["2026-03-19", "2026-03-20", "2026-03-23", "2026-03-24"]),
        (Schedule(date(2026, 1, 15), "EveryTwoMonths"), ["2026-01-15", "2026-03-16", "2026-05-15"]),
        (Schedule(date(2026, 1, 15), "Quarterly"), ["2026-01-15", "2026-04-15", "2026-07-15"]),
        (Schedule(date(2026, 1, 15), "SemiAnnual"), ["2026-01-15", "2026-07-15", "2027-01-15"]),
        (Schedule(date(2028, 2, 29), "Annual"), ["2028-02-29", "2029-02-28", "2030-02-28"]),
    ],
)
def test_the_days_of_a_standing_order(schedule: Schedule, expected: list[str]) -> None:
    assert days(schedule, len(expected)) == expected


def test_a_standing_order_ends() -> None:
    ending = Schedule(date(2026, 3, 2), "Weekly", until=date(2026, 3, 16))
    assert days(ending, 99) == ["2026-03-02", "2026-03-09", "2026-03-16"]
