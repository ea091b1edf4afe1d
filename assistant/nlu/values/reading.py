"""Words at a place of a text: what the readers of days and of longer units share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from babel.dates import get_month_names

from assistant.nlu.values import calendar
from assistant.nlu.values.calendar import Span
from assistant.nlu.values.words import Number, Word, numbers, word_set

_MONTHS = {name.lower(): number for number, name in get_month_names("wide", locale="en").items()}
_SHORT_MONTHS = {
    name.lower().rstrip("."): number for number, name in get_month_names("abbreviated", locale="en").items()
} | {"sept": 9}
_NOT_MAY = word_set("i we you they he she it be have not what who how which that")
"""Beside these "may" and "march" are verbs."""
_YEARS = range(2000, 2100)
"""No bank looks back further; "nineteen ninety nine" is a price."""

LAST = word_set("last past previous")
HEADS = LAST | word_set("this next current coming following")
BEFORE_SHORT = word_set("in since from until till of for on last this next and between to by before")
"""Only behind these a short name ("mar", "sun") is one."""
PLURALS = {f"{name}s": name for name in calendar.UNITS}

Read = tuple[Span, int] | None
"""A period and the word behind it."""


class Reading:
    """A text, the day it is said on, and small questions about a place in it."""

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
        self.typed = typed or {}
        # A period may begin at any word in a dozen ways, so these are asked a hundred times a sentence.
        self._texts = {index: word.text for index, word in enumerate(words)}
        self._numbers = {each.first: each for each in reversed(numbers(tuple(words)))}

    def word(self, index: int) -> str:
        return self._texts.get(index, "")

    def number(self, index: int) -> Number | None:
        """The number that begins here."""
        return self._numbers.get(index)

    def skip(self, index: int, *words: str) -> int:
        """The place behind an optional word."""
        return index + 1 if self.word(index) in words else index

    def month_number(self, index: int, *, beside_day: bool = False) -> int | None:
        word = self.word(index)
        number = _MONTHS.get(word)
        if number is not None:
            is_verb = word in ("may", "march") and not beside_day and self._is_verb(index)
            return None if is_verb else number
        number = _SHORT_MONTHS.get(word)
        stands_for_one = beside_day or self.word(index - 1) in BEFORE_SHORT or self.year_at(index + 1)
        return number if stands_for_one else None

    def day_number(self, index: int) -> tuple[int, int] | None:
        """A day of a month and the word behind it: "the third", "3rd", and "3" beside a month."""
        place = self.skip(index, "the")
        figure = self.number(place)
        if figure is None or figure.decimals or not 1 <= figure.value <= 31:
            return None
        if place > index and not figure.ordinal and not figure.typed:
            return None  # "the five"
        beside_month = (
            self.month_number(self.skip(figure.last, "of"), beside_day=True) is not None
            or self.month_number(index - 1, beside_day=True) is not None
        )
        return (int(figure.value), figure.last) if figure.ordinal or beside_month else None

    def year_at(self, index: int) -> tuple[int, int] | None:
        """ "2025", "twenty twenty five", "two thousand and five", and the word behind it."""
        figure = self.number(index)
        if figure is None or figure.ordinal or figure.decimals:
            return None
        if figure.value in _YEARS and (not figure.typed or len(self.words[index].figure) == 4):
            return int(figure.value), figure.last
        if figure.value not in (19, 20) or figure.typed:
            return None
        place = self.skip(figure.last, "oh", "o")
        rest = self.number(place)
        if rest is None or rest.ordinal or rest.typed or rest.decimals:
            return None
        if not (1 if place > figure.last else 10) <= rest.value <= 99:
            return None
        year = int(figure.value) * 100 + int(rest.value)
        return (year, rest.last) if year in _YEARS else None

    def one_day(self, day: date) -> Span:
        name = calendar.day_name(day, self.today)
        return Span(day, day, f"on {name}", "day", name)

    def called(self, day: date, name: str) -> Span:
        """A day with a name of its own: yesterday."""
        return Span(day, day, name, "day", name)

    def dated(self, year: int, month: int, day: int) -> Span | None:
        """None where the calendar has no such day."""
        try:
            return self.one_day(date(year, month, day))
        except ValueError:
            return None

    def _is_verb(self, index: int) -> bool:
        return self.word(index + 1) in _NOT_MAY or self.word(index - 1) in _NOT_MAY
