"""What payments took from the customer's accounts, by the practice bank's own books."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

from tests.actions.conftest import Practice

ACCOUNTS = {"everyday": "Everyday account", "savings": "Rainy day savings", "joint": "Joint account"}


def rows(till: Practice, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{till.database}?mode=ro", uri=True)) as books:
        return books.execute(query, values).fetchall()


def age_codes(till: Practice) -> None:
    """Eleven minutes; a code lives for ten."""
    with closing(sqlite3.connect(till.database, timeout=5)) as books, books:
        then = "strftime('%Y-%m-%dT%H:%M:%S+00:00', {0}, '-11 minutes')"
        columns = ", ".join(f"{each} = {then.format(each)}" for each in ("code_at", "created_at"))
        books.execute(f"update authorisations set {columns}")


def last_entry(till: Practice) -> int:
    return int(rows(till, "select max(rowid) from entries")[0][0])


def booked_since(till: Practice, mark: int) -> list[dict[str, str]]:
    query = """select accounts.key, entries.minor, entries.counterparty, entries.remittance
               from entries join accounts on accounts.id = entries.account_id
               where entries.rowid > ? and entries.minor < 0 and payment_id is not null
               order by entries.rowid"""
    return [
        {"from": ACCOUNTS[key], "amount": f"{Decimal(minor) / 100:.2f}", "to": to, "text": text or ""}
        for key, minor, to, text in rows(till, query, mark)
    ]


def hold_booked(till: Practice, mark: int, wanted: Sequence[Mapping[str, str]]) -> None:
    """Those entries since the mark and no other."""
    booked = booked_since(till, mark)
    assert len(booked) == len(wanted), booked
    for wanted_entry, entry in zip(wanted, booked, strict=True):
        assert wanted_entry.items() <= entry.items(), booked
