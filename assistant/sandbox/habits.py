"""Ordinary days in Dublin: shops, cafés, buses, cash, friends, now and then a refund."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.sandbox import entry as kinds
from assistant.sandbox.days import business_days_after, is_business_day
from assistant.sandbox.entry import Entry
from assistant.sandbox.ibans import irish_iban

_ALL = frozenset(range(7))
_WORK = frozenset(range(5))
_MONDAY, _FRIDAY, _SATURDAY, _SUNDAY = frozenset({0}), frozenset({4}), frozenset({5}), frozenset({6})
_EVENINGS = frozenset({4, 5})
_MIDWEEK = frozenset({1, 2, 3})
_WEEKEND = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Habit:
    merchant: str
    category: str
    account: str
    weekdays: frozenset[int]
    """Monday is 0."""
    chance: float
    """Of a purchase on such a day."""
    low: int
    """Cents."""
    high: int
    step: int = 1
    """Cents; amounts are multiples of it."""


HABITS = (
    Habit("Tesco", "5411", "joint", _SATURDAY, 0.85, 4_600, 11_200),
    Habit("Aldi", "5411", "joint", _SUNDAY, 0.60, 2_100, 6_400),
    Habit("Lidl", "5411", "everyday", _MIDWEEK, 0.22, 900, 3_800),
    Habit("Tesco", "5411", "everyday", _WORK, 0.18, 350, 2_400),
    Habit("Starbucks", "5814", "everyday", _WORK, 0.38, 365, 780),
    Habit("Costa", "5814", "everyday", _ALL, 0.12, 345, 820),
    Habit("The Corner Bakery", "5462", "everyday", _WEEKEND, 0.40, 420, 1_450),
    Habit("McDonald's", "5814", "visa", _EVENINGS, 0.18, 790, 1_690),
    Habit("Green Garden Restaurant", "5812", "visa", _EVENINGS, 0.30, 2_600, 7_400),
    Habit("Dublin Bus", "4111", "everyday", _MONDAY, 0.85, 2_000, 2_000),
    Habit("Uber", "4121", "visa", _EVENINGS, 0.28, 850, 2_650),
    Habit("Shell", "5541", "visa", _FRIDAY, 0.42, 3_500, 6_900),
    Habit("Amazon", "5942", "visa", _ALL, 0.10, 899, 6_490),
    Habit("Ikea", "5712", "visa", _SATURDAY, 0.08, 2_400, 16_500),
    Habit("Zara", "5651", "visa", _SATURDAY, 0.20, 1_995, 8_995),
    Habit("Boots", "5912", "visa", _MIDWEEK, 0.11, 450, 2_850),
    Habit("Liffey Pharmacy", "5912", "everyday", _WORK, 0.035, 590, 2_200),
    Habit("Smile Dental", "8021", "everyday", _MIDWEEK, 0.018, 6_000, 9_500),
    Habit("Lighthouse Cinema", "7832", "visa", _EVENINGS, 0.14, 1_250, 3_100),
    Habit("Chapter House Books", "5942", "everyday", _SATURDAY, 0.15, 899, 3_200),
    Habit("Cash withdrawal", "6011", "everyday", _FRIDAY, 0.50, 2_000, 10_000, step=1_000),
)


@dataclass(frozen=True, slots=True)
class Friend:
    name: str
    iban: str
    chance: float
    """Of a transfer on any day."""
    gives_back: float
    """Share of the transfers that come from the friend."""
    notes: tuple[str, ...]


FRIENDS = (
    Friend("Marie Dubois", "FR1420041010050500013M02606", 0.040, 0.5, ("Friday dinner", "Cinema", "Lunch")),
    Friend("Tom Baker", "GB29NWBK60161331926819", 0.028, 0.4, ("Football", "Taxi home", "Birthday present")),
    Friend("Martin Durand", "FR7630006000011234567890189", 0.022, 0.7, ("Shared hotel", "Groceries")),
    Friend("Martine Durand", irish_iban("BOFI90001755667788"), 0.022, 0.2, ("Thank you", "Theatre")),
)  # fmt: skip

_REFUNDING = ("Zara", "Amazon", "Ikea")
_REFUND_CHANCE = 0.035


def home_on(seed: int, day: date) -> Iterator[Entry]:
    """What happens on a day at home. Every habit draws the same count of numbers, used or not, so
    that a changed habit leaves the others as they were."""
    rng = random.Random(f"{seed}/{day}/home")
    for habit in HABITS:
        luck, size = rng.random(), rng.triangular(0, 1, 0.3)
        if day.weekday() in habit.weekdays and luck < habit.chance:
            yield _buy(habit, day, habit.low + (habit.high - habit.low) * size)
    for friend in FRIENDS:
        luck, direction, note = rng.random(), rng.random(), rng.choice(friend.notes)
        amount = rng.randint(8, 45) * 100 + rng.choice((0, 0, 50))
        if luck < friend.chance and is_business_day(day):
            received = direction < friend.gives_back
            yield Entry(
                account="everyday",
                made_on=day,
                booked_on=day,
                minor=amount if received else -amount,
                counterparty=friend.name,
                remittance=note,
                bank_code=kinds.RECEIVED_TRANSFER if received else kinds.CREDIT_TRANSFER,
                counterparty_iban=friend.iban,
            )
    if rng.random() < _REFUND_CHANCE:
        merchant = rng.choice(_REFUNDING)
        habit = next(habit for habit in HABITS if habit.merchant == merchant)
        yield Entry(
            account=habit.account,
            made_on=day,
            booked_on=business_days_after(day, 2),
            minor=rng.randint(habit.low, (habit.low + habit.high) // 3),
            counterparty=merchant,
            remittance=f"Refund {merchant}",
            bank_code=kinds.REFUND,
            category=habit.category,
            city="Dublin",
            country="IE",
        )


def _buy(habit: Habit, day: date, amount: float) -> Entry:
    cash = habit.category == "6011"
    return Entry(
        account=habit.account,
        made_on=day,
        booked_on=day if cash else business_days_after(day, 2),
        minor=-round(amount / habit.step) * habit.step,
        counterparty=habit.merchant,
        remittance="ATM O'Connell Street" if cash else f"{habit.merchant} Dublin",
        bank_code=kinds.CASH if cash else kinds.CARD,
        category=habit.category,
        city="Dublin",
        country="IE",
    )
