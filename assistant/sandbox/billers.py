"""Whoever asks the customers for money: bills that come every month, shops that wait for an answer, and
operators whose phones can be topped up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from assistant.sandbox.days import day_in_month
from assistant.sandbox.ibans import irish_iban


class Kind(str, Enum):
    BILL = "bill"
    PURCHASE = "purchase"
    """A shop's request to pay: it waits until its last day and then gives up."""


@dataclass(frozen=True, slots=True)
class Biller:
    """Asks once a month."""

    name: str
    iban: str
    bank: str
    """Slug of the bank through which it asks."""
    psu: str
    kind: Kind
    minor: int
    """Cents."""
    reference: str
    """A pattern over year and month."""
    day: int
    """Of the month: the last day to pay."""


BILLERS = (
    Biller(
        "Northside Gas", irish_iban("AIBK93115244001122"), "meadow", "anna", Kind.BILL, 12_860,
        "GAS-4471-{month:%y%m}", 27,
    ),
    Biller(
        "Bluebird Mobile", irish_iban("BOFI90001733445566"), "meadow", "anna", Kind.BILL, 3_250,
        "BB-90187-{month:%y%m}", 22,
    ),
    Biller(
        "Chapter House Books", irish_iban("AIBK93115299001234"), "meadow", "anna", Kind.PURCHASE, 2_490,
        "ORDER-5531-{month:%y%m}", 31,
    ),
    Biller(
        "City Water", irish_iban("AIBK93115288007755"), "harbour", "anna", Kind.BILL, 8_740,
        "CW-20417-{month:%y%m}", 29,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operator:
    """Of mobile phones: a payment of one of its amounts, with a phone number as reference, tops that up."""

    id: str
    name: str
    iban: str
    amounts: tuple[int, ...]
    """Cents."""


OPERATORS = (
    Operator("bluebird", "Bluebird Mobile", irish_iban("BOFI90001733440001"), (1_000, 2_000, 3_000, 5_000)),
    Operator("greenline", "Greenline", irish_iban("AIBK93115233007700"), (500, 1_000, 2_500)),
)

BILLED_ACCOUNTS = {each.iban: each.name for each in (*BILLERS, *OPERATORS)}
"""Who owns these accounts, by IBAN."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a biller asks for in one month."""

    key: str
    biller: Biller
    reference: str
    due: date


def asked_in(month: date, bank: str) -> Iterator[Asked]:
    """Every request of the calendar month of that day at that bank."""
    first = month.replace(day=1)
    for biller in BILLERS:
        if biller.bank == bank:
            reference = biller.reference.format(month=first)
            yield Asked(reference, biller, reference, day_in_month(first.year, first.month, biller.day))
