"""Accounts, entries and balances in the database, always filled up to today."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection, Engine, Row

from assistant.errors import SettingsError
from assistant.sandbox.catalogue import BANKS, AccountPlan, BankPlan, iban
from assistant.sandbox.clock import Clock
from assistant.sandbox.life import LONGEST_BOOKING, card_bill, entries_on
from assistant.sandbox.schema import accounts, entries, facts, writing

MONTHS_OF_HISTORY = 15
DEFAULT_SEED = 7
_NAMESPACE = uuid.UUID("6f1d5b0e-0a83-5a4e-9d4a-6c5f7a3f9b11")


@dataclass(frozen=True, slots=True)
class Account:
    """An account plan with what this database made of it."""

    id: str
    """XS2A `resourceId`."""
    bank: BankPlan
    plan: AccountPlan
    opening: int
    """Cents or pence before the first entry."""

    @property
    def iban(self) -> str | None:
        return iban(self.bank, self.plan)


@dataclass(frozen=True, slots=True)
class Sums:
    """Cents or pence of one account."""

    closed: int
    """Booked until the end of yesterday."""
    booked: int
    available: int
    """Booked and pending."""
    this_month: int
    """Booked since the first of the month, repayments of a card left out."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    total: int


_COLUMNS = [column for column in entries.c if column.name != "account_id"]
_OF_ACCOUNT = entries.c.account_id == bindparam("account")
_BOOKED = and_(
    _OF_ACCOUNT,
    entries.c.booked_on.between(bindparam("since"), bindparam("until")),
    entries.c.booked_on <= bindparam("today"),
    or_(entries.c.booked_on > bindparam("after_day"), entries.c.id > bindparam("after_id")),
    entries.c.booked_on >= bindparam("after_day"),
)
_BOOKED_PAGE = (
    select(*_COLUMNS)
    .where(_BOOKED)
    .order_by(entries.c.booked_on.desc(), entries.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_BOOKED_COUNT = select(func.count()).select_from(entries).where(_BOOKED)
_PENDING = (
    select(*_COLUMNS)
    .where(
        _OF_ACCOUNT,
        entries.c.booked_on > bindparam("today"),
        entries.c.made_on <= bindparam("today"),
        entries.c.made_on.between(bindparam("since"), bindparam("until")),
    )
    .order_by(entries.c.made_on.desc(), entries.c.id.desc())
)
_ONE = select(*_COLUMNS).where(
    _OF_ACCOUNT, entries.c.id == bindparam("id"), entries.c.made_on <= bindparam("today")
)
_PENDING_NOW = and_(entries.c.booked_on > bindparam("today"), entries.c.made_on <= bindparam("today"))


def _sum(condition: object) -> object:
    return func.coalesce(func.sum(entries.c.minor).filter(condition), 0)


_SUMS = (
    select(
        entries.c.account_id,
        _sum(entries.c.booked_on < bindparam("today")),
        _sum(entries.c.booked_on <= bindparam("today")),
        _sum(_PENDING_NOW),
        _sum(and_(entries.c.booked_on.between(bindparam("month"), bindparam("today")), entries.c.minor < 0)),
    )
    .where(entries.c.account_id.in_(bindparam("accounts", expanding=True)))
    .group_by(entries.c.account_id)
)


def clearing_key(bank: BankPlan) -> str:
    """Of the account through which a bank settles with all banks that are not here."""
    return f"clearing/{bank.slug}"


class Ledger:
    """Raises SettingsError when another seed is asked for than the database was made from."""

    def __init__(self, engine: Engine, clock: Clock, seed: int | None = None):
        self._engine = engine
        self._clock = clock
        today = clock.today()
        with engine.begin() as connection:
            known = dict(connection.execute(select(facts.c.name, facts.c.value)).all())
            if not known:
                known = _open_accounts(connection, DEFAULT_SEED if seed is None else seed, today)
            self.seed = int(known["seed"])
            if seed is not None and seed != self.seed:
                raise SettingsError(
                    f"the practice bank was made from seed {self.seed}",
                    remedy="Leave --seed away, or start over with --reset.",
                )
            self.since = date.fromisoformat(known["from"])
            self._until = date.fromisoformat(known["until"])
            self._accounts = _read_accounts(connection)
            self.clearing = _read_clearing(connection)
            """Ids by bank slug."""
            self._fill(connection, today)

    def accounts(self, bank: BankPlan) -> list[Account]:
        return self._accounts[bank.slug]

    def all_accounts(self) -> list[Account]:
        return [account for kept in self._accounts.values() for account in kept]

    def read_again(self) -> None:
        """The database was put back to an earlier state, and knows fewer days perhaps."""
        with self._engine.connect() as connection:
            wanted = select(facts.c.value).where(facts.c.name == "until")
            self._until = date.fromisoformat(connection.execute(wanted).scalar_one())

    def today(self) -> date:
        """Today's date; the ledger is filled up to it when the day has changed."""
        today = self._clock.today()
        if today > self._until:
            with writing(self._engine) as connection:
                self._fill(connection, today)
        return today

    def booked(
        self,
        account: Account,
        since: str,
        until: str,
        *,
        limit: int,
        offset: int,
        after: tuple[str, str] = ("", ""),
    ) -> Page:
        """Newest first. `after` is booking date and id of the entry behind which to begin."""
        values = {
            "account": account.id,
            "since": since,
            "until": until,
            "today": self.today().isoformat(),
            "after_day": after[0],
            "after_id": after[1],
            "limit": limit,
            "offset": offset,
        }
        with self._engine.connect() as connection:
            rows = connection.execute(_BOOKED_PAGE, values).all()
            total = offset + len(rows)
            if len(rows) == limit or (offset and not rows):
                total = connection.execute(_BOOKED_COUNT, values).scalar_one()
        return Page(rows, total)

    def pending(self, account: Account, since: str, until: str) -> Sequence[Row]:
        values = {"account": account.id, "since": since, "until": until, "today": self.today().isoformat()}
        with self._engine.connect() as connection:
            rows: Sequence[Row] = connection.execute(_PENDING, values).all()
        return rows

    def entry(self, account: Account, entry_id: str) -> Row | None:
        values = {"account": account.id, "id": entry_id, "today": self.today().isoformat()}
        with self._engine.connect() as connection:
            return connection.execute(_ONE, values).one_or_none()

    def sums(self, wanted: Sequence[Account], connection: Connection | None = None) -> dict[str, Sums]:
        """By account id. Within a transaction that has begun with `today`, pass its `connection`."""
        today = self.today()
        values = {
            "accounts": [account.id for account in wanted],
            "today": today.isoformat(),
            "month": today.replace(day=1).isoformat(),
        }
        with self._engine.connect() if connection is None else nullcontext(connection) as reader:
            found = {row[0]: tuple(row[1:]) for row in reader.execute(_SUMS, values)}
        return {account.id: _sums(account, found.get(account.id, (0, 0, 0, 0))) for account in wanted}

    def _fill(self, connection: Connection, today: date) -> None:
        """Live through the days that the database does not hold yet."""
        if today <= self._until:
            return
        ids = {account.plan.key: account.id for account in self.all_accounts()}
        rows: list[dict[str, object]] = []
        since = self.since.isoformat()
        day = self._until
        while day < today:
            day += timedelta(days=1)
            # Purchases made just before the first day count when they are booked after it.
            rows += [row for row in _day_rows(self.seed, day, ids) if str(row["booked_on"]) >= since]
        if rows:
            connection.execute(entries.insert(), rows)
        connection.execute(facts.update().where(facts.c.name == "until").values(value=today.isoformat()))
        self._until = today


def _sums(account: Account, found: tuple[int, ...]) -> Sums:
    closed, booked, pending, this_month = found
    return Sums(
        closed=account.opening + closed,
        booked=account.opening + booked,
        available=account.opening + booked + pending,
        this_month=this_month,
    )


def _day_rows(seed: int, day: date, ids: dict[str, str]) -> Iterator[dict[str, object]]:
    counts: dict[str, int] = defaultdict(int)
    for entry in entries_on(seed, day):
        counts[entry.account] += 1
        row = asdict(entry)
        row["account_id"] = ids[row.pop("account")]
        row["id"] = f"{day:%Y%m%d}-{entry.account[:2].upper()}-{counts[entry.account]:02d}"
        row["made_on"] = entry.made_on.isoformat()
        row["booked_on"] = entry.booked_on.isoformat()
        yield row


def _open_accounts(connection: Connection, seed: int, today: date) -> dict[str, str]:
    """Write down the accounts as they were on the first day of the history."""
    month = today.year * 12 + today.month - 1 - MONTHS_OF_HISTORY
    since = date(month // 12, month % 12 + 1, 1)
    bill = card_bill(seed, since - timedelta(days=1))
    rows = [
        {
            "id": str(uuid.uuid5(_NAMESPACE, f"{seed}/{plan.key}")),
            "bank": bank.slug,
            "key": plan.key,
            "opening": -bill if plan.is_card_account else plan.opening,
        }
        for bank in BANKS
        for plan in bank.accounts
    ]
    rows += [
        {
            "id": str(uuid.uuid5(_NAMESPACE, f"{seed}/{clearing_key(bank)}")),
            "bank": bank.slug,
            "key": clearing_key(bank),
            "opening": 0,
        }
        for bank in BANKS
    ]
    connection.execute(accounts.insert(), rows)
    until = since - LONGEST_BOOKING - timedelta(days=1)
    known = {"seed": str(seed), "from": since.isoformat(), "until": until.isoformat()}
    connection.execute(facts.insert(), [{"name": name, "value": value} for name, value in known.items()])
    return known


def _read_clearing(connection: Connection) -> dict[str, str]:
    rows = {row.key: row.id for row in connection.execute(select(accounts))}
    return {bank.slug: rows[clearing_key(bank)] for bank in BANKS}


def _read_accounts(connection: Connection) -> dict[str, list[Account]]:
    rows = {row.key: row for row in connection.execute(select(accounts))}
    return {
        bank.slug: [Account(rows[plan.key].id, bank, plan, rows[plan.key].opening) for plan in bank.accounts]
        for bank in BANKS
    }
