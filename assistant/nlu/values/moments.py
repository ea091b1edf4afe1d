"""One day, month or other unit, read from the words at a place: the building blocks of periods."""

from __future__ import annotations

from assistant.nlu.values import calendar
from assistant.nlu.values.calendar import Span
from assistant.nlu.values.days import DayReading
from assistant.nlu.values.reading import Read
from assistant.nlu.values.units import UnitReading


class Reader(DayReading, UnitReading):
    """Reads whatever period begins at a place of a text."""

    def span(self, index: int) -> Read:
        """A whole period: what `moment` reads, and what has a length of its own."""
        return self.counted(index) or self.to_date(index) or self.moment(index, bare=False)

    def moment(self, index: int, *, bare: bool = True, latest: bool = False) -> Read:
        """A day, week, month, quarter or year.

        `bare`: a day without its month counts as one, as it does behind "since". `latest`: what has
        already begun is meant, whatever the rest of the text says.
        """
        future = self.future and not latest
        begin = index
        if self.word(index) in ("in", "on", "during", "over", "at", "for"):
            bare = bare or self.word(index) == "on"
            index += 1
        return (
            self.typed_date(index)
            or self._edge(index)
            or self.day_of_month(index, future)
            or self.named_day(index)
            or self.weekday(index, future)
            or self.ago(index)
            or self.hence(index, said_in=self.word(begin) == "in")
            or self.before_last(index)
            or self.month(index, future)
            or self.quarter(index)
            or self.relative_unit(index)
            or self.season(index, future)
            or self.year(index, said_in=self.word(begin) in ("in", "during", "for", "since", "of"))
            or (self.bare_day(index, future) if bare else None)
        )

    def _edge(self, index: int) -> Read:
        """ "The first of the month", "the end of last month", "the beginning of the year"."""
        first = self.skip(index, "the")
        number = self.day_number(index)
        if number is not None:
            edge, behind = str(number[0]), number[1]
        elif self.word(first) in ("start", "beginning", "end"):
            edge, behind = self.word(first), first + 1
        else:
            return None
        if self.word(behind) != "of":
            return None
        read = self.relative_unit(behind + 1)
        if read is None and number is None:  # a day of a named month is `day_of_month`
            read = self.month(behind + 1, self.future)
        if read is None:
            if self.word(behind + 1) != "the" or self.word(behind + 2) not in calendar.UNITS:
                return None
            start, end = calendar.unit(self.word(behind + 2), self.today, 0)
            read = Span(start, end, "", self.word(behind + 2)), behind + 3
        whole, last = read
        if edge.isdigit():
            span = (
                self.dated(whole.start.year, whole.start.month, int(edge)) if whole.grain == "month" else None
            )
            return None if span is None else (span, last)
        day = whole.end if edge == "end" else whole.start
        return self.one_day(day), last

    def lacks_month(self, index: int) -> bool:
        """Whether a day stands here without its month: "the first" of "the first and the tenth of may"."""
        return self.day_of_month(index, self.future) is None and self.day_number(index) is not None

    def day_in_month_of(self, index: int, other: Span) -> Span | None:
        """The bare day here, in the month of another day."""
        number = self.day_number(index)
        return None if number is None else self.dated(other.start.year, other.start.month, number[0])
