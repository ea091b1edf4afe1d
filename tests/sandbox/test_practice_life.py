"""The generated life: complete, believable, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.clock import Clock
from assistant.sandbox.days import is_business_day
from assistant.sandbox.ledger import Account, Ledger
from assistant.sandbox.life import entries_on
from assistant.sandbox.schema import open_database
from assistant.sandbox.travel import CITIES, trip_of_month

DAYS = (date(2026, 3, 18), date(2024, 2, 29), date(2027, 1, 1), date(2026, 8, 31))
SEEDS = (7, 1, 2024)


@contextmanager
def made(folder: Path, seed: int, today: date) -> Iterator[tuple[Ledger, Connection]]:
    engine = open_database(folder / "bank.sqlite")
    ledger = Ledger(engine, Clock(today), seed)
    with engine.connect() as connection:
        yield ledger, connection
    engine.dispose()


def dump(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text("SELECT * FROM entries ORDER BY id"))]


def accounts(ledger: Ledger) -> dict[str, Account]:
    return {account.plan.key: account for bank in BANKS for account in ledger.accounts(bank)}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_salary_and_rent_come_in_each_of_fifteen_months(tmp_path: Path, today: date) -> None:
    with made(tmp_path, 7, today) as (ledger, connection):
        found = connection.execute(
            text(
                "SELECT counterparty, booked_on, minor, purpose FROM entries "
                "WHERE purpose IN ('SALA', 'RENT')"
            )
        ).all()
    months = {(today.year * 12 + today.month - 1 - back) for back in range(1, 16)}
    for purpose, who, sign in (("SALA", "Brightwater Design", 1), ("RENT", "Liffey Homes", -1)):
        lines = [row for row in found if row.purpose == purpose]
        assert {row.counterparty for row in lines} == {who}
        assert all(row.minor * sign > 100_000 for row in lines)
        assert all(is_business_day(date.fromisoformat(row.booked_on)) for row in lines)
        by_month = Counter(int(row.booked_on[:4]) * 12 + int(row.booked_on[5:7]) - 1 for row in lines)
        assert months <= by_month.keys()
        assert set(by_month.values()) == {1}
    assert (ledger.since.year * 12 + ledger.since.month - 1) == min(months)


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("seed", SEEDS)
def test_money_is_believable(tmp_path: Path, seed: int, today: date) -> None:
    with made(tmp_path, seed, today) as (ledger, connection):
        for key, account in accounts(ledger).items():
            running = account.opening
            lowest = running
            for minor in connection.execute(
                text(
                    "SELECT SUM(minor) FROM entries WHERE account_id = :id "
                    "GROUP BY booked_on ORDER BY booked_on"
                ),
                {"id": account.id},
            ).scalars():
                running += minor
                lowest = min(lowest, running)
            assert lowest > -(account.plan.credit_limit or 0), (key, lowest)
            assert running < 2_000_000, (key, running)
        names = Counter(connection.execute(text("SELECT counterparty FROM entries")).scalars())
    spoken = (
        "Tesco Lidl Aldi Starbucks Costa Spotify Netflix Amazon Shell Uber Boots Zara Vodafone|McDonald's|"
        "The Corner Bakery|Green Garden Restaurant|City Gym|Dublin Bus|Ryanair|Marie Dubois|Tom Baker|"
        "Martin Durand|Martine Durand|Cash withdrawal"
    )
    expected = {name for part in spoken.split("|") for name in (part.split() if "Tesco" in part else [part])}
    assert expected <= names.keys()
    assert max(names.values()) < 160


def test_balances_are_the_opening_and_the_sum_of_the_ledger(tmp_path: Path) -> None:
    today = DAYS[0]
    with made(tmp_path, 7, today) as (ledger, connection):
        everyone = list(accounts(ledger).values())
        sums = ledger.sums(everyone)
        for account in everyone:
            for kind, condition in (
                ("closed", "booked_on < :today"),
                ("booked", "booked_on <= :today"),
                ("available", "made_on <= :today"),
            ):
                total = connection.execute(
                    text(
                        f"SELECT COALESCE(SUM(minor), 0) FROM entries WHERE account_id = :id AND {condition}"
                    ),
                    {"id": account.id, "today": today.isoformat()},
                ).scalar_one()
                assert getattr(sums[account.id], kind) == account.opening + total


def test_the_card_bill_is_what_was_bought_in_the_month_before(tmp_path: Path) -> None:
    with made(tmp_path, 7, DAYS[0]) as (ledger, connection):
        card = accounts(ledger)["visa"].id
        rows = connection.execute(
            text("SELECT booked_on, minor, bank_code FROM entries WHERE account_id = :id"), {"id": card}
        ).all()
    bought: Counter[str] = Counter()
    for row in rows:
        if row.bank_code != "PMNT-CCRD-OTHR":
            bought[row.booked_on[:7]] -= row.minor
    repaid = [row for row in rows if row.bank_code == "PMNT-CCRD-OTHR"]
    assert len(repaid) == 16
    for row in repaid[1:]:
        before = (date.fromisoformat(row.booked_on).replace(day=1) - timedelta(days=1)).isoformat()[:7]
        assert row.minor == bought[before]


def test_the_same_seed_and_day_make_the_same_ledger(tmp_path: Path) -> None:
    with made(tmp_path / "a", 7, DAYS[0]) as (_, one), made(tmp_path / "b", 7, DAYS[0]) as (_, other):
        ledger = dump(one)
        assert ledger == dump(other)
    with made(tmp_path / "c", 8, DAYS[0]) as (_, different):
        assert dump(different) != ledger


def test_a_ledger_that_grew_day_by_day_is_the_one_made_at_once(tmp_path: Path) -> None:
    """Months apart, so that a restart in the middle of a month and of a trip is among them."""
    first = date(2026, 3, 2)
    engine = open_database(tmp_path / "grown.sqlite")
    for days in (0, 1, 2, 9, 16, 30):
        Ledger(engine, Clock(first + timedelta(days=days)), 7)
    last = first + timedelta(days=30)
    with engine.connect() as grown, made(tmp_path, 7, last) as (ledger, whole):
        since = ledger.since.isoformat()
        assert [row for row in dump(grown) if str(row[3]) >= since and str(row[2]) >= since] == [
            row for row in dump(whole) if str(row[2]) >= since
        ]
    engine.dispose()


def test_five_trips_in_a_row_visit_five_cities() -> None:
    for seed in SEEDS:
        months = [(2025 + index // 12, index % 12 + 1) for index in range(24)]
        trips = [trip for month in months if (trip := trip_of_month(seed, *month))]
        for start in range(len(trips) - 4):
            assert {trip.city.name for trip in trips[start : start + 5]} == {city.name for city in CITIES}
        assert all(trip.start.month == trip.end.month for trip in trips)


def test_nobody_shops_at_home_while_abroad() -> None:
    trip = next(trip for month in (3, 4) if (trip := trip_of_month(7, 2026, month)))
    places = set()
    for days in range(trip.days):
        day = trip.start + timedelta(days=days)
        places |= {
            (e.city, e.country)
            for e in entries_on(7, day)
            if e.city and e.counterparty not in ("Spotify", "Netflix", "Ryanair", "Aer Lingus")
        }
    assert places == {(trip.city.name, trip.city.country)}


def test_on_nearly_every_day_something_is_pending() -> None:
    days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)]
    made = {day: list(entries_on(7, day)) for day in days}
    waiting = [
        any(entry.booked_on > day for back in range(4) for entry in made.get(day - timedelta(days=back), ()))
        for day in days[4:]
    ]
    assert sum(waiting) > 0.95 * len(waiting)
