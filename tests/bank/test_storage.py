"""Where connections and secrets lie: for the owner alone, whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import PasswordDeleteError

from assistant.bank import secrets
from assistant.bank.connections import Connection, Connections, key_of
from assistant.bank.private_files import write_private
from assistant.bank.secrets import FileSecrets, KeyringSecrets, choose_store, keyring_is_usable
from assistant.errors import SettingsError, StorageError

MEADOW = Connection("Meadow Bank", "https://meadow.example/v1", "anna", "consent-of-anna", date(2026, 9, 14))
HARBOUR = Connection("Harbour Bank", "https://harbour.example/v1", "anna", "other-consent", None)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


class RamKeyring(KeyringBackend):
    """A keyring of the machine, as far as this process is concerned."""

    priority = 9

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


class StuckKeyring(RamKeyring):
    """Waits for a person who is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait(60)
        return None


class BrokenKeyring(RamKeyring):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot keep {password}")


@pytest.fixture
def use() -> Iterator[Any]:
    former = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(former)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@POSIX
def test_files_are_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "banks"
    former = os.umask(0)
    try:
        Connections(folder, keyring=False).save(MEADOW)
    finally:
        os.umask(former)
    assert mode(folder) == 0o700
    files = list(folder.iterdir())
    assert len(files) == 2
    assert {mode(file) for file in files} == {0o600}


@POSIX
def test_files_that_others_can_read_are_closed_again(tmp_path: Path) -> None:
    connections = Connections(tmp_path / "banks", keyring=False)
    connections.save(MEADOW)
    (tmp_path / "banks").chmod(0o755)
    for file in (tmp_path / "banks").iterdir():
        file.chmod(0o644)
    fresh = Connections(tmp_path / "banks", keyring=False)
    fresh.all()
    assert {mode(file) for file in (tmp_path / "banks").iterdir()} == {0o600}
    fresh.save(HARBOUR)
    assert mode(tmp_path / "banks") == 0o700


def test_what_is_saved_is_there_for_the_next_process(tmp_path: Path) -> None:
    first = Connections(tmp_path, keyring=False)
    saved = [first.save(MEADOW), first.save(HARBOUR)]
    assert [each.place for each in saved] == [1, 2]
    assert Connections(tmp_path, keyring=False).all() == tuple(saved)
    assert saved[0] == replace(MEADOW, kept_in="file", place=1)


def test_one_connection_sees_what_another_saved(tmp_path: Path) -> None:
    here, there = Connections(tmp_path, keyring=False), Connections(tmp_path, keyring=False)
    assert here.all() == ()
    there.save(MEADOW)
    assert [each.name for each in here.all()] == ["Meadow Bank"]
    there.save(replace(MEADOW, consent_id="renewed"))
    assert [each.consent_id for each in here.all()] == ["renewed"]
    there.remove(MEADOW)
    assert here.all() == ()


def test_a_bank_is_one_bank_however_its_name_is_written(tmp_path: Path) -> None:
    connections = Connections(tmp_path, keyring=False)
    connections.save(MEADOW)
    connections.save(replace(MEADOW, name="MEADOW  bank!"))
    assert [each.name for each in connections.all()] == ["MEADOW  bank!"]
    assert connections.find("meadow bank") is not None
    assert connections.find("harbour") is None


@pytest.mark.parametrize(
    ("name", "key"),
    [("Crédit Agricole", "credit-agricole"), ("../../etc/passwd", "etc-passwd"), ("A" * 200, "a" * 48)],
)
def test_names_become_keys(name: str, key: str) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize("name", ["", "...", "银行"])
def test_names_without_letters_are_refused(name: str) -> None:
    with pytest.raises(SettingsError):
        key_of(name)


def test_removing_leaves_nothing(tmp_path: Path) -> None:
    connections = Connections(tmp_path, keyring=False)
    saved = connections.save(MEADOW)
    connections.save(replace(MEADOW, consent_id="second"))
    connections.remove(saved)
    connections.remove(saved)
    assert list(tmp_path.iterdir()) == []


# --- when writing fails ----------------------------------------------------------------------

FULL_DISK = """
import resource, signal, sys
from dataclasses import replace
from pathlib import Path
from assistant.bank.connections import Connections
from assistant.errors import StorageError
from tests.bank.test_storage import MEADOW

folder, limit = Path(sys.argv[1]), int(sys.argv[2])
connections = Connections(folder, keyring=False)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for attempt in (
    lambda: connections.check_writable("meadow-bank"),
    lambda: connections.save(replace(MEADOW, consent_id="renewed")),
):
    try:
        attempt()
    except StorageError as error:
        print(error.code, "renewed" in str(error))
    else:
        print("saved")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("0", "storage False\nstorage False\n"),  # nothing can be written
        ("20", "storage False\nstorage False\n"),  # the secret can, the file that names it cannot
    ],
)
def test_a_full_disk_loses_nothing(tmp_path: Path, limit: str, said: str) -> None:
    connections = Connections(tmp_path, keyring=False)
    saved = connections.save(MEADOW)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), limit], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == said, done.stderr
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert Connections(tmp_path, keyring=False).all() == (saved,)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "banks").write_text("a file is in the way")
    connections = Connections(tmp_path / "banks", keyring=False)
    with pytest.raises(StorageError):
        connections.check_writable("meadow-bank")
    with pytest.raises(StorageError):
        connections.save(MEADOW)


def test_writing_replaces_in_one_step(tmp_path: Path) -> None:
    """Whoever reads meanwhile sees the old content or the new one, never a part."""
    file = tmp_path / "value"
    contents = [letter * 50_000 for letter in "ab"]
    write_private(file, contents[0])
    stop = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not stop.is_set():
            seen.add(file.read_text())

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(40):
        write_private(file, contents[turn % 2])
    stop.set()
    reader.join()
    assert seen <= set(contents)
    assert [each.name for each in tmp_path.iterdir()] == ["value"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"name": 7}', "\udcff", '{"name": "x", "base_url": "http://evil.example"}'],
)
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    connections = Connections(tmp_path, keyring=False)
    connections.save(MEADOW)
    (tmp_path / "meadow-bank.bank.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(StorageError) as error:
        connections.all()
    assert "meadow-bank.bank.json" in error.value.detail


def test_a_lost_secret_leaves_a_connection_without_consent(tmp_path: Path) -> None:
    connections = Connections(tmp_path, keyring=False)
    connections.save(MEADOW)
    (secret,) = tmp_path.glob("*.secret")
    for spoil in (lambda: secret.write_text("two\nlines"), lambda: secret.write_text(""), secret.unlink):
        spoil()
        (found,) = Connections(tmp_path, keyring=False).all()
        assert found.consent_id == ""


# --- the keyring -----------------------------------------------------------------------------


def test_a_keyring_is_used_where_there_is_one(use: Any, tmp_path: Path) -> None:
    backend = RamKeyring()
    use(backend)
    connections = Connections(tmp_path, keyring=True)
    saved = connections.save(MEADOW)
    assert saved.kept_in == "keyring"
    assert list(backend.kept.values()) == ["consent-of-anna"]
    assert all(b"consent-of-anna" not in file.read_bytes() for file in tmp_path.iterdir())
    assert Connections(tmp_path, keyring=True).all() == (saved,)
    connections.save(replace(MEADOW, consent_id="renewed"))
    assert list(backend.kept.values()) == ["renewed"]
    connections.remove(MEADOW)
    assert backend.kept == {}


def test_a_secret_is_looked_for_where_it_was_put(use: Any, tmp_path: Path) -> None:
    saved = Connections(tmp_path, keyring=False).save(MEADOW)
    use(RamKeyring())
    assert Connections(tmp_path, keyring=True).all() == (saved,)


def test_a_keyring_can_be_declined(use: Any, tmp_path: Path) -> None:
    backend = RamKeyring()
    use(backend)
    assert Connections(tmp_path, keyring=False).save(MEADOW).kept_in == "file"
    assert backend.kept == {}


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_what_is_no_keyring_is_not_used(use: Any, tmp_path: Path, backend: type[KeyringBackend]) -> None:
    use(backend())
    assert not keyring_is_usable()
    assert isinstance(choose_store(tmp_path, keyring_wanted=True), FileSecrets)


def test_a_keyring_that_keeps_plain_text_is_not_used(use: Any) -> None:
    plain = type("PlaintextKeyring", (RamKeyring,), {"__module__": "keyrings.alt.file"})
    use(plain())
    assert not keyring_is_usable()


def test_a_keyring_that_waits_for_somebody_does_not_hold_us(
    use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = StuckKeyring()
    use(backend)
    monkeypatch.setattr(secrets, "_SECONDS", 0.05)
    with pytest.raises(StorageError) as error:
        KeyringSecrets().get("meadow-bank")
    backend.released.set()
    assert "ASSISTANT_KEYRING" in error.value.remedy


def test_a_keyring_that_fails_tells_no_secret(use: Any, tmp_path: Path) -> None:
    use(BrokenKeyring())
    with pytest.raises(StorageError) as error:
        Connections(tmp_path, keyring=True).save(MEADOW)
    assert "consent-of-anna" not in str(error.value)
    assert error.value.__cause__ is None
    assert list(tmp_path.iterdir()) == []


def test_names_of_secrets_stay_in_their_folder(tmp_path: Path) -> None:
    for name in ("../up", "/etc/passwd", "", "a/b", "A"):
        with pytest.raises(ValueError, match="not a name"):
            FileSecrets(tmp_path).put(name, "secret")
