"""The tables of the practice bank, and how its database is opened.

Dates are ISO text: they sort as they read, and go into answers without a conversion. Amounts are
whole cents or pence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from assistant.errors import StorageError
from assistant.sandbox.refusals import RefusalError

metadata = MetaData()

_VERSION = 3
"""Counts up when a table changes."""

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
"""`seed`, and the days `from` and `until` which the ledger is filled."""

accounts = Table(
    "accounts",
    metadata,
    Column("id", String, primary_key=True),  # XS2A resourceId
    Column("bank", String, nullable=False, index=True),
    Column("key", String, nullable=False, unique=True),
    Column("opening", Integer, nullable=False),
)
"""What differs from one database to another; the rest of an account is in its `AccountPlan`. The key
`clearing/<bank>` is the bank's own account with all other banks."""

entries = Table(
    "entries",
    metadata,
    Column("id", String, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("made_on", String, nullable=False),
    Column("booked_on", String, nullable=False),
    Column("minor", Integer, nullable=False),
    Column("counterparty", String, nullable=False),
    Column("counterparty_iban", String),
    Column("remittance", String, nullable=False),
    Column("bank_code", String, nullable=False),
    Column("purpose", String),
    Column("category", String),
    Column("city", String),
    Column("country", String),
    Column("original_minor", Integer),
    Column("original_currency", String),
    Column("rate", String),
    Column("end_to_end", String),
    Column("payment_id", String, index=True),  # all entries of a payment add up to nothing
    # Sums of a balance are answered from this index alone.
    Index("entries_by_booking", "account_id", "booked_on", "id", "minor", "made_on"),
)

payments = Table(
    "payments",
    metadata,
    Column("id", String, primary_key=True),
    Column("bank", String, nullable=False),
    Column("service", String, nullable=False),
    Column("product", String, nullable=False),
    Column("body", JSON, nullable=False),  # as it was ordered
    Column("psu", String),
    Column("status", String, nullable=False),
    Column("funds", Boolean),  # what the last look at the balance said
    Column("next_on", String, index=True),  # day of the next execution once it is confirmed
    Column("booked_on", String),  # of the last execution
    Column("created_at", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("request", String, nullable=False),  # digest of what was asked under that id
    Column("answer", JSON),  # the first one
    Column("payment_request", String, index=True),  # the one that it pays
    Index("payments_by_request", "bank", "request_id"),
)

payment_requests = Table(
    "payment_requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("bank", String, nullable=False),
    Column("psu", String, nullable=False),  # login of whoever is asked
    Column("kind", String, nullable=False),
    Column("creditor_name", String, nullable=False),
    Column("creditor_iban", String, nullable=False),
    Column("minor", Integer, nullable=False),
    Column("reference", String, nullable=False),
    Column("due", String, nullable=False),
    Column("declined", Boolean, nullable=False),
    Index("payment_requests_by_psu", "bank", "psu"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", String, primary_key=True),
    Column("bank", String, nullable=False),
    Column("psu", String),  # login, once known
    Column("tpp", String, nullable=False),
    Column("access", JSON, nullable=False),
    Column("recurring", Boolean, nullable=False),
    Column("valid_until", String, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("last_action", String, nullable=False),
    Index("consents_by_psu", "bank", "psu", "tpp"),
)

cards = Table(
    "cards",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("blocked", Boolean, nullable=False),
    Column("day_limit", Integer, nullable=False),
)
"""Only those whose owner has changed something."""

reads = Table(
    "reads",
    metadata,
    Column("consent_id", ForeignKey("consents.id"), primary_key=True),
    Column("day", String, primary_key=True),
    Column("resource", String, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""Reads that count against a consent's `frequencyPerDay`."""

authorisations = Table(
    "authorisations",
    metadata,
    Column("id", String, primary_key=True),
    Column("bank", String, nullable=False),
    Column("parent", String, nullable=False, index=True),  # path: /consents/<id>/authorisations
    Column("psu", String),
    Column("approach", String, nullable=False),
    Column("status", String, nullable=False),
    Column("method", String),
    Column("code", String),
    Column("code_at", String),
    Column("wrong_tries", Integer, nullable=False),
    Column("says", String, nullable=False),  # what the customer was told: a code is bound to it
    Column("back", String, nullable=False),  # where the bank's page leads after a yes
    Column("back_refused", String, nullable=False),
    Column("created_at", String, nullable=False),
)


def open_database(path: Path, *, reset: bool = False) -> Engine:
    """Open or create the database; with `reset`, what is there is thrown away first.

    Raises StorageError when the folder cannot be written to or the file is no database.
    """
    found = _VERSION
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if reset:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        engine = create_engine(
            f"sqlite:///{path}", future=True, poolclass=QueuePool, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _tune)
        with engine.begin() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
                found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            else:
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")
    except (OSError, SQLAlchemyError) as error:
        raise StorageError(
            f"practice bank: {error}",
            remedy=f"Check that {path} can be written, or start over with `assistant sandbox --reset`.",
        ) from error
    if found != _VERSION:
        raise StorageError(
            f"practice bank: {path.name} was made by another version",
            remedy="Start over with `assistant sandbox --reset`.",
        )
    return engine


_current: ContextVar[Connection | None] = ContextVar("transaction", default=None)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds the only write lock from its first read on, so that what it has
    looked at is still so when it writes. Within another one it is part of that."""
    current = _current.get()
    if current is not None:
        yield current
        return
    with engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        token = _current.set(connection)
        try:
            yield connection
        finally:
            _current.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees what the present transaction has written so far."""
    current = _current.get()
    if current is not None:
        yield current
        return
    with engine.connect() as connection:
        yield connection


@contextmanager
def at_once(engine: Engine) -> Iterator[None]:
    """Everything that is written within happens together or, when the server dies or fails, not at all.

    A refusal is no failure: what was written before it, a wrong try for instance, stays.
    """
    refusal: RefusalError | None = None
    with writing(engine):
        try:
            yield
        except RefusalError as error:
            refusal = error
    if refusal is not None:
        raise refusal


def _tune(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    # In WAL mode NORMAL loses nothing when the process dies, only (at worst) the last commits
    # when the machine does.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
