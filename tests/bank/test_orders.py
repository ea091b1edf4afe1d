"""Standing orders: when each is due next."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.model import Account, AccountKind, StandingOrder
from assistant.bank.reading import UnreadableError
from assistant.bank.xs2a_orders import next_due, read_orders
from assistant.money import Money

ACCOUNT = Account("Bank", "1", AccountKind.CURRENT, "Everyday", "EUR")
TODAY = date(2026, 3, 18)


def orders(*details: dict[str, Any], amount: str = "1350.00") -> list[StandingOrder]:
    entries = [
        {
            "transactionAmount": {"amount": amount, "currency": "EUR"},
            "creditorName": "Liffey Homes",
            "additionalInformationStructured": {"standingOrderDetails": each},
        }
        for each in details
    ]
    return read_orders(ACCOUNT, {"transactions": {"information": entries}}, TODAY)


def due(**details: Any) -> date:
    (found,) = orders({"startDate": "2025-01-01", **details})
    return found.next_on


@pytest.mark.parametrize(
    ("details", "day"),
    [
        ({"frequency": "Monthly"}, date(2026, 4, 1)),
        ({"frequency": "Monthly", "dayOfExecution": "18"}, date(2026, 3, 18)),
        ({"frequency": "Monthly", "dayOfExecution": "17"}, date(2026, 4, 17)),
        ({"frequency": "Monthly", "dayOfExecution": "31"}, date(2026, 3, 31)),
        ({"frequency": "monthly", "dayOfExecution": "31", "startDate": "2026-04-05"}, date(2026, 4, 30)),
        ({"frequency": "EveryTwoMonths"}, date(2026, 5, 1)),
        ({"frequency": "Quarterly"}, date(2026, 4, 1)),
        ({"frequency": "SemiAnnual"}, date(2026, 7, 1)),
        ({"frequency": "Annual", "startDate": "2024-02-29"}, date(2027, 2, 28)),
        ({"frequency": "Monthly", "multiplicator": 4}, date(2026, 5, 1)),
        ({"frequency": "MonthlyVariable", "monthsOfExecution": ["3", "9"]}, date(2026, 9, 1)),
        ({"frequency": "Daily"}, TODAY),
        ({"frequency": "Weekly", "startDate": "2026-03-05"}, date(2026, 3, 19)),
        ({"frequency": "EveryTwoWeeks", "startDate": "2026-03-05"}, date(2026, 3, 19)),
        ({"frequency": "Weekly", "startDate": "2026-05-04"}, date(2026, 5, 4)),
        ({"frequency": "Monthly", "startDate": "2026-05-04"}, date(2026, 5, 4)),
        ({"frequency": "Monthly", "startDate": "2026-05-04", "dayOfExecution": "1"}, date(2026, 6, 1)),
    ],
)
def test_the_next_day(details: dict[str, Any], day: date) -> None:
    assert due(**details) == day


@given(
    st.sampled_from(["Daily", "Weekly", "EveryTwoWeeks", "Monthly", "Quarterly", "Annual"]),
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.none() | st.integers(1, 31),
)
def test_the_next_day_is_never_past_and_never_too_far(
    frequency: str, start: date, today: date, day: int | None
) -> None:
    details = {"startDate": start.isoformat()} | ({"dayOfExecution": str(day)} if day else {})
    found = next_due(details, frequency, today)
    longest = {"Daily": 1, "Weekly": 7, "EveryTwoWeeks": 14, "Monthly": 62, "Quarterly": 123, "Annual": 397}
    assert max(today, start) <= found <= max(today, start) + timedelta(days=longest[frequency])
    if day and frequency in ("Monthly", "Quarterly", "Annual"):
        assert found.day == min(day, calendar.monthrange(found.year, found.month)[1])


def test_an_order_leaves_the_account_whatever_its_sign() -> None:
    for amount in ("1350.00", "-1350.00"):
        (found,) = orders({"startDate": "2025-01-01", "frequency": "Monthly"}, amount=amount)
        assert found.money == Money(Decimal("-1350.00"), "EUR")
        assert found.counterparty == "Liffey Homes"


def test_an_order_that_has_ended_is_left_out() -> None:
    ended = {"startDate": "2025-01-01", "frequency": "Monthly", "endDate": "2026-03-31"}
    last = {"startDate": "2025-01-01", "frequency": "Monthly", "endDate": "2026-04-01"}
    assert [each.until for each in orders(ended, last)] == [date(2026, 4, 1)]


@pytest.mark.parametrize(
    "details",
    [
        {"startDate": "2025-01-01"},
        {"frequency": "Monthly"},
        {"startDate": "2025-01-01", "frequency": "Sometimes"},
        {"startDate": "2025-01-01", "frequency": "Monthly", "dayOfExecution": "32"},
        {"startDate": "2025-01-01", "frequency": "Monthly", "dayOfExecution": 1},
        {"startDate": "2025-01-01", "frequency": "Monthly", "multiplicator": 0},
        {"startDate": "2025-01-01", "frequency": "Monthly", "multiplicator": True},
        {"startDate": "2025-01-01", "frequency": "Monthly", "monthsOfExecution": ["13"]},
        {"startDate": "2025-01-01", "frequency": "Monthly", "monthsOfExecution": "3"},
        {"startDate": "2025-01-01", "frequency": "Quarterly", "monthsOfExecution": ["2"]},
    ],
)
def test_what_is_not_as_promised_is_refused(details: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        orders(details)


def test_no_orders() -> None:
    assert read_orders(ACCOUNT, {"transactions": {}}, TODAY) == []
