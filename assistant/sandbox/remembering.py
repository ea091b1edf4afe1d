"""A state of the whole practice bank that it can go back to: tests that spoil it need no new bank."""

from __future__ import annotations

import sqlite3

from sqlalchemy.engine import Engine

from assistant.sandbox.ledger import Ledger
from assistant.sandbox.refusals import RefusalError


class Remembered:
    """One state at a time, in memory."""

    def __init__(self, engine: Engine, ledger: Ledger) -> None:
        self._engine = engine
        self._ledger = ledger
        self._kept: sqlite3.Connection | None = None

    def keep(self) -> None:
        """Remember everything that is in the database now, consents and passwords' failures included."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with self._engine.connect() as connection:
            connection.connection.dbapi_connection.backup(kept)
        if self._kept is not None:
            self._kept.close()
        self._kept = kept

    def put_back(self) -> None:
        """Raises RefusalError RESOURCE_UNKNOWN when nothing was kept."""
        if self._kept is None:
            raise RefusalError("RESOURCE_UNKNOWN", "nothing was kept")
        with self._engine.connect() as connection:
            self._kept.backup(connection.connection.dbapi_connection)
        self._ledger.read_again()
