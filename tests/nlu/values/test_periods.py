from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from assistant.nlu.values import periods

WEDNESDAY = date(2026, 3, 18)
Period = tuple[str, str, str, str]


def read(text: str, today: date = WEDNESDAY) -> list[Period]:
    return [
        (each.value["start"], each.value["end"], each.value["label"], each.value["grain"])
        for each in periods.find(text, today)
    ]


@pytest.mark.parametrize(
    ("text", "start", "end", "label", "grain"),
    [
        ("today", "2026-03-18", "2026-03-18", "today", "day"),
        ("this morning", "2026-03-18", "2026-03-18", "today", "day"),
        ("yesterday", "2026-03-17", "2026-03-17", "yesterday", "day"),
        ("yesterday's transactions", "2026-03-17", "2026-03-17", "yesterday", "day"),
        ("last night", "2026-03-17", "2026-03-17", "yesterday", "day"),
        ("the day before yesterday", "2026-03-16", "2026-03-16", "the day before yesterday", "day"),
        ("tomorrow", "2026-03-19", "2026-03-19", "tomorrow", "day"),
        ("this week", "2026-03-16", "2026-03-22", "this week", "week"),
        ("last week's payments", "2026-03-09", "2026-03-15", "last week", "week"),
        ("next week", "2026-03-23", "2026-03-29", "next week", "week"),
        ("the week before last", "2026-03-02", "2026-03-08", "the week before last", "week"),
        ("last month", "2026-02-01", "2026-02-28", "last month", "month"),
        ("in the last month", "2026-02-01", "2026-02-28", "last month", "month"),
        ("month before last", "2026-01-01", "2026-01-31", "the month before last", "month"),
        ("next month", "2026-04-01", "2026-04-30", "next month", "month"),
        ("this year", "2026-01-01", "2026-12-31", "this year", "year"),
        ("last year", "2025-01-01", "2025-12-31", "last year", "year"),
        ("this quarter", "2026-01-01", "2026-03-31", "this quarter", "quarter"),
        ("q2", "2025-04-01", "2025-06-30", "in the second quarter of 2025", "quarter"),
        ("in the first quarter", "2026-01-01", "2026-03-31", "in the first quarter", "quarter"),
        (
            "the second quarter of 2025",
            "2025-04-01",
            "2025-06-30",
            "in the second quarter of 2025",
            "quarter",
        ),
        ("in march", "2026-03-01", "2026-03-31", "in March", "month"),
        ("in june", "2025-06-01", "2025-06-30", "in June 2025", "month"),
        ("last march", "2025-03-01", "2025-03-31", "in March 2025", "month"),
        ("in may twenty twenty four", "2024-05-01", "2024-05-31", "in May 2024", "month"),
        ("in 2025", "2025-01-01", "2025-12-31", "in 2025", "year"),
        ("in twenty twenty five", "2025-01-01", "2025-12-31", "in 2025", "year"),
        ("last summer", "2025-06-01", "2025-08-31", "last summer", "range"),
    ],
)
def test_units(text: str, start: str, end: str, label: str, grain: str) -> None:
    assert read(text) == [(start, end, label, grain)]


@pytest.mark.parametrize(
    ("text", "day", "label"),
    [
        ("on the third of march", "2026-03-03", "on 3 March"),
        ("march 3rd 2025", "2025-03-03", "on 3 March 2025"),
        ("the third of march twenty twenty five", "2025-03-03", "on 3 March 2025"),
        ("3 Mar 2026", "2026-03-03", "on 3 March"),
        ("on the seventh", "2026-03-07", "on 7 March"),
        ("on the thirtieth", "2026-01-30", "on 30 January"),
        ("on monday", "2026-03-16", "on Monday, 16 March"),
        ("on wednesday", "2026-03-18", "on Wednesday, 18 March"),
        ("last wednesday", "2026-03-11", "on Wednesday, 11 March"),
        ("last friday", "2026-03-13", "on Friday, 13 March"),
        ("two weeks ago", "2026-03-04", "on 4 March"),
        ("a month ago", "2026-02-18", "on 18 February"),
        ("february 29", "2024-02-29", "on 29 February 2024"),
        ("03/04/2025", "2025-04-03", "on 3 April 2025"),
        ("2026-03-01", "2026-03-01", "on 1 March"),
        ("at the start of last month", "2026-02-01", "on 1 February"),
    ],
)
def test_days(text: str, day: str, label: str) -> None:
    assert read(text) == [(day, day, label, "day")]


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("since the third of march", "2026-03-03", "2026-03-18", "since 3 March"),
        ("since the first of the month", "2026-03-01", "2026-03-18", "since 1 March"),
        ("since january", "2026-01-01", "2026-03-18", "since January"),
        ("since last friday", "2026-03-13", "2026-03-18", "since Friday"),
        ("since yesterday", "2026-03-17", "2026-03-18", "since yesterday"),
        ("since the beginning of the year", "2026-01-01", "2026-03-18", "since 1 January"),
        ("after the tenth of february", "2026-02-11", "2026-03-18", "after 10 February"),
        ("before the fifteenth", "2025-03-14", "2026-03-14", "before 15 March"),
        (
            "between the first and the tenth of may",
            *("2025-05-01", "2025-05-10", "between 1 May 2025 and 10 May 2025"),
        ),
        ("from the first to the fifth of march", "2026-03-01", "2026-03-05", "between 1 March and 5 March"),
        ("1 March to 15 March", "2026-03-01", "2026-03-15", "between 1 March and 15 March"),
        ("1.3.2026 to 15.3.2026", "2026-03-01", "2026-03-15", "between 1 March and 15 March"),
        ("from november to february", "2025-11-01", "2026-02-28", "between November 2025 and February"),
        ("from monday to friday", "2026-03-09", "2026-03-13", "between Monday and Friday"),
        ("the last two weeks", "2026-03-05", "2026-03-18", "in the last 2 weeks"),
        ("past 30 days", "2026-02-17", "2026-03-18", "in the last 30 days"),
        ("in the last three months", "2025-12-19", "2026-03-18", "in the last 3 months"),
        ("over the past couple of weeks", "2026-03-05", "2026-03-18", "in the last 2 weeks"),
        ("in the next ten days", "2026-03-18", "2026-03-28", "in the next 10 days"),
        ("the rest of the month", "2026-03-18", "2026-03-31", "in the rest of the month"),
        ("by the end of the month", "2026-03-18", "2026-03-31", "by 31 March"),
        ("what is due before the fifteenth", "2026-03-18", "2026-04-14", "before 15 April"),
    ],
)
def test_ranges(text: str, start: str, end: str, label: str) -> None:
    assert read(text) == [(start, end, label, "range")]


@pytest.mark.parametrize(
    ("text", "today", "saturday"),
    [
        ("last weekend", WEDNESDAY, "2026-03-14"),
        ("over the weekend", WEDNESDAY, "2026-03-14"),
        ("last weekend", date(2026, 3, 22), "2026-03-14"),
        ("this weekend", date(2026, 3, 22), "2026-03-21"),
        ("the weekend before last", WEDNESDAY, "2026-03-07"),
        ("what is due this weekend", WEDNESDAY, "2026-03-21"),
        ("next weekend", WEDNESDAY, "2026-03-21"),
        ("next weekend", date(2026, 3, 22), "2026-03-28"),
    ],
)
def test_weekends(text: str, today: date, saturday: str) -> None:
    ((start, end, _, grain),) = read(text, today)
    assert (start, grain) == (saturday, "range")
    assert date.fromisoformat(end) - date.fromisoformat(start) == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("what is due in december", "2026-12-01"),
        ("in december", "2025-12-01"),
        ("due on monday", "2026-03-23"),
    ],
)
def test_words_of_the_future_look_ahead(text: str, start: str) -> None:
    ((found, *_),) = read(text)
    assert found == start


@pytest.mark.parametrize(
    "text",
    [
        *(
            "what may i ask",
            "may i see my balance",
            "the second one",
            "the first one",
            "the last five",
            "every month",
        ),
        *(
            "the last five transactions",
            "two forty five",
            "a second",
            "fifty euros a month",
            "lately",
        ),
        *("a quarter", "99/99/2026", ""),
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("is that more than last month", ["against"]),
        ("did i spend more this month than last month", ["", "against"]),
        ("compare june and july", ["", "against"]),
        ("compare june with july", ["", "against"]),
        ("what is the difference between march and april", ["", "against"]),
        ("compare that to last year", ["against"]),
        ("and the month before", ["before"]),
        ("and the month before last", [""]),
        ("how much in june", [""]),
    ],
)
def test_what_a_period_is_for(text: str, roles: list[str]) -> None:
    assert [each.role for each in periods.find(text, WEDNESDAY)] == roles


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS, st.integers(0, 364))
def test_every_day_of_the_past_year_is_understood_as_it_is_said(today: date, back: int) -> None:
    day = today - timedelta(days=back)
    said = f"on the {num2words(day.day, to='ordinal')} of {format_date(day, 'MMMM', locale='en').lower()}"
    if (day.month, day.day) == (2, 29) or day == today.replace(year=today.year - 1, day=min(today.day, 28)):
        return
    ((start, end, label, grain),) = read(said, today)
    assert (start, end, grain) == (day.isoformat(), day.isoformat(), "day")
    assert read(label, today)[0][:2] == (start, end)


@given(
    DAYS,
    st.sampled_from(
        [
            "last week",
            "this month",
            "since monday",
            "last weekend",
            "in june",
            "q3",
            "the last 3 months",
            "yesterday",
            "this year",
            "the week before last",
            "since the third",
            "between the first and the tenth of may",
            "next ten days",
            "from october to february",
            "two months ago",
            "last quarter",
            "the rest of the year",
        ]
    ),
)
def test_on_any_day(today: date, text: str) -> None:
    for start, end, label, grain in read(text, today):
        assert date.fromisoformat(start) <= date.fromisoformat(end)
        assert label
        assert grain in ("day", "week", "month", "quarter", "year", "range")
    assert len(read(text, today)) == 1


@given(st.text(max_size=80), DAYS)
def test_any_text(text: str, today: date) -> None:
    for each in periods.find(text, today):
        assert 0 <= each.start < each.end <= len(text)
        assert each.value["start"] <= each.value["end"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("send fifty euros to tom in two days", "2026-03-20"),
        ("pay the rent in a week", "2026-03-25"),
        ("three weeks from now", "2026-04-08"),
        ("in one month", "2026-04-18"),
    ],
)
def test_what_is_to_come_may_be_counted_from_today(text: str, day: str) -> None:
    (found,) = periods.find(text, WEDNESDAY, ahead=True)
    assert (found.value["start"], found.value["end"]) == (day, day)


def test_without_things_to_come_a_length_is_no_day() -> None:
    assert periods.find("how much did i spend in two days", WEDNESDAY) == []
