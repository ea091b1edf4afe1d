"""The record of acts: whatever is changed in it, cut from it or put into it is found."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.bank.private_files import delete_private
from assistant.errors import AuditError, TamperedError
from assistant.security.trail import FILE_NAME, HEAD, Deed, Trail
from tests.conftest import ROOT

NOON = datetime(2026, 3, 18, 12, tzinfo=timezone.utc)
facts = st.dictionaries(st.sampled_from(["amount", "bank", "to"]), st.text(max_size=20))


def trail_in(folder: Path) -> Trail:
    return Trail(folder, keyring=False)


def fill(folder: Path, count: int = 6) -> Path:
    trail = trail_in(folder)
    for number in range(count):
        trail.note(Deed.PAYMENT_BEGUN, NOON, amount=f"{number}.00 EUR")
    return folder / FILE_NAME


def change(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@given(st.lists(st.tuples(st.sampled_from(Deed), facts), max_size=8))
@settings(max_examples=25, deadline=None)
def test_it_is_read_as_it_was_written(written: list[tuple[Deed, dict[str, str]]]) -> None:
    with TemporaryDirectory() as folder:
        for deed, values in written:
            trail_in(Path(folder)).note(deed, NOON, **values)
        entries = trail_in(Path(folder)).entries()
    assert [(each.number, each.deed, each.at) for each in entries] == [
        (number, deed, NOON) for number, (deed, _) in enumerate(written, 1)
    ]
    assert [set(each.facts) for each in entries] == [set(values) for _, values in written]


TAMPERING: dict[str, tuple[str, ...]] = {
    "the last entry cut": ("DELETE FROM entries WHERE number = 6",),
    "the last three cut": ("DELETE FROM entries WHERE number > 3",),
    "all of them cut": ("DELETE FROM entries",),
    "one in the middle gone": ("DELETE FROM entries WHERE number = 3",),
    "the gap closed": (
        "DELETE FROM entries WHERE number = 3",
        "UPDATE entries SET number = number - 1 WHERE number > 3",
    ),
    "two exchanged": (
        "UPDATE entries SET number = -1 WHERE number = 2",
        "UPDATE entries SET number = 2 WHERE number = 4",
        "UPDATE entries SET number = 4 WHERE number = -1",
    ),
    "one repeated": ("INSERT INTO entries SELECT 7, sealed FROM entries WHERE number = 6",),
    "one in the place of another": (
        "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE number = 2) WHERE number = 5",
    ),
    "a byte changed": (
        "UPDATE entries SET sealed = CAST('x' || substr(sealed, 2) AS BLOB) WHERE number = 4",
    ),
    "a strange entry": ("INSERT INTO entries VALUES (7, CAST('gAAAAAB' AS BLOB))",),
    "an empty one": ("INSERT INTO entries VALUES (7, '')",),
    "a state that was never written": ("INSERT INTO state VALUES (1, CAST('{}' AS BLOB))",),
}


@pytest.mark.parametrize("statements", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(statements: tuple[str, ...], tmp_path: Path) -> None:
    change(fill(tmp_path), *statements)
    with pytest.raises(TamperedError) as found:
        trail_in(tmp_path).entries()
    assert found.value.detail


def test_rows_of_another_record_are_found(tmp_path: Path) -> None:
    mine, other = fill(tmp_path / "mine"), fill(tmp_path / "other")
    connection = sqlite3.connect(mine)
    connection.execute("ATTACH ? AS other", (str(other),))
    connection.execute(
        "UPDATE entries SET sealed = (SELECT sealed FROM other.entries WHERE number = 5) WHERE number = 5"
    )
    connection.commit()
    connection.close()
    with pytest.raises(TamperedError):
        trail_in(tmp_path / "mine").entries()


@pytest.mark.parametrize("way", ["the whole file put back", "the file gone"])
def test_a_file_of_yesterday_is_missed_by_the_secrets(way: str, tmp_path: Path) -> None:
    file = fill(tmp_path)
    yesterday = tmp_path / "yesterday"
    shutil.copy2(file, yesterday)
    trail_in(tmp_path).note(Deed.PASSCODE_TRIED, NOON)
    for each in tmp_path.glob(f"{FILE_NAME}*"):
        each.unlink()
    if way == "the whole file put back":
        shutil.move(yesterday, file)
    for act in (lambda: trail_in(tmp_path).entries(), lambda: trail_in(tmp_path).note(Deed.LOCKED, NOON)):
        with pytest.raises(TamperedError):
            act()


def test_a_crash_before_the_newest_was_named_is_no_tampering(tmp_path: Path) -> None:
    """The name of the newest entry is written after the entry; a kill in between leaves it one behind."""
    fill(tmp_path, 3)
    head = tmp_path / f"{HEAD}.secret"
    behind = head.read_text()
    trail_in(tmp_path).note(Deed.LOCKED, NOON)
    head.write_text(behind)
    assert len(trail_in(tmp_path).entries()) == 4
    assert head.read_text() != behind, "and it is named as soon as it is seen"


@pytest.mark.parametrize("secret", ["security-key", HEAD])
def test_a_lost_secret_stops_everything(secret: str, tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / f"{secret}.secret").write_text("nonsense")
    with pytest.raises(AuditError):
        trail_in(tmp_path).entries()
    delete_private(tmp_path / f"{secret}.secret")
    if secret != HEAD:
        with pytest.raises(AuditError):
            trail_in(tmp_path).note(Deed.LOCKED, NOON)


def test_nobody_else_can_read_it_and_nothing_can_be_read_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "banks"
    trail_in(folder).note(Deed.BANK_CONNECTED, NOON, bank="A rare name", to="DE89370400440532013000")
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
        for word in (b"A rare name", b"bank connected", b"DE89370400440532013000"):
            assert word not in file.read_bytes(), file.name
    (entry,) = trail_in(folder).entries()
    assert entry.facts == {"bank": "A rare name", "to": "••••"}


_FULL = """
import resource, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from assistant.errors import AuditError
from assistant.security.trail import Deed, Trail
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
trail = Trail(Path(sys.argv[1]), keyring=False)
trail.entries()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    for _ in range(200):
        trail.note(Deed.PAYMENT_BEGUN, datetime.now(timezone.utc), amount="1.00 EUR")
except AuditError as error:
    print("refused", error.code)
"""


@pytest.mark.parametrize("room", [0, 4096, 40_000])
def test_on_a_full_disk_it_says_so_and_stays_whole(room: int, tmp_path: Path) -> None:
    fill(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path), str(room)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["refused", "storage.audit"], done.stderr
    entries = trail_in(tmp_path).entries()
    assert [each.number for each in entries] == list(range(1, len(entries) + 1))
    assert len(entries) >= 6
