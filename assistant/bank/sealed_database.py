"""A table whose rows lie sealed in it, in a file that only its owner may read.

Fernet (AES and HMAC) seals a row, and the key lies where consents lie: whoever gets the file learns how
many rows there are, and can change none unnoticed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from assistant.bank.private_files import ensure_private_folder
from assistant.bank.secrets import FileSecrets, SecretStore, choose_store
from assistant.errors import StorageError

_SECONDS = 10.0
"""How long another process may hold the file; it does so for milliseconds."""


class Sealed:
    """One transaction: its connection, and what seals and opens a row."""

    def __init__(
        self, connection: sqlite3.Connection, store: SecretStore, key: bytes, error: type[StorageError]
    ):
        """`store` is where the key lies, for what else belongs beside it."""
        self.connection = connection
        self.store = store
        self._key = key
        self._error = error
        try:
            self._fernet = Fernet(key)
        except ValueError as damaged:
            raise error("the key is damaged") from damaged

    def seal(self, facts: dict[str, Any]) -> bytes:
        return self._fernet.encrypt(json.dumps(facts).encode())

    def unseal(self, sealed: bytes) -> dict[str, Any]:
        """Raises the database's error when the row was damaged or changed."""
        try:
            facts: dict[str, Any] = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError, TypeError) as damaged:
            raise self._error("a row is damaged") from damaged
        return facts

    def digest(self, facts: dict[str, Any]) -> str:
        """The same for the same facts. Keyed, so that nobody finds them by trying."""
        return hmac.new(self._key, json.dumps(facts).encode(), hashlib.sha256).hexdigest()


class SealedDatabase:
    """May be used from several threads and processes at once."""

    def __init__(
        self,
        folder: Path,
        *,
        keyring: bool,
        file_name: str,
        key_name: str,
        table: str,
        columns: str,
        error: type[StorageError],
    ):
        """Nothing is opened yet. `error` is raised for whatever goes wrong."""
        self._folder = folder
        self._keyring = keyring
        self._file = folder / file_name
        self._key_name = key_name
        self._table = table
        self._columns = columns
        self._error = error
        self._known: tuple[SecretStore, bytes] | None = None

    @contextmanager
    def open(self) -> Iterator[Sealed]:
        """One transaction, on the disk when the block is left, undone when it is left by an error."""
        try:
            ensure_private_folder(self._folder)
            # SQLite gives the files beside it the mode of this one.
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
            self._file.chmod(0o600)
            connection = sqlite3.connect(self._file, timeout=_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error, StorageError) as error:
            raise self._error(type(error).__name__) from error
        try:
            # With a write-ahead log, FULL means that a commit has reached the disk when it returns.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"CREATE TABLE IF NOT EXISTS {self._table} ({self._columns})")
            yield Sealed(connection, *self._secrets(connection), self._error)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._error(str(error)) from error
        finally:
            connection.close()

    def _secrets(self, connection: sqlite3.Connection) -> tuple[SecretStore, bytes]:
        """The key is made before the first row, within the transaction. A lost one is never replaced: rows
        that cannot be read may still matter."""
        if self._known is None:
            try:
                self._known = self._stored() or self._made(connection)
            except self._error:
                raise
            except StorageError as error:
                raise self._error(error.detail) from error
        return self._known

    def _stored(self) -> tuple[SecretStore, bytes] | None:
        """Where there was no keyring on the first day it is in a file for good."""
        for store in (FileSecrets(self._folder), choose_store(self._folder, keyring_wanted=self._keyring)):
            key = store.get(self._key_name)
            if key is not None:
                return store, key.encode()
        return None

    def _made(self, connection: sqlite3.Connection) -> tuple[SecretStore, bytes]:
        if connection.execute(f"SELECT 1 FROM {self._table} LIMIT 1").fetchone():  # noqa: S608 - our own words
            raise self._error("the key is gone")
        key = Fernet.generate_key()
        store = choose_store(self._folder, keyring_wanted=self._keyring)
        store.put(self._key_name, key.decode())
        return store, key
