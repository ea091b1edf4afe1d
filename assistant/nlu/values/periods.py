"""Periods as they are said and typed: "last weekend", "since the third of march", "the last two weeks".

Everything is relative to a day that is handed in. Without words of the future ("due", "next"), a month
or a weekday is the latest one that has begun. Names of months and days come from babel; numbers from
text2num; typed dates that are no words ("03/04/2026", day first) are read by dateparser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from assistant.nlu.values.calendar import Span, add_months, day_name, month_name, weekday_name
from assistant.nlu.values.found import Found
from assistant.nlu.values.moments import Reader
from assistant.nlu.values.words import Word, split, word_set

_FUTURE = word_set(
    "due upcoming coming next tomorrow will planned scheduled future expect expected shall soon owe"
)
_COMPARING = word_set("difference compare compared compares comparing versus vs against")
_AGAINST = frozenset({"than", "versus", "vs", "against"})
_AGAINST_WHEN_COMPARING = frozenset({"to", "with"})
_TYPED = re.compile(r"(?<![\w.,/-])(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\2(?:\d{4}|\d{2}))(?![\w/-])")
_SINCE = frozenset({"since", "from", "after"})
_UNTIL = frozenset({"until", "till", "til", "by", "before"})
_LOOK_BACK_MONTHS = 12
"""How far "before march" reaches back: banks keep about a year within reach."""


def find(text: str, today: date, *, ahead: bool = False) -> list[Found]:
    """The periods in a text, from left to right. Values: start, end, label, grain (see `period`).

    `ahead`: what is being talked about is to come, whichever words are used: "pay it on friday".
    """
    words = split(text)
    typed = _typed_dates(text, today)
    future = ahead or any(word.text in _FUTURE for word in words)
    reader = Reader(words, today, future=future, typed=typed)
    comparing = any(word.text in _COMPARING for word in words)
    results: list[Found] = []
    index = 0
    while index < len(words):
        read = _range(reader, index, comparing=comparing, ahead=ahead) or reader.span(index)
        if read is None:
            index += 1
            continue
        span, last = read
        role = _role(words, index, span, comparing=comparing, is_first=not results)
        results.append(Found(words[index].start, words[last - 1].end, span.to_value(), role))
        index = last
    return results


def _role(words: Sequence[Word], index: int, span: Span, *, comparing: bool, is_first: bool) -> str:
    """ "More than last month", "compare that with june": what comes before is compared with this.

    "The month before" without more is relative to the last answer, which only the actions know.
    """
    before = words[index - 1].text if index else ""
    if span.label.endswith(" before"):
        return "before"
    if before in _AGAINST or (comparing and before in _AGAINST_WHEN_COMPARING):
        return "against"
    return "against" if comparing and not is_first else ""


def _range(reader: Reader, index: int, *, comparing: bool, ahead: bool) -> tuple[Span, int] | None:
    """A period with its two ends, or with one that was said and one that is understood."""
    word = reader.word(index)
    if word == "between" or (word == "from" and not comparing):
        both = _both_ends(reader, index + 1, ("and",) if word == "between" else ("to", "until", "till"))
        if both is not None:
            return None if comparing and both[0].grain == "range" and word == "between" else both
    if word == "from" and ahead:
        return None  # the day on which something begins, not what was since
    if word in _SINCE:
        return _open_end(reader, index, word)
    if word in _UNTIL or (word == "up" and reader.word(index + 1) == "to"):
        return _open_start(reader, index + 1 if word in _UNTIL else index + 2, word)
    if not comparing:
        return _both_ends(reader, index, ("to", "until", "till", "through"))
    return None


def _both_ends(reader: Reader, index: int, links: Sequence[str]) -> tuple[Span, int] | None:
    """ "The first and the tenth of may": a day that lacks its month takes that of the other end."""
    begun = reader.moment(index)
    if begun is None or reader.word(begun[1]) not in links:
        return None
    ended = reader.moment(begun[1] + 1)
    if ended is None:
        return None
    first, last = begun[0], ended[0]
    if reader.lacks_month(index) and not reader.lacks_month(begun[1] + 1):
        first = reader.day_in_month_of(index, last) or first
    start, end = first.start, last.end
    if end < start:
        # "From november to february", "from monday to friday" on a Sunday: the beginning lies further back.
        is_weekday = first.name == weekday_name(start)
        is_dated = first.name in (day_name(start, reader.today), month_name(start, reader.today))
        if not is_weekday and not is_dated:
            return None
        start = start - timedelta(days=7) if is_weekday else add_months(start, -12)
        if end < start:
            return None
    label = f"between {first.name} and {last.name}"
    return Span(start, end, label, "range", label), ended[1]


def _open_end(reader: Reader, index: int, word: str) -> tuple[Span, int] | None:
    read = reader.moment(index + 1, latest=True)
    if read is None:
        return None
    span, last = read
    if reader.word(last) in ("on", "onwards", "onward"):
        last += 1
    elif word == "from" and (span.grain != "day" or span.name in ("yesterday", "today")):
        return None  # "everything from last week" means that week
    start = span.end + timedelta(days=1) if word == "after" else span.start
    if start > reader.today:
        if word == "from" or not reader.future:
            return None
        return Span(start, add_months(start, 1), f"{word} {span.name}", "range"), last
    said = "since" if word == "from" else word
    return Span(start, reader.today, f"{said} {span.name}", "range"), last


def _open_start(reader: Reader, index: int, word: str) -> tuple[Span, int] | None:
    read = reader.moment(index)
    if read is None:
        return None
    span, last = read
    end = span.start - timedelta(days=1) if word == "before" else span.end
    to_come = end >= reader.today and (reader.future or word == "by")
    start = reader.today if to_come else add_months(end, -_LOOK_BACK_MONTHS)
    said = word if word in ("before", "by") else "until"
    return Span(start, end, f"{said} {span.name}", "range"), last


def _typed_dates(text: str, today: date) -> dict[int, tuple[int, Span]]:
    """By offset: where a typed date ends, and its day."""
    found: dict[int, tuple[int, Span]] = {}
    for match in _TYPED.finditer(text):
        day = _typed_date(match[1])
        if day is not None:
            name = day_name(day, today)
            label = f"on {weekday_name(day)}, {name}" if abs((today - day).days) < 7 else f"on {name}"
            found[match.start()] = (match.end(), Span(day, day, label, "day", name))
    return found


def _typed_date(text: str) -> date | None:
    import dateparser  # 0.1 s to import, and seldom needed

    order = "YMD" if text[:4].isdigit() else "DMY"
    read = dateparser.parse(
        text,
        languages=["en"],
        settings={"DATE_ORDER": order, "STRICT_PARSING": True, "PARSERS": ["absolute-time"]},
    )
    return None if read is None else read.date()
