"""Days, read from the words at a place: "the third of march", "last friday", "two weeks ago"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from babel.dates import get_day_names

from assistant.nlu.values import calendar
from assistant.nlu.values.calendar import Span
from assistant.nlu.values.reading import BEFORE_SHORT, HEADS, LAST, PLURALS, Read, Reading

_DAYS = {name.lower(): number for number, name in get_day_names("wide", locale="en").items()}
_SHORT_DAYS = {name.lower(): number for number, name in get_day_names("abbreviated", locale="en").items()}
_TODAY = frozenset({"today", "tonight"})
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "night"})


class DayReading(Reading):
    """Each method reads one way of naming a day, or returns None."""

    def typed_date(self, index: int) -> Read:
        if index >= len(self.words) or self.words[index].start not in self.typed:
            return None
        end, span = self.typed[self.words[index].start]
        last = index
        while last < len(self.words) and self.words[last].start < end:
            last += 1
        return span, last

    def day_of_month(self, index: int, future: bool) -> Read:
        """ "The third of march 2025", "3 march", "march the third"."""
        number = self.day_number(index)
        if number is not None:
            day, behind = number
            behind = self.skip(behind, "of")
            month = self.month_number(behind, beside_day=True)
            if month is not None:
                return self._dated(day, month, behind + 1, future)
        month = self.month_number(index, beside_day=True)
        if month is None:
            return None
        number = self.day_number(index + 1)
        if number is None or self.year_at(index + 1) is not None:
            return None
        if self.word(number[1]) in calendar.UNITS or self.word(number[1]) in PLURALS:
            return None
        return self._dated(number[0], month, number[1], future)

    def _dated(self, day: int, month: int, behind: int, future: bool) -> Read:
        year = self.year_at(behind)
        if year is not None:
            span = self.dated(year[0], month, day)
            return None if span is None else (span, year[1])
        for candidate in self._years(future):
            span = self.dated(candidate, month, day)
            if span is not None and (span.start >= self.today if future else span.start <= self.today):
                return span, behind
        return None

    def _years(self, future: bool) -> Sequence[int]:
        this = self.today.year
        return range(this, this + 9) if future else range(this, this - 9, -1)

    def bare_day(self, index: int, future: bool) -> Read:
        """ "The seventh": of this month or the one before, or the next to come."""
        number = self.day_number(index)
        if number is None or self.word(number[1]) in ("one", "ones", "time"):
            return None
        first = self.today.replace(day=1)
        for shift in range(3):
            month = calendar.add_months(first, shift if future else -shift)
            span = self.dated(month.year, month.month, number[0])
            if span is not None and (span.start >= self.today if future else span.start <= self.today):
                return span, number[1]
        return None

    def named_day(self, index: int) -> Read:
        word = self.word(index)
        if word == "the" and self.word(index + 1) == "day" and self.word(index + 2) in ("before", "after"):
            other = self.word(index + 3)
            if self.word(index + 2) == "before" and other == "yesterday":
                return self.called(self.today - timedelta(days=2), "the day before yesterday"), index + 4
            if self.word(index + 2) == "after" and other == "tomorrow":
                return self.called(self.today + timedelta(days=2), "the day after tomorrow"), index + 4
        if word in _TODAY:
            return self.called(self.today, "today"), index + 1
        if word == "yesterday":
            last = index + 2 if self.word(index + 1) in _PARTS_OF_DAY else index + 1
            return self.called(self.today - timedelta(days=1), "yesterday"), last
        if word == "tomorrow":
            return self.called(self.today + timedelta(days=1), "tomorrow"), index + 1
        if word in ("this", "last") and self.word(index + 1) in _PARTS_OF_DAY:
            day = self.today - timedelta(days=word == "last")
            return self.called(day, "yesterday" if word == "last" else "today"), index + 2
        return None

    def weekday(self, index: int, future: bool) -> Read:
        head = self.word(index) if self.word(index) in HEADS else ""
        place = index + 1 if head else index
        number = _DAYS.get(self.word(place))
        if number is None and self.word(place - 1) in BEFORE_SHORT | HEADS:
            number = _SHORT_DAYS.get(self.word(place))
        if number is None:
            return None
        back = (self.today.weekday() - number) % 7
        if head == "next" or (future and head not in LAST):
            day = self.today + timedelta(days=(-back) % 7 or (7 if head else 0))
        else:
            day = self.today - timedelta(days=back or (7 if head in LAST else 0))
        name = calendar.weekday_name(day)
        return Span(day, day, f"on {name}, {calendar.day_name(day, self.today)}", "day", name), place + 1

    def ago(self, index: int) -> Read:
        """ "Two weeks ago", "a month ago"."""
        length = self._length(index)
        if length is None or self.word(length[2]) != "ago":
            return None
        number, name, behind = length
        return self.one_day(calendar.ago(name, self.today, number)), behind + 1

    def hence(self, index: int, *, said_in: bool) -> Read:
        """ "Two weeks from now", and where things to come are talked about "in two days"."""
        length = self._length(index)
        if length is None:
            return None
        number, name, behind = length
        if self.word(behind) == "from" and self.word(behind + 1) in ("now", "today"):
            behind += 2
        elif not (said_in and self.future):
            return None
        return self.one_day(calendar.ahead(name, self.today, number)), behind

    def _length(self, index: int) -> tuple[int, str, int] | None:
        """How many of which unit, and the place behind: "two weeks", "a month"."""
        number = self.number(index)
        if number is None and self.word(index) in ("a", "an", "one"):
            amount, place = 1, index + 1
        elif number is not None and not number.ordinal and not number.decimals and number.value < 1000:
            amount, place = int(number.value), number.last
        else:
            return None
        name = PLURALS.get(self.word(place), self.word(place))
        return (amount, name, place + 1) if name in calendar.UNITS else None
