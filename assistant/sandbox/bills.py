"""What comes back regularly: salary, rent, standing orders, direct debits, subscriptions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.sandbox import entry as kinds
from assistant.sandbox.days import (
    business_days_after,
    day_in_month,
    following_business_day,
    preceding_business_day,
)
from assistant.sandbox.entry import Entry
from assistant.sandbox.ibans import irish_iban

EVERY_MONTH = tuple(range(1, 13))
_RAISE = 0.02
_SALARY_BASE_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Bill:
    """A payment that falls due on the same day of its months."""

    counterparty: str
    account: str
    day: int
    low: int
    """Cents; what leaves the account is negative. The amount lies between `low` and `high`."""
    high: int
    remittance: str
    bank_code: str
    purpose: str | None = None
    counterparty_iban: str | None = None
    months: tuple[int, ...] = EVERY_MONTH
    into: str | None = None
    """Key of the customer's own account that receives it."""
    category: str | None = None
    """Merchant category code; subscriptions charged to a card."""
    yearly_raise: float = 0.0

    def due(self, year: int, month: int) -> date | None:
        """Execution day in that month, None when the bill has none then.

        Weekends move money out to the next business day and salaries to the one before; card
        charges are made on the day itself.
        """
        if month not in self.months:
            return None
        day = day_in_month(year, month, self.day)
        if self.bank_code == kinds.CARD:
            return day
        return preceding_business_day(day) if self.low > 0 else following_business_day(day)

    def amount(self, rng: random.Random, year: int) -> int:
        amount = rng.randint(min(self.low, self.high), max(self.low, self.high))
        return round(amount * (1 + self.yearly_raise * (year - _SALARY_BASE_YEAR)))


LIFFEY_HOMES = irish_iban("LIFF90001118273645")
CITY_GYM = irish_iban("MEAD99021255500112")

STANDING_ORDERS = (
    Bill(
        "Liffey Homes", "everyday", 1, -135_000, -135_000, "Rent 14 Canal Terrace",
        kinds.STANDING_ORDER, "RENT", LIFFEY_HOMES,
    ),
    Bill("City Gym", "everyday", 15, -3_900, -3_900, "Member 20417", kinds.STANDING_ORDER, None, CITY_GYM),
    Bill(
        "Anna Keller", "everyday", 29, -35_000, -35_000, "Rainy day", kinds.STANDING_ORDER, "SAVG",
        into="savings",
    ),
    Bill(
        "Anna Keller", "everyday", 29, -36_000, -36_000, "Household", kinds.STANDING_ORDER, into="joint",
    ),
)  # fmt: skip
"""Orders that the bank executes by itself and announces under `bookingStatus=information`."""

_OTHERS = (
    Bill(
        "Brightwater Design", "everyday", 28, 364_000, 364_000, "Salary", kinds.SALARY, "SALA",
        irish_iban("AIBK93115299887766"), yearly_raise=_RAISE,
    ),
    Bill(
        "Brightwater Design", "everyday", 18, 90_000, 90_000, "Christmas bonus", kinds.SALARY, "BONU",
        irish_iban("AIBK93115299887766"), months=(12,),
    ),
    Bill(
        "Conor Walsh", "joint", 30, 36_000, 36_000, "Household", kinds.RECEIVED_TRANSFER, None,
        irish_iban("BOFI90001710203040"),
    ),
    Bill("Vodafone", "everyday", 21, -2_500, -3_400, "Mobile plan", kinds.DIRECT_DEBIT, "PHON"),
    Bill("Green Isle Energy", "joint", 20, -7_200, -13_800, "Electricity", kinds.DIRECT_DEBIT, "ELEC"),
    Bill("Clearwave Broadband", "joint", 10, -4_999, -4_999, "Broadband", kinds.DIRECT_DEBIT, "NWCM"),
    Bill("Shield Insurance", "joint", 17, -4_820, -4_820, "Home insurance", kinds.DIRECT_DEBIT, "INSU"),
    Bill(
        "City Bins", "joint", 25, -6_150, -6_150, "Waste collection", kinds.DIRECT_DEBIT, "UBIL",
        months=(2, 5, 8, 11),
    ),
    Bill(
        "Meadow Bank", "savings", 31, 1_900, 2_800, "Interest", kinds.INTEREST, "INTE", months=(3, 6, 9, 12),
    ),
    Bill(
        "Thames Studio", "sterling", 24, 32_000, 46_000, "Illustrations", kinds.RECEIVED_TRANSFER, "SUPP",
        "GB33BUKB20201555555555", months=(1, 4, 7, 10),
    ),
    Bill("Spotify", "visa", 8, -1_199, -1_199, "Spotify", kinds.CARD, category="5815"),
    Bill("Netflix", "visa", 12, -1_399, -1_399, "Netflix", kinds.CARD, category="4899"),
)  # fmt: skip


NAMED_ACCOUNTS = {
    bill.counterparty_iban: bill.counterparty
    for bill in (*STANDING_ORDERS, *_OTHERS)
    if bill.counterparty_iban
}
"""Who owns the accounts of others, by IBAN."""


def bills_on(seed: int, day: date) -> Iterator[Entry]:
    """Everything regular that is executed on that day."""
    for bill in (*STANDING_ORDERS, *_OTHERS):
        for year, month in _months_around(day):
            if bill.due(year, month) == day:
                yield from _pay(bill, seed, day, year, month)


def _pay(bill: Bill, seed: int, day: date, year: int, month: int) -> Iterator[Entry]:
    rng = random.Random(f"{seed}/{year}-{month}/{bill.counterparty}/{bill.remittance}")
    amount = bill.amount(rng, year)
    on_card = bill.bank_code == kinds.CARD
    yield Entry(
        account=bill.account,
        made_on=day,
        booked_on=business_days_after(day, 2) if on_card else day,
        minor=amount,
        counterparty=bill.counterparty,
        remittance=bill.remittance,
        bank_code=bill.bank_code,
        counterparty_iban=bill.counterparty_iban,
        purpose=bill.purpose,
        category=bill.category,
        city="Dublin" if on_card else None,
        country="IE" if on_card else None,
    )
    if bill.into:
        yield Entry(
            account=bill.into,
            made_on=day,
            booked_on=day,
            minor=-amount,
            counterparty=bill.counterparty,
            remittance=bill.remittance,
            bank_code=kinds.RECEIVED_TRANSFER,
            purpose=bill.purpose,
        )


def _months_around(day: date) -> tuple[tuple[int, int], ...]:
    """The month of `day` and its neighbours: a due day at a weekend may move over the edge."""
    index = day.year * 12 + day.month - 1
    return tuple((other // 12, other % 12 + 1) for other in (index - 1, index, index + 1))
