"""Which banks are connected. The consent itself lies in the secret store; a file a bank holds the rest."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from assistant.bank.interface import CONSENT_ID
from assistant.bank.links import check_base_url
from assistant.bank.private_files import delete_private, read_private, write_private
from assistant.bank.secrets import choose_store, store_of
from assistant.errors import SettingsError, StorageError
from assistant.settings import Settings

_SUFFIX = ".bank.json"
_ROOM = 8192
"""Bytes that a connection and its secret need at most."""
_FACTS = ("name", "base_url", "psu_id", "valid_until", "kept_in", "secret", "place")


@dataclass(frozen=True, slots=True)
class Connection:
    """One bank that the customer connected."""

    name: str
    """As the customer calls it."""
    base_url: str
    """Up to and including the version: `https://api.bank.example/psd2/v1`."""
    psu_id: str = field(repr=False)
    """The customer's user name at the bank; empty when the bank asks for it on its own page."""
    consent_id: str = field(repr=False)
    """Empty when the store lost it: then the bank is to be connected again."""
    valid_until: date | None
    """Last day of the consent."""
    kept_in: str = ""
    """`keyring` or `file`; empty before it is saved."""
    place: int = 0
    """Counts the banks in the order in which they were first connected, from 1."""

    @property
    def key(self) -> str:
        """The name in small letters, digits and dashes; two banks of one key are one bank."""
        return key_of(self.name)


class Connections:
    """The connected banks of this customer, read from disk whenever they may have changed."""

    def __init__(self, folder: Path, *, keyring: bool):
        self._folder = folder
        self._keyring = keyring
        self._lock = threading.Lock()
        self._known: tuple[object, tuple[Connection, ...]] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Connections:
        return cls(settings.connections, keyring=settings.keyring)

    def all(self) -> tuple[Connection, ...]:
        """In the order in which they were connected. Raises StorageError when one cannot be read."""
        with self._lock:
            files = self._files()
            state = tuple(map(_state, files))
            if self._known is None or self._known[0] != state:
                found = [connection for file in files if (connection := self._read(file))]
                self._known = (state, tuple(sorted(found, key=lambda each: each.place)))
            return self._known[1]

    def find(self, name: str) -> Connection | None:
        return next((known for known in self.all() if known.key == key_of(name)), None)

    def check_writable(self, key: str) -> None:
        """Raises StorageError when a connection could not be stored just now."""
        probe = self._folder / f".{key}.probe"
        write_private(probe, "x" * _ROOM)
        delete_private(probe)

    def save(self, connection: Connection) -> Connection:
        """Keep it, in the place of a former one of that name. Raises StorageError; then the former stays."""
        store = choose_store(self._folder, keyring_wanted=self._keyring)
        file = self._file(connection.key)
        former = self._facts(file)
        last = max((known.place for known in self.all()), default=0)
        connection = replace(
            connection,
            kept_in=store.KIND,
            place=_place(former) if former else last + 1,
        )
        facts = {
            "name": connection.name,
            "base_url": connection.base_url,
            "psu_id": connection.psu_id,
            "valid_until": connection.valid_until.isoformat() if connection.valid_until else None,
            "kept_in": store.KIND,
            "secret": _secret_name(connection),
            "place": str(connection.place),
        }
        store.put(facts["secret"] or "", connection.consent_id)
        try:
            write_private(file, json.dumps(facts, indent=2))
        except StorageError:
            self._forget_secret(facts)
            raise
        if former is not None and former["secret"] != facts["secret"]:
            self._forget_secret(former)
        return connection

    def remove(self, connection: Connection) -> None:
        """Forget it here; the bank is not told. Raises StorageError."""
        file = self._file(connection.key)
        facts = self._facts(file)
        delete_private(file)
        if facts is not None:
            self._forget_secret(facts)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _read(self, file: Path) -> Connection | None:
        """None for one that was removed a moment ago."""
        facts = self._facts(file)
        if facts is None:
            return None
        kept_in = facts["kept_in"] or ""
        consent_id = store_of(kept_in, self._folder).get(facts["secret"] or "") or ""
        try:
            return Connection(
                name=facts["name"] or "",
                base_url=check_base_url(facts["base_url"] or ""),
                psu_id=facts["psu_id"] or "",
                consent_id=consent_id if CONSENT_ID.fullmatch(consent_id) else "",
                valid_until=date.fromisoformat(facts["valid_until"]) if facts["valid_until"] else None,
                kept_in=kept_in,
                place=_place(facts),
            )
        except ValueError as error:
            raise _damaged(file) from error

    def _facts(self, file: Path) -> dict[str, str | None] | None:
        content = read_private(file)
        if content is None:
            return None
        try:
            facts = json.loads(content)
        except ValueError as error:
            raise _damaged(file) from error
        if not isinstance(facts, dict) or not all(
            name in facts and isinstance(facts[name], str | None) for name in _FACTS
        ):
            raise _damaged(file)
        return facts

    def _forget_secret(self, facts: dict[str, str | None]) -> None:
        """A secret that cannot be deleted is worth nothing without the file that names it."""
        with suppress(StorageError):
            store_of(facts["kept_in"] or "", self._folder).delete(facts["secret"] or "")


def _state(file: Path) -> tuple[str, int, int] | None:
    """What changes when the file does: every writing makes a new one."""
    try:
        facts = file.stat()
    except OSError:
        return None
    return file.name, facts.st_mtime_ns, facts.st_ino


def key_of(name: str) -> str:
    """Raises SettingsError when nothing of the name is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    if not key:
        raise SettingsError("a bank's name needs letters or digits", remedy="Give the bank another name.")
    return key


def _place(facts: dict[str, str | None]) -> int:
    return int(facts["place"] or 0)


def _secret_name(connection: Connection) -> str:
    """A new consent gets a new name, so that the old one is whole until the new one is."""
    return f"{connection.key}-{hashlib.sha256(connection.consent_id.encode()).hexdigest()[:12]}"


def _damaged(file: Path) -> StorageError:
    return StorageError(
        f"{file.name} is damaged",
        say="What I had saved about one of your banks is damaged.",
        remedy="Delete that file and run `assistant banks connect` again.",
    )
