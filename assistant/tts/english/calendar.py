"""Dates and times of day: "the third of March twenty twenty-six", with the part of the day after a time."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from babel.dates import get_month_names

from assistant.tts.english.numbers import cardinal, ordinal, year

_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?:(T)(?=\d\d:\d\d)|(?![\d-]))")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?![\d/-]|\.\d)")
_CLOCK = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?![\d:])"
    r"(?: ?([ap])\.?m(?:\b\.?|(?=\W)))?(?:Z\b)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?<![\w.,:])(1[0-2]|[1-9]) ?([ap])\.?m(?:\.(?= \w)|\b)(?!\w)", re.IGNORECASE)


@cache
def _months() -> dict[str, int]:
    """Name in lower case, long or short → 1 to 12."""
    known = {"sept": 9}
    for width in ("wide", "abbreviated"):
        known |= {name.lower(): number for number, name in get_month_names(width, locale="en").items()}
    return known


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = sorted((name.capitalize() for name in _months()), key=len, reverse=True)
    month = rf"({'|'.join(names)})\b\.?"
    day = r"(?<![\w.,:/])(?:the )?(\d{1,2})(?:st|nd|rd|th)?"
    years = r"(?:,? (\d{4})(?![\d/-]|[.,]\d))?"
    dash = r"(?: ?[-–] ?| to )"
    return (
        # 1–7 March 2026
        re.compile(rf"{day}{dash}(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {month}{years}"),
        # 3 March 2026
        re.compile(rf"{day}(?: of)? {month}{years}"),
        # March 2026
        re.compile(rf"\b{month},? (\d{{4}})(?![\d/-]|[.,]\d)"),
        # March 3, 2026
        re.compile(rf"\b{month} (\d{{1,2}})(?:st|nd|rd|th)?(?![\d:/%]|[.,]\d){years}"),
        # 28 Feb – 3 Mar; a dash between two dates is a span of time
        re.compile(rf"({month}(?: \d{{4}})?) – (?=\d{{1,2}} {month})"),
    )


def speak_dates(text: str) -> str:
    """Replace dates and times of day in `text`; what looks like one and is none stays as it is."""
    days, day_month, month_year, month_day, span = _patterns()
    text = _ISO.sub(lambda m: _say_numeric(m, m[1], m[2], m[3]) + (" at " if m[4] else ""), text)
    text = _NUMERIC.sub(lambda m: _say_numeric(m, m[4], m[3], m[1]), text)
    text = span.sub(r"\1 to ", text)
    text = days.sub(_say_days, text)
    text = day_month.sub(lambda m: _say(m, m[1], m[2], m[3]), text)
    text = month_day.sub(lambda m: _say(m, m[2], m[1], m[3]), text)
    text = month_year.sub(lambda m: f"{_name(_months()[m[1].lower()])} {year(int(m[2]))}", text)
    text = _CLOCK.sub(lambda m: _say_time(int(m[1]), int(m[2]), m[3]), text)
    return _HOUR.sub(lambda m: _say_time(int(m[1]), 0, m[2]), text)


def day_in_words(day: date) -> str:
    return f"{_day_of_month(day.day, day.month)} {year(day.year)}"


def _name(month: int) -> str:
    return str(get_month_names("wide", locale="en")[month])


def _day_of_month(day: int, month: int) -> str:
    return f"the {ordinal(day)} of {_name(month)}"


def _say(match: re.Match[str], day: str, month: str, years: str | None) -> str:
    if not 1 <= int(day) <= 31:
        return match[0]
    words = _day_of_month(int(day), _months()[month.lower()])
    return f"{words} {year(int(years))}" if years else words


def _say_days(match: re.Match[str]) -> str:
    if not 1 <= int(match[1]) <= 31:
        return match[0]
    return f"the {ordinal(int(match[1]))} to {_say(match, match[2], match[3], match[4])}"


def _say_numeric(match: re.Match[str], years: str, month: str, day: str) -> str:
    """Day first, as in Europe; month first only where nothing else can be meant."""
    full = int(years) + (2000 if len(years) == 2 else 0)
    for candidate in ((int(month), int(day)), (int(day), int(month))):
        try:
            return day_in_words(date(full, *candidate))
        except ValueError:
            continue
    return match[0]


def _say_time(hour: int, minute: int, half: str | None) -> str:
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    if hour < 12:
        part = "in the morning" if hour >= 5 else "at night"
    else:
        part = "in the afternoon" if hour < 18 else "in the evening" if hour < 22 else "at night"
    clock = cardinal(hour % 12 or 12)
    if minute == 0:
        return f"{clock} o'clock {part}"
    return f"{clock} {'oh ' if minute < 10 else ''}{cardinal(minute)} {part}"
