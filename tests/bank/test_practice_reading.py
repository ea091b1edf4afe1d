"""What the client reads from the practice bank, against the bank's own database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.model import AccountKind, Transaction, spoken_balance
from assistant.bank.portfolio import Portfolio
from assistant.sandbox.process import RunningBank, running_bank
from tests.bank.conftest import TODAY, Hasty
from tests.bank.customer import Customer, practice

SINCE = date(2025, 1, 1)
"""Before the first entry."""
KEYS = {
    "Everyday account": "everyday",
    "Rainy day savings": "savings",
    "Joint account": "joint",
    "Harbour Visa": "visa",
    "Sterling account": "sterling",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books") / "bank.sqlite"


@pytest.fixture(scope="module")
def booked_bank(database: Path) -> Iterator[RunningBank]:
    with running_bank(database, today=TODAY) as running:
        yield running


@pytest.fixture
def anna(booked_bank: RunningBank, connections: Connections, hasty: Hasty) -> Iterator[Portfolio]:
    for name, url in booked_bank.banks.items():
        person = Customer(booked_bank.base_url)
        connect(connections, person, name=name, base_url=url, psu_id="anna", patience=hasty.patience)
    both = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
    yield both
    both.close()


Row = tuple[str, Decimal, date, bool, str]


def in_the_books(database: Path, since: date, until: date) -> list[Row]:
    """(account, amount, day, pending, shop or other party), read without the client or the server."""
    query = """
        select accounts.key, entries.minor, entries.booked_on, entries.made_on, entries.counterparty
        from entries join accounts on accounts.id = entries.account_id where entries.made_on <= ?
    """
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(query, (TODAY.isoformat(),)).fetchall()
    found = []
    for key, minor, booked_on, made_on, name in rows:
        pending = date.fromisoformat(booked_on) > TODAY
        on = date.fromisoformat(made_on if pending else booked_on)
        if since <= on <= until:
            found.append((key, Decimal(minor) / 100, on, pending, name))
    return sorted(found)


def as_rows(portfolio: Portfolio, since: date, until: date) -> list[Row]:
    accounts = portfolio.accounts().items
    keys = {(account.bank, account.id): KEYS[account.name] for account in accounts}
    gathered = portfolio.transactions(accounts, since, until)
    assert not gathered.failures
    return sorted(
        (keys[each.bank, each.account_id], each.money.amount, each.on, each.pending, name(each))
        for each in gathered.items
    )


def name(each: Transaction) -> str:
    return each.merchant.name if each.merchant else each.counterparty


def plain(rows: list[Row]) -> list[Row]:
    """Without the names of what comes in on the card: there the bank sends none."""
    return [(*row[:4], "" if row[0] == "visa" and row[1] > 0 else row[4]) for row in rows]


def test_every_entry_of_fifteen_months_is_read(anna: Portfolio, database: Path) -> None:
    rows = as_rows(anna, SINCE, TODAY)
    assert len(rows) > 1000
    assert plain(rows) == plain(in_the_books(database, SINCE, TODAY))
    assert any(pending for _, _, _, pending, _ in rows)


def test_a_period_is_read_to_the_day(anna: Portfolio, database: Path) -> None:
    since, until = date(2026, 2, 1), date(2026, 2, 28)
    booked = [row for row in as_rows(anna, since, until) if not row[3]]
    assert plain(booked) == plain([row for row in in_the_books(database, since, until) if not row[3]])


@pytest.mark.parametrize(
    "quirks", [["positiveDebits"], ["stringBooleans"], ["positiveDebits", "brokenScheme"]]
)
def test_untidy_banks_tell_the_same(
    anna: Portfolio, booked_bank: RunningBank, database: Path, quirks: list[str]
) -> None:
    before = practice(booked_bank.base_url, "GET", "quirks")["quirks"]
    tidy = anna.balances()
    try:
        for bank in before:
            practice(booked_bank.base_url, "POST", "quirks", bank=bank, quirks=quirks)
        anna.forget()
        assert plain(as_rows(anna, SINCE, TODAY)) == plain(in_the_books(database, SINCE, TODAY))
        assert anna.balances() == tidy
    finally:
        for bank, former in before.items():
            practice(booked_bank.base_url, "POST", "quirks", bank=bank, quirks=former)


def test_the_right_balance_among_many(anna: Portfolio, booked_bank: RunningBank) -> None:
    def spoken() -> dict[str, Decimal | None]:
        anna.forget()
        told = {
            account.name: spoken_balance(sent, account.currency) for account, sent in anna.balances().items
        }
        return {account: balance.money.amount if balance else None for account, balance in told.items()}

    before = practice(booked_bank.base_url, "GET", "quirks")["quirks"]
    tidy = spoken()
    try:
        for bank in before:
            practice(booked_bank.base_url, "POST", "quirks", bank=bank, quirks=["manyBalances"])
        assert spoken() == tidy
        assert None not in tidy.values()
    finally:
        for bank, former in before.items():
            practice(booked_bank.base_url, "POST", "quirks", bank=bank, quirks=former)


def test_accounts_in_the_order_of_their_banks(anna: Portfolio) -> None:
    accounts = anna.accounts().items
    assert [account.bank for account in accounts] == ["Meadow Bank"] * 2 + ["Harbour Bank"] * 3
    by_name = {account.name: account for account in accounts}
    assert by_name.keys() == KEYS.keys()
    assert by_name["Rainy day savings"].kind is AccountKind.SAVINGS
    assert by_name["Everyday account"].kind is AccountKind.CURRENT
    assert by_name["Sterling account"].currency == "GBP"
    card = by_name["Harbour Visa"]
    assert card.kind is AccountKind.CARD
    assert card.iban is None
    assert card.masked_pan is not None
    assert card.masked_pan.endswith("3241")
    assert card.credit_limit is not None
    assert all(account.owner for account in accounts)


def test_purchases_abroad_keep_both_amounts(anna: Portfolio) -> None:
    card = [account for account in anna.accounts().items if account.kind is AccountKind.CARD]
    bought = anna.transactions(card, SINCE, TODAY).items
    abroad = [each for each in bought if each.merchant and each.merchant.country in ("GB", "US")]
    assert abroad
    for each in abroad:
        assert each.original is not None
        assert each.original.currency in ("GBP", "USD")
        assert each.original.is_negative == each.money.is_negative
        assert each.merchant is not None
        assert each.merchant.city


def test_standing_orders_with_their_next_days(anna: Portfolio) -> None:
    gathered = anna.standing_orders(anna.accounts().items)
    assert not gathered.failures
    due = {(order.counterparty, str(order.money), order.next_on) for order in gathered.items}
    assert ("Liffey Homes", "-1350.00 EUR", date(2026, 4, 1)) in due
    assert ("City Gym", "-39.00 EUR", date(2026, 4, 15)) in due
    assert {order.frequency for order in gathered.items} == {"Monthly"}
