"""One day, month or other unit, read from the words at a place: the building blocks of periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from babel.dates import get_day_names, get_month_names

from assistant.nlu.values import calendar
from assistant.nlu.values.calendar import Span
from assistant.nlu.values.words import Number, Word, at, numbers

_MONTHS = {name.lower(): number for number, name in get_month_names("wide", locale="en").items()}
_SHORT_MONTHS = {
    name.lower().rstrip("."): number for number, name in get_month_names("abbreviated", locale="en").items()
} | {"sept": 9}
_DAYS = {name.lower(): number for number, name in get_day_names("wide", locale="en").items()}
_SHORT_DAYS = {name.lower(): number for number, name in get_day_names("abbreviated", locale="en").items()}

_PLURALS = {f"{name}s": name for name in calendar.UNITS}
_LAST = frozenset({"last", "past", "previous"})
_HEADS = _LAST | {"this", "next", "current", "coming", "following"}
_TODAY = frozenset({"today", "tonight"})
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "night"})
_QUARTERS = {"q1": 1, "q2": 2, "q3": 3, "q4": 4}
_NOT_MAY = frozenset("i we you they he she it be have not what who how which that".split())
"""Beside these "may" and "march" are verbs."""
_BEFORE_SHORT = frozenset(
    "in since from until till of for on last this next and between to by before".split()
)
_YEARS = range(1990, 2100)


class Reader:
    """Reads periods at a place of a text. Each method gives the period and the word behind it, or None."""

    def __init__(
        self,
        words: Sequence[Word],
        today: date,
        *,
        future: bool = False,
        typed: Mapping[int, tuple[int, Span]] | None = None,
    ) -> None:
        """`typed`: dates typed as figures, by their offset in the text, with the offset of their end."""
        self.words = words
        self.today = today
        self.future = future
        self._typed = typed or {}
        self._numbers = numbers(tuple(words))

    def word(self, index: int) -> str:
        return self.words[index].text if 0 <= index < len(self.words) else ""

    def span(self, index: int) -> tuple[Span, int] | None:
        """A whole period: what `moment` reads, and what has a length of its own."""
        return self._counted(index) or self._to_date(index) or self.moment(index, bare=False)

    def moment(self, index: int, *, bare: bool = True, latest: bool = False) -> tuple[Span, int] | None:
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
            self._typed_date(index)
            or self._edge(index)
            or self._day_of_month(index, future)
            or self._named_day(index)
            or self._weekday(index, future)
            or self._ago(index)
            or self._before_last(index)
            or self._month(index, future)
            or self._quarter(index)
            or self._relative_unit(index)
            or self._season(index, future)
            or self._year(index, said_in=self.word(begin) in ("in", "during", "for", "since", "of"))
            or (self._bare_day(index, future) if bare else None)
        )

    # --- ends of ranges ------------------------------------------------------------------------

    def lacks_month(self, index: int) -> bool:
        """Whether a day stands here without its month: "the first" of "the first and the tenth of may"."""
        return self._day_of_month(index, self.future) is None and self._day_number(index) is not None

    def day_in_month_of(self, index: int, other: Span) -> Span | None:
        """The bare day here, in the month of another day."""
        number = self._day_number(index)
        return None if number is None else self._day(other.start.year, other.start.month, number[0])

    # --- days ----------------------------------------------------------------------------------

    def _typed_date(self, index: int) -> tuple[Span, int] | None:
        if index >= len(self.words) or self.words[index].start not in self._typed:
            return None
        end, span = self._typed[self.words[index].start]
        last = index
        while last < len(self.words) and self.words[last].start < end:
            last += 1
        return span, last

    def _edge(self, index: int) -> tuple[Span, int] | None:
        """ "The first of the month", "the end of last month", "the beginning of the year"."""
        first = self._skip(index, "the")
        number = self._day_number(index)
        if number is not None:
            edge, behind = str(number[0]), number[1]
        elif self.word(first) in ("start", "beginning", "end"):
            edge, behind = self.word(first), first + 1
        else:
            return None
        if self.word(behind) != "of":
            return None
        read = self._relative_unit(behind + 1) or self._month(behind + 1, self.future)
        if read is None:
            if self.word(behind + 1) != "the" or self.word(behind + 2) not in calendar.UNITS:
                return None
            start, end = calendar.unit(self.word(behind + 2), self.today, 0)
            read = Span(start, end, "", self.word(behind + 2)), behind + 3
        whole, last = read
        if edge.isdigit():
            span = (
                self._day(whole.start.year, whole.start.month, int(edge)) if whole.grain == "month" else None
            )
            return None if span is None else (span, last)
        day = whole.end if edge == "end" else whole.start
        return self._one_day(day), last

    def _day_of_month(self, index: int, future: bool) -> tuple[Span, int] | None:
        """ "The third of march 2025", "3 march", "march the third"."""
        number = self._day_number(index)
        if number is not None:
            day, behind = number
            behind = self._skip(behind, "of")
            month = self._month_number(behind, beside_day=True)
            if month is not None:
                return self._dated(day, month, behind + 1, future)
        month = self._month_number(index, beside_day=True)
        if month is None:
            return None
        number = self._day_number(index + 1)
        if number is None or self._year_at(index + 1) is not None:
            return None
        if self.word(number[1]) in calendar.UNITS or self.word(number[1]) in _PLURALS:
            return None
        return self._dated(number[0], month, number[1], future)

    def _dated(self, day: int, month: int, behind: int, future: bool) -> tuple[Span, int] | None:
        year = self._year_at(behind)
        if year is not None:
            span = self._day(year[0], month, day)
            return None if span is None else (span, year[1])
        for candidate in self._years(future):
            span = self._day(candidate, month, day)
            if span is not None and (span.start >= self.today if future else span.start <= self.today):
                return span, behind
        return None

    def _years(self, future: bool) -> Sequence[int]:
        this = self.today.year
        return range(this, this + 9) if future else range(this, this - 9, -1)

    def _bare_day(self, index: int, future: bool) -> tuple[Span, int] | None:
        """ "The seventh": of this month or the one before, or the next to come."""
        number = self._day_number(index)
        if number is None or self.word(number[1]) in ("one", "ones", "time"):
            return None
        first = self.today.replace(day=1)
        for shift in range(0, 3):
            month = calendar.add_months(first, shift if future else -shift)
            span = self._day(month.year, month.month, number[0])
            if span is not None and (span.start >= self.today if future else span.start <= self.today):
                return span, number[1]
        return None

    def _named_day(self, index: int) -> tuple[Span, int] | None:
        word = self.word(index)
        if word == "the" and self.word(index + 1) == "day" and self.word(index + 2) in ("before", "after"):
            other = self.word(index + 3)
            if self.word(index + 2) == "before" and other == "yesterday":
                return self._called(self.today - timedelta(days=2), "the day before yesterday"), index + 4
            if self.word(index + 2) == "after" and other == "tomorrow":
                return self._called(self.today + timedelta(days=2), "the day after tomorrow"), index + 4
        if word in _TODAY:
            return self._called(self.today, "today"), index + 1
        if word == "yesterday":
            last = index + 2 if self.word(index + 1) in _PARTS_OF_DAY else index + 1
            return self._called(self.today - timedelta(days=1), "yesterday"), last
        if word == "tomorrow":
            return self._called(self.today + timedelta(days=1), "tomorrow"), index + 1
        if word in ("this", "last") and self.word(index + 1) in _PARTS_OF_DAY:
            day = self.today - timedelta(days=word == "last")
            return self._called(day, "yesterday" if word == "last" else "today"), index + 2
        return None

    def _weekday(self, index: int, future: bool) -> tuple[Span, int] | None:
        head = self.word(index) if self.word(index) in _HEADS else ""
        place = index + 1 if head else index
        number = _DAYS.get(self.word(place))
        if number is None and self.word(place - 1) in _BEFORE_SHORT | _HEADS:
            number = _SHORT_DAYS.get(self.word(place))
        if number is None:
            return None
        back = (self.today.weekday() - number) % 7
        if head == "next" or (future and head not in _LAST):
            day = self.today + timedelta(days=(-back) % 7 or (7 if head else 0))
        else:
            day = self.today - timedelta(days=back or (7 if head in _LAST else 0))
        name = calendar.weekday_name(day)
        return Span(day, day, f"on {name}, {calendar.day_name(day, self.today)}", "day", name), place + 1

    def _ago(self, index: int) -> tuple[Span, int] | None:
        """ "Two weeks ago", "a month ago"."""
        number = at(self._numbers, index)
        if number is None and self.word(index) in ("a", "an", "one"):
            amount, place = 1, index + 1
        elif number is not None and not number.ordinal and not number.decimals and number.value < 1000:
            amount, place = int(number.value), number.last
        else:
            return None
        name = _PLURALS.get(self.word(place), self.word(place))
        if name not in calendar.UNITS or self.word(place + 1) != "ago":
            return None
        return self._one_day(calendar.ago(name, self.today, amount)), place + 2

    # --- units ---------------------------------------------------------------------------------

    def _before_last(self, index: int) -> tuple[Span, int] | None:
        """ "The month before last", "the week before".

        A bare "the month before" is relative to the last answer, which is not known here; it is read
        as the unit before the last one and marked by its label.
        """
        place = self._skip(index, "the")
        name = self.word(place)
        if name not in calendar.UNITS or self.word(place + 1) != "before":
            return None
        start, end = calendar.unit(name, self.today, -2)
        last = place + 3 if self.word(place + 2) in ("last", "that") else place + 2
        if self.word(place + 2) in ("yesterday",):
            return None
        label = f"the {name} before last" if self.word(place + 2) == "last" else f"the {name} before"
        return Span(start, end, label, _grain(name), label), last

    def _relative_unit(self, index: int) -> tuple[Span, int] | None:
        """ "Last month", "this year", "the weekend"."""
        place = self._skip(index, "the")
        head = self.word(place)
        name = self.word(place + 1)
        if head == "weekend" and place > index:
            head, name, place = "the", "weekend", place - 1
        if name not in calendar.UNITS or head not in _HEADS | {"the"}:
            return None
        if head == "the" and name != "weekend":
            return None
        shift = -1 if head in _LAST else 1 if head in ("next", "following") else 0
        weekend_runs = self.today.weekday() >= 5
        if name == "weekend" and shift == 0 and not weekend_runs and not self.future and head != "coming":
            shift = -1
        if name == "weekend" and shift == 1 and not weekend_runs:
            shift = 0
        start, end = calendar.unit(name, self.today, shift)
        said = (
            "last" if shift == -1 and head in _LAST else "next" if head in ("next", "following") else "this"
        )
        if name == "weekend" and head == "the":
            said = "at the"
        label = f"{said} {name}"
        return Span(start, end, label, _grain(name), label.removeprefix("at ")), place + 2

    def _month(self, index: int, future: bool) -> tuple[Span, int] | None:
        head = self.word(index)
        place = index + 1 if head in _HEADS and self._month_number(index + 1) is not None else index
        number = self._month_number(place)
        if number is None:
            return None
        year = self._year_at(place + 1)
        if year is not None:
            start = date(year[0], number, 1)
        else:
            start = calendar.month_of(number, self.today, future=future or head == "next")
            if head in _LAST and start.month == self.today.month and start.year == self.today.year:
                start = calendar.add_months(start, -12)
        end = calendar.add_months(start, 1) - timedelta(days=1)
        name = calendar.month_name(start, self.today)
        return Span(start, end, f"in {name}", "month", name), year[1] if year else place + 1

    def _quarter(self, index: int) -> tuple[Span, int] | None:
        place = self._skip(index, "the")
        if self.word(place) in _QUARTERS:
            number, last = _QUARTERS[self.word(place)], place + 1
        else:
            figure = at(self._numbers, place)
            if figure is None and self.word(place) == "q":
                figure = at(self._numbers, place + 1)
            elif figure is None or not figure.ordinal or self.word(figure.last) != "quarter":
                return None
            if figure is None or not 1 <= figure.value <= 4:
                return None
            number = int(figure.value)
            last = figure.last + 1 if figure.ordinal else figure.last
        year = self._year_at(self._skip(last, "of"))
        start = date(year[0] if year else self.today.year, 3 * number - 2, 1)
        if year is None and start > self.today and not self.future:
            start = calendar.add_months(start, -12)
        end = calendar.add_months(start, 3) - timedelta(days=1)
        ordinal = ("first", "second", "third", "fourth")[number - 1]
        name = f"the {ordinal} quarter" + ("" if start.year == self.today.year else f" of {start.year}")
        return Span(start, end, f"in {name}", "quarter", name), year[1] if year else last

    def _season(self, index: int, future: bool) -> tuple[Span, int] | None:
        place = self._skip(index, "the")
        head = self.word(place) if self.word(place) in _HEADS else ""
        place = place + 1 if head else place
        name = self.word(place)
        if not calendar.is_season(name) or (
            not head and self.word(index - 1) not in ("in", "since", "during")
        ):
            return None
        start, end = calendar.season(name, self.today, future=future or head == "next")
        if head in _LAST and end >= self.today:
            start, end = calendar.add_months(start, -12), calendar.add_months(start, -9) - timedelta(days=1)
        label = f"{head} {name}" if head in ("last", "this", "next") else f"in the {name} of {start.year}"
        return Span(start, end, label, "range", label.removeprefix("in ")), place + 1

    def _year(self, index: int, *, said_in: bool) -> tuple[Span, int] | None:
        year = self._year_at(index)
        if year is None or not (said_in or self.word(index - 1) in _BEFORE_SHORT or index == 0):
            return None
        start = date(year[0], 1, 1)
        return Span(start, date(year[0], 12, 31), f"in {year[0]}", "year", str(year[0])), year[1]

    def _counted(self, index: int) -> tuple[Span, int] | None:
        """ "The last two weeks", "past 30 days", "next ten days"."""
        place = self._skip(
            self._skip(self._skip(index, "in", "over", "for", "during", "within"), "the"), "my"
        )
        head = self.word(place)
        if head not in _LAST | {"next", "coming", "following"}:
            return None
        place = self._skip(place + 1, "a")
        figure = at(self._numbers, place)
        if figure is None or figure.ordinal or figure.decimals or not 1 <= figure.value < 1000:
            return None
        unit_place = self._skip(figure.last, "of")
        name = _PLURALS.get(self.word(unit_place), self.word(unit_place))
        if name not in calendar.UNITS or name == "weekend":
            return None
        number = int(figure.value)
        said = f"{number} {name}" + ("" if number == 1 else "s")
        if head in _LAST:
            start, end = calendar.back(name, self.today, number), self.today
            return Span(start, end, f"in the last {said}", "range", f"the last {said}"), unit_place + 1
        end = calendar.ahead(name, self.today, number)
        return Span(self.today, end, f"in the next {said}", "range", f"the next {said}"), unit_place + 1

    def _to_date(self, index: int) -> tuple[Span, int] | None:
        """ "Year to date", "the rest of the month"."""
        place = self._skip(index, "the")
        if (
            self.word(place) in ("month", "year")
            and self.word(place + 1) == "to"
            and self.word(place + 2) == "date"
        ):
            start, _ = calendar.unit(self.word(place), self.today, 0)
            label = f"this {self.word(place)}"
            return Span(start, self.today, label, self.word(place), label), place + 3
        if self.word(place) == "rest" and self.word(place + 1) == "of":
            name_place = self._skip(place + 2, "the", "this")
            name = self.word(name_place)
            if name in calendar.UNITS and name != "day":
                _, end = calendar.unit(name, self.today, 0)
                label = f"in the rest of the {name}"
                return Span(self.today, end, label, "range", label.removeprefix("in ")), name_place + 1
        return None

    # --- small pieces --------------------------------------------------------------------------

    def _skip(self, index: int, *words: str) -> int:
        return index + 1 if self.word(index) in words else index

    def _month_number(self, index: int, *, beside_day: bool = False) -> int | None:
        word = self.word(index)
        number = _MONTHS.get(word)
        if number is not None:
            is_verb = word in ("may", "march") and not beside_day and self._is_verb(index)
            return None if is_verb else number
        number = _SHORT_MONTHS.get(word)
        beside = self.word(index - 1)
        if number is None or not (beside in _BEFORE_SHORT or beside_day or self._year_at(index + 1)):
            return None
        return number

    def _is_verb(self, index: int) -> bool:
        return self.word(index + 1) in _NOT_MAY or self.word(index - 1) in _NOT_MAY

    def _day_number(self, index: int) -> tuple[int, int] | None:
        """A day of a month and the word behind it: "the third", "3rd", "3"."""
        place = self._skip(index, "the")
        figure = at(self._numbers, place)
        if figure is None or figure.decimals or not 1 <= figure.value <= 31:
            return None
        if place > index and not figure.ordinal and not figure.typed:
            return None  # "the five"
        if not figure.ordinal and self._month_number(self._skip(figure.last, "of"), beside_day=True) is None:
            # A cardinal is a day only beside its month: "3 march", "march 3".
            if self._month_number(index - 1, beside_day=True) is None:
                return None
        return int(figure.value), figure.last

    def _year_at(self, index: int) -> tuple[int, int] | None:
        """ "2025", "twenty twenty five", "two thousand and five"."""
        figure = at(self._numbers, index)
        if figure is None or figure.ordinal or figure.decimals:
            return None
        if figure.value in _YEARS and (not figure.typed or len(self.words[index].figure) == 4):
            return int(figure.value), figure.last
        if figure.value not in (19, 20) or figure.typed:
            return None
        rest = self._year_rest(figure)
        if rest is None:
            return None
        year = int(figure.value) * 100 + int(rest.value)
        return (year, rest.last) if year in _YEARS else None

    def _year_rest(self, century: Number) -> Number | None:
        place = self._skip(century.last, "oh", "o")
        rest = at(self._numbers, place)
        if rest is None or rest.ordinal or rest.typed or rest.decimals:
            return None
        low = 1 if place > century.last else 10
        return rest if low <= rest.value <= 99 else None

    def _day(self, year: int, month: int, day: int) -> Span | None:
        try:
            return self._one_day(date(year, month, day))
        except ValueError:
            return None

    def _one_day(self, day: date) -> Span:
        name = calendar.day_name(day, self.today)
        return Span(day, day, f"on {name}", "day", name)

    def _called(self, day: date, name: str) -> Span:
        return Span(day, day, name, "day", name)


def _grain(name: str) -> str:
    """Of the contract's grains; a weekend and a fortnight are ranges."""
    return name if name in ("day", "week", "month", "quarter", "year") else "range"
