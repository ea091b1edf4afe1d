"""The practice bank's own books, read from its database: what the right answers are, found without any
code of the assistant's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

_QUERY = """
    select accounts.key, entries.made_on, entries.booked_on, entries.minor, entries.counterparty,
           entries.purpose, entries.category, entries.city, entries.country
    from entries join accounts on accounts.id = entries.account_id
    where entries.made_on <= ?
"""


@dataclass(frozen=True)
class Line:
    account: str
    """everyday, savings, joint, visa or sterling."""
    on: date
    """Booked, or while it is pending made."""
    pending: bool
    minor: int
    """Cents or pence."""
    name: str
    purpose: str | None
    category: str | None
    city: str | None
    country: str | None

    @property
    def currency(self) -> str:
        return "£" if self.account == "sterling" else "€"

    @property
    def is_own_transfer(self) -> bool:
        return self.purpose in ("CCRD", "SAVG") or self.name in ("Anna Keller", "Harbour Visa")


class Books:
    def __init__(self, database: Path, today: date):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            rows = connection.execute(_QUERY, (today.isoformat(),)).fetchall()
            self.openings = dict(connection.execute("select key, opening from accounts").fetchall())
        self.lines = [_line(row, today) for row in rows]

    def of(self, since: str, until: str, fits: Callable[[Line], bool] = lambda line: True) -> list[Line]:
        """Lines of these days, both included."""
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        return [line for line in self.lines if first <= line.on <= last and fits(line)]

    def available(self, account: str) -> int:
        """Booked and pending, in cents or pence."""
        entries = sum(line.minor for line in self.lines if line.account == account)
        return int(self.openings[account]) + entries

    def booked(self, account: str) -> int:
        entries = sum(line.minor for line in self.lines if line.account == account and not line.pending)
        return int(self.openings[account]) + entries


def written(minor: int, sign: str = "€") -> str:
    """`€1,234.56`, without help from the code that is tested."""
    return f"{'-' if minor < 0 else ''}{sign}{Decimal(abs(minor)) / 100:,.2f}"


def _line(
    row: tuple[str, str, str, int, str, str | None, str | None, str | None, str | None], today: date
) -> Line:
    account, made_on, booked_on, minor, name, purpose, category, city, country = row
    pending = date.fromisoformat(booked_on) > today
    on = date.fromisoformat(made_on if pending else booked_on)
    return Line(account, on, pending, minor, name, purpose, category, city, country)
