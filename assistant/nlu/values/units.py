"""Weeks, months, quarters, years and spans of them, read from the words at a place."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.nlu.values import calendar
from assistant.nlu.values.calendar import Span
from assistant.nlu.values.reading import BEFORE_SHORT, HEADS, LAST, PLURALS, Read, Reading

_QUARTERS = {"q1": 1, "q2": 2, "q3": 3, "q4": 4}


class UnitReading(Reading):
    """Each method reads one way of naming a span of days, or returns None."""

    def before_last(self, index: int) -> Read:
        """ "The month before last", "the week before".

        A bare "the month before" is relative to the last answer, which is not known here; it is read
        as the unit before the last one and marked by its label.
        """
        place = self.skip(index, "the")
        name = self.word(place)
        if name not in calendar.UNITS or self.word(place + 1) != "before":
            return None
        start, end = calendar.unit(name, self.today, -2)
        last = place + 3 if self.word(place + 2) in ("last", "that") else place + 2
        if self.word(place + 2) in ("yesterday",):
            return None
        label = f"the {name} before last" if self.word(place + 2) == "last" else f"the {name} before"
        return Span(start, end, label, _grain(name), label), last

    def relative_unit(self, index: int) -> Read:
        """ "Last month", "this year", "the weekend"."""
        place = self.skip(index, "the")
        head = self.word(place)
        name = self.word(place + 1)
        if head == "weekend" and place > index:
            head, name, place = "the", "weekend", place - 1
        if name not in calendar.UNITS or head not in HEADS | {"the"}:
            return None
        if head == "the" and name != "weekend":
            return None
        shift = -1 if head in LAST else 1 if head in ("next", "following") else 0
        weekend_runs = self.today.weekday() >= 5
        if name == "weekend" and shift == 0 and not weekend_runs and not self.future and head != "coming":
            shift = -1
        if name == "weekend" and shift == 1 and not weekend_runs:
            shift = 0
        start, end = calendar.unit(name, self.today, shift)
        said = "last" if shift == -1 and head in LAST else "next" if head in ("next", "following") else "this"
        if name == "weekend" and head == "the":
            said = "at the"
        label = f"{said} {name}"
        return Span(start, end, label, _grain(name), label.removeprefix("at ")), place + 2

    def month(self, index: int, future: bool) -> Read:
        head = self.word(index)
        place = index + 1 if head in HEADS and self.month_number(index + 1) is not None else index
        number = self.month_number(place)
        if number is None:
            return None
        year = self.year_at(place + 1)
        if year is not None:
            start = date(year[0], number, 1)
        else:
            start = calendar.month_of(number, self.today, future=future or head == "next")
            if head in LAST and start.month == self.today.month and start.year == self.today.year:
                start = calendar.add_months(start, -12)
        end = calendar.add_months(start, 1) - timedelta(days=1)
        name = calendar.month_name(start, self.today)
        return Span(start, end, f"in {name}", "month", name), year[1] if year else place + 1

    def quarter(self, index: int) -> Read:
        place = self.skip(index, "the")
        if self.word(place) in _QUARTERS:
            number, last = _QUARTERS[self.word(place)], place + 1
        else:
            figure = self.number(place)
            if figure is None and self.word(place) == "q":
                figure = self.number(place + 1)
            elif figure is None or not figure.ordinal or self.word(figure.last) != "quarter":
                return None
            if figure is None or not 1 <= figure.value <= 4:
                return None
            number = int(figure.value)
            last = figure.last + 1 if figure.ordinal else figure.last
        year = self.year_at(self.skip(last, "of"))
        start = date(year[0] if year else self.today.year, 3 * number - 2, 1)
        if year is None and start > self.today and not self.future:
            start = calendar.add_months(start, -12)
        end = calendar.add_months(start, 3) - timedelta(days=1)
        ordinal = ("first", "second", "third", "fourth")[number - 1]
        name = f"the {ordinal} quarter" + ("" if start.year == self.today.year else f" of {start.year}")
        return Span(start, end, f"in {name}", "quarter", name), year[1] if year else last

    def season(self, index: int, future: bool) -> Read:
        place = self.skip(index, "the")
        head = self.word(place) if self.word(place) in HEADS else ""
        place = place + 1 if head else place
        name = self.word(place)
        if not calendar.is_season(name) or (
            not head and self.word(index - 1) not in ("in", "since", "during")
        ):
            return None
        start, end = calendar.season(name, self.today, future=future or head == "next")
        if head in LAST and end >= self.today:
            start, end = calendar.add_months(start, -12), calendar.add_months(start, -9) - timedelta(days=1)
        label = f"{head} {name}" if head in ("last", "this", "next") else f"in the {name} of {start.year}"
        return Span(start, end, label, "range", label.removeprefix("in ")), place + 1

    def year(self, index: int, *, said_in: bool) -> Read:
        year = self.year_at(index)
        if year is None or not (said_in or self.word(index - 1) in BEFORE_SHORT or index == 0):
            return None
        start = date(year[0], 1, 1)
        return Span(start, date(year[0], 12, 31), f"in {year[0]}", "year", str(year[0])), year[1]

    def counted(self, index: int) -> Read:
        """ "The last two weeks", "past 30 days", "next ten days"."""
        place = self.skip(self.skip(self.skip(index, "in", "over", "for", "during", "within"), "the"), "my")
        head = self.word(place)
        if head not in LAST | {"next", "coming", "following"}:
            return None
        place = self.skip(place + 1, "a")
        figure = self.number(place)
        if figure is None or figure.ordinal or figure.decimals or not 1 <= figure.value < 1000:
            return None
        unit_place = self.skip(figure.last, "of")
        name = PLURALS.get(self.word(unit_place), self.word(unit_place))
        if name not in calendar.UNITS or name == "weekend":
            return None
        number = int(figure.value)
        said = f"{number} {name}" + ("" if number == 1 else "s")
        if head in LAST:
            start, end = calendar.back(name, self.today, number), self.today
            return Span(start, end, f"in the last {said}", "range", f"the last {said}"), unit_place + 1
        end = calendar.ahead(name, self.today, number)
        return Span(self.today, end, f"in the next {said}", "range", f"the next {said}"), unit_place + 1

    def to_date(self, index: int) -> Read:
        """ "Year to date", "the rest of the month"."""
        place = self.skip(index, "the")
        if (
            self.word(place) in ("month", "year")
            and self.word(place + 1) == "to"
            and self.word(place + 2) == "date"
        ):
            start, _ = calendar.unit(self.word(place), self.today, 0)
            label = f"this {self.word(place)}"
            return Span(start, self.today, label, self.word(place), label), place + 3
        if self.word(place) == "rest" and self.word(place + 1) == "of":
            name_place = self.skip(place + 2, "the", "this")
            name = self.word(name_place)
            if name in calendar.UNITS and name != "day":
                _, end = calendar.unit(name, self.today, 0)
                label = f"in the rest of the {name}"
                return Span(self.today, end, label, "range", label.removeprefix("in ")), name_place + 1
        return None


def _grain(name: str) -> str:
    """Of the contract's grains; a weekend and a fortnight are ranges."""
    return name if name in ("day", "week", "month", "quarter", "year") else "range"
