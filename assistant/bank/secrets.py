"""Where consents and tokens are kept: the keyring of the operating system, else a private file."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from assistant.bank.private_files import delete_private, read_private, write_private
from assistant.errors import StorageError

_SERVICE = "voice-banking-assistant"
_SECONDS = 3.0
"""A keyring that takes longer waits for a person or is stuck; neither may hold a conversation."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

T = TypeVar("T")


class SecretStore(Protocol):
    """Texts by name; a name is small letters, digits and dashes. Every method may raise StorageError."""

    KIND: str
    """Written beside what refers to a secret, so that it is looked for where it was put."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, secret: str) -> None: ...

    def delete(self, name: str) -> None: ...


class FileSecrets:
    """One file a secret, mode 0600, in a folder of mode 0700."""

    KIND = "file"

    def __init__(self, folder: Path):
        self._folder = folder

    def get(self, name: str) -> str | None:
        return read_private(self._file(name))

    def put(self, name: str, secret: str) -> None:
        write_private(self._file(name), secret)

    def delete(self, name: str) -> None:
        delete_private(self._file(name))

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not a name for a secret")
        return self._folder / f"{name}.secret"


class KeyringSecrets:
    """The operating system's keyring, through the backend that `keyring` chose."""

    KIND = "keyring"

    def get(self, name: str) -> str | None:
        import keyring

        secret: str | None = _in_time(lambda: keyring.get_password(_SERVICE, name))
        return secret

    def put(self, name: str, secret: str) -> None:
        import keyring

        _in_time(lambda: keyring.set_password(_SERVICE, name, secret))

    def delete(self, name: str) -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        def delete() -> None:
            try:
                keyring.delete_password(_SERVICE, name)
            except PasswordDeleteError:
                return  # there was none

        _in_time(delete)


def choose_store(folder: Path, *, keyring_wanted: bool) -> SecretStore:
    """The keyring when one is there, unlocked and safe; files in `folder` otherwise. Never prompts."""
    if keyring_wanted and keyring_is_usable():
        return KeyringSecrets()
    return FileSecrets(folder)


def store_of(kind: str, folder: Path) -> SecretStore:
    """The store in which a secret was put. Raises StorageError for an unknown kind."""
    if kind == KeyringSecrets.KIND:
        return KeyringSecrets()
    if kind == FileSecrets.KIND:
        return FileSecrets(folder)
    raise StorageError("unknown place of a secret", say="I could not read what I had saved.")


def keyring_is_usable() -> bool:
    """Whether secrets can be put there now, without a prompt, in more than plain text."""
    try:
        return _in_time(_probe)
    except StorageError:
        return False


def _probe() -> bool:
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    chained = getattr(backend, "backends", None)
    chosen = chained[0] if chained else backend
    # keyrings.alt holds files in plain text and files whose password is asked for on the terminal.
    if isinstance(chosen, fail.Keyring | null.Keyring) or type(chosen).__module__.startswith("keyrings.alt"):
        return False
    if type(chosen).__module__.startswith("keyring.backends.SecretService"):
        return _secret_service_is_open()
    return True


def _secret_service_is_open() -> bool:
    """Asks for the state only: opening a locked collection would show a window."""
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        collection = secretstorage.Collection(connection, "/org/freedesktop/secrets/aliases/default")
        return not collection.is_locked()
    finally:
        connection.close()


def _in_time(action: Callable[[], T]) -> T:
    """Raises StorageError when the keyring fails or takes too long."""
    result: list[T] = []
    failure: list[str] = []

    def work() -> None:
        try:
            result.append(action())
        except Exception as error:  # noqa: BLE001 - backends raise whatever their system raises
            failure.append(type(error).__name__)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    if result:
        return result[0]
    raise StorageError(
        f"keyring: {failure[0] if failure else 'no answer'}",
        say="I cannot open the keyring of this computer.",
        remedy="Unlock the keyring, or set ASSISTANT_KEYRING=off and connect the bank again.",
    )
