"""Conversations in a table of PostgreSQL and locks as its advisory locks, through SQLAlchemy."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from assistant.nlu.stores.shelf import KEPT, PATIENCE, Held, Kept

_METADATA = MetaData()
_TABLE = Table(
    "assistant_conversations",
    _METADATA,
    Column("name", String(64), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)
_MAKING = 0x62616E6B
"""The advisory lock of whoever makes the table: at once, two would meet in the catalogue."""
_EVERY = 100
"""Writings between two sweeps."""


class PostgresShelf:
    """Rasa's `SQLTrackerStore` keeps a plain row an event for ever; a lock store for PostgreSQL it has not.

    An advisory lock belongs to a session: it is free as soon as the server sees that its holder is gone.
    """

    def __init__(self, url: str) -> None:
        waits = {"connect_timeout": int(PATIENCE), "options": f"-c statement_timeout={int(PATIENCE * 1000)}"}
        # A connection a turn that goes on, for its lock, and one for each thread that reads or writes.
        self._engine = create_engine(
            url, pool_pre_ping=True, pool_size=8, max_overflow=56, pool_timeout=PATIENCE, connect_args=waits
        )
        self._one_by_one = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writings = 0

    def prepare(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
            _METADATA.create_all(connection)
            connection.execute(_sweep())

    def get(self, name: str) -> Kept | None:
        mine = (_TABLE.c.name == name, _TABLE.c.at > _oldest())
        query = select(_TABLE.c.version, _TABLE.c.sealed).where(*mine)
        with self._one_by_one.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Kept(row.version, bytes(row.sealed))

    def put(self, name: str, kept: Kept, former: str) -> bool:
        values = {"version": kept.version, "sealed": kept.sealed, "at": func.now()}
        if former:
            query = update(_TABLE).where(_TABLE.c.name == name, _TABLE.c.version == former).values(values)
        else:
            added = insert(_TABLE).values(name=name, **values)
            query = added.on_conflict_do_update(
                index_elements=[_TABLE.c.name], set_=values, where=_TABLE.c.at <= _oldest()
            )
        with self._one_by_one.connect() as connection:
            done = bool(connection.execute(query).rowcount == 1)
            self._writings += 1
            if self._writings % _EVERY == 0:
                connection.execute(_sweep())
        return done

    def delete(self, name: str) -> None:
        with self._one_by_one.connect() as connection:
            connection.execute(delete(_TABLE).where(_TABLE.c.name == name))

    def lock(self, name: str) -> Held | None:
        connection = self._one_by_one.connect()
        try:
            number = int.from_bytes(bytes.fromhex(name[:16]), "big", signed=True)
            if connection.execute(select(func.pg_try_advisory_lock(number))).scalar():
                return _PostgresHeld(connection, number)
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        connection.close()
        return None

    def close(self) -> None:
        self._engine.dispose()


class _PostgresHeld:
    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self._number = number

    def renew(self) -> None:
        """Keeps the session from being taken for idle."""
        self._connection.execute(text("SELECT 1"))

    def release(self) -> None:
        try:
            self._connection.execute(select(func.pg_advisory_unlock(self._number)))
        except SQLAlchemyError:
            # Whatever is wrong with this session, it must not go back with a lock on it.
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
        finally:
            self._connection.close()


def _oldest() -> object:
    return func.now() - timedelta(seconds=KEPT)


def _sweep() -> object:
    return delete(_TABLE).where(_TABLE.c.at <= _oldest())
