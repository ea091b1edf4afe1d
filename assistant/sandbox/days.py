"""Days on which banks work, and days of a month."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


def is_business_day(day: date) -> bool:
    """Monday to Friday; the practice bank knows no public holidays."""
    return day.weekday() < 5


def following_business_day(day: date) -> date:
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def preceding_business_day(day: date) -> date:
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def business_days_after(day: date, count: int) -> date:
    for _ in range(count):
        day = following_business_day(day + timedelta(days=1))
    return day


def day_in_month(year: int, month: int, day: int) -> date:
    """That day of the month, or its last when it has no such day."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
