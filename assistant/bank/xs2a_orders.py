"""Standing orders of a report with `bookingStatus=information`, and when each is due next. Pure functions."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from assistant.bank.model import Account, StandingOrder
from assistant.bank.reading import (
    Json,
    UnreadableError,
    day,
    member,
    money,
    optional_objects,
    optional_text,
    text,
)

_DAYS = {"Daily": 1, "Weekly": 7, "EveryTwoWeeks": 14}
_MONTHS = {
    "Monthly": 1,
    "MonthlyVariable": 1,
    "EveryTwoMonths": 2,
    "Quarterly": 3,
    "SemiAnnual": 6,
    "Annual": 12,
}


def read_orders(account: Account, answer: Json, today: date) -> list[StandingOrder]:
    """Those that are still to be carried out on or after `today`. What they move leaves the account."""
    found: list[StandingOrder] = []
    for entry in optional_objects(member(answer, "transactions"), "information"):
        details = member(member(entry, "additionalInformationStructured"), "standingOrderDetails")
        frequency = _frequency(details)
        until = day(details, "endDate")
        next_on = next_due(details, frequency, today)
        if until is not None and next_on > until:
            continue
        found.append(
            StandingOrder(
                bank=account.bank,
                account_id=account.id,
                id=optional_text(entry, "transactionId") or optional_text(entry, "entryReference"),
                money=-abs(money(entry, "transactionAmount")),
                counterparty=optional_text(entry, "creditorName"),
                next_on=next_on,
                frequency=frequency,
                until=until,
            )
        )
    return found


def next_due(details: Json, frequency: str, today: date) -> date:
    """The first day of execution on or after `today`, as ordered: bank holidays may shift it."""
    start = day(details, "startDate")
    if start is None:
        raise UnreadableError("startDate is missing")
    times = _multiplicator(details)
    if frequency in _DAYS:
        step = _DAYS[frequency] * times
        missing = max(0, (today - start).days)
        return start + timedelta(days=-(-missing // step) * step)
    return _next_month_due(details, start, _MONTHS[frequency] * times, today)


def _next_month_due(details: Json, start: date, step: int, today: date) -> date:
    # 31 is the last day of a month, whatever its length.
    wanted = _day_of_execution(details) or start.day
    months = _months_of_execution(details)
    first = start.year * 12 + start.month - 1
    index = first + max(0, (today.year * 12 + today.month - 1 - first) // step * step)
    # A year has every month that can be meant, so the search ends.
    for month_index in range(index, index + 12 * step + 1, step):
        year, month = divmod(month_index, 12)
        due = date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))
        if due >= max(today, start) and (not months or month + 1 in months):
            return due
    raise UnreadableError("monthsOfExecution names no month")


def _frequency(details: Json) -> str:
    said = text(details, "frequency").casefold()
    for known in (*_DAYS, *_MONTHS):
        if said == known.casefold():
            return known
    raise UnreadableError("frequency is unknown")


def _multiplicator(details: Json) -> int:
    value = details.get("multiplicator")
    if value is None:
        return 1
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 366:
        raise UnreadableError("multiplicator is no number")
    return value


def _day_of_execution(details: Json) -> int | None:
    said = optional_text(details, "dayOfExecution")
    if not said:
        return None
    if not re.fullmatch(r"0?[1-9]|[12][0-9]|3[01]", said):
        raise UnreadableError("dayOfExecution is no day of a month")
    return int(said)


def _months_of_execution(details: Json) -> frozenset[int]:
    named = details.get("monthsOfExecution")
    if named is None:
        return frozenset()
    if not isinstance(named, list) or not all(
        isinstance(month, str) and re.fullmatch(r"0?[1-9]|1[0-2]", month) for month in named
    ):
        raise UnreadableError("monthsOfExecution is no list of months")
    return frozenset(int(month) for month in named)
