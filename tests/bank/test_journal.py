"""The record of payments: on the disk before anything leaves, unreadable to others, never wrong."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.bank.journal import FILE_NAME, Journal
from assistant.bank.payment import Frequency, Order, Payee, Payment, PaymentState, Product, Schedule
from assistant.bank.private_files import delete_private
from assistant.bank.secrets import FileSecrets
from assistant.errors import JournalError, PaymentOpenError
from assistant.money import Money
from tests.bank.conftest import journal_in
from tests.bank.test_payment_orders import GERMAN, IRISH, order

words = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=70)
days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
schedules = st.builds(
    Schedule, days, st.sampled_from(Frequency), st.none() | days, st.none() | st.integers(1, 31)
)
orders = st.builds(
    Order,
    bank=words,
    debtor_iban=st.just(IRISH),
    payee=st.builds(Payee, words, st.just(GERMAN)),
    money=st.builds(
        Money,
        st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2),
        st.sampled_from(["EUR", "GBP", "SEK"]),
    ),
    product=st.sampled_from(Product),
    remittance=words | st.just(""),
    on=st.none() | days,
    schedule=st.none() | schedules,
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return journal_in(tmp_path / "banks")


@given(orders)
@settings(max_examples=60, deadline=None)
def test_a_payment_is_read_as_it_was_written(written: Order) -> None:
    with TemporaryDirectory() as folder:
        made = journal_in(Path(folder)).begin(written)
        assert made.order == written
        assert made.state is PaymentState.UNKNOWN
        assert journal_in(Path(folder)).unsettled() == (made,)
        assert journal_in(Path(folder)).alike(written) == (made,)


def test_ids_are_new_and_as_the_protocol_wants_them(journal: Journal) -> None:
    first, second = journal.begin(order()), journal.begin(order(amount="46.00"))
    assert len({first.id, second.id, first.request_id, second.request_id}) == 4
    assert first.end_to_end != second.end_to_end
    assert 1 <= len(first.end_to_end) <= 35, "the longest that SEPA carries"


def test_nobody_else_can_read_it_and_nothing_can_be_read_in_it(tmp_path: Path, journal: Journal) -> None:
    made = journal.begin(order(remittance="a-rare-word"))
    journal.note(made, bank_id="bank-payment-77")
    for file in (tmp_path / "banks").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name
        content = file.read_bytes()
        for secret in (GERMAN, IRISH, "Marie", "a-rare-word", "45.00", made.request_id, "bank-payment-77"):
            assert secret.encode() not in content, file.name
    assert (tmp_path / "banks").stat().st_mode & 0o077 == 0


def test_the_disk_is_asked_to_keep_it(tmp_path: Path, journal: Journal) -> None:
    journal.begin(order())
    file = tmp_path / "banks" / FILE_NAME
    # Asked of the connection itself: a commit without a sync would be lost with the power.
    traced = subprocess.run(
        [sys.executable, "-c", _WRITE_ONE, str(tmp_path / "banks")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        check=True,
    )
    assert traced.stdout.split() == ["2"], "synchronous is FULL"
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


_WRITE_ONE = """
import sqlite3, sys
from pathlib import Path
from assistant.bank.journal import Journal
found = []
class Watched(sqlite3.Connection):
    def close(self):
        found.append(self.execute("PRAGMA synchronous").fetchone()[0])
        super().close()
connect = sqlite3.connect
sqlite3.connect = lambda *args, **more: connect(*args, factory=Watched, **more)
Journal(Path(sys.argv[1]), keyring=False).all()
print(*found)
"""


def test_the_same_order_is_not_begun_twice_while_the_first_is_unknown(journal: Journal) -> None:
    made = journal.begin(order())
    with pytest.raises(PaymentOpenError):
        journal.begin(order())
    journal.begin(order(remittance="another concert"))
    journal.note(made, state=PaymentState.NOT_DONE)
    again = journal.begin(order())
    assert [each.id for each in journal.alike(order())] == [made.id, again.id]


def test_two_at_once_begin_it_once(tmp_path: Path) -> None:
    results: list[str] = []

    def work() -> None:
        try:
            results.append(journal_in(tmp_path / "banks").begin(order()).id)
        except PaymentOpenError:
            results.append("open")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("open") == 7
    (kept,) = journal_in(tmp_path / "banks").all()
    assert kept.id in results


def test_a_final_state_stays_and_is_open_until_it_was_told(journal: Journal) -> None:
    made = journal.begin(order())
    journal.note(made, state=PaymentState.PAID)
    assert journal.note(made, state=PaymentState.REFUSED).state is PaymentState.PAID
    assert [each.id for each in journal.unsettled()] == [made.id]
    journal.note(made, told=PaymentState.PAID)
    assert journal.unsettled() == ()
    assert len(journal.all()) == 1


def _swap_rows(connection: sqlite3.Connection) -> None:
    first, second = connection.execute("SELECT id, sealed FROM payments").fetchall()
    connection.execute("UPDATE payments SET sealed = ? WHERE id = ?", (second[1], first[0]))


def _flip_a_byte(connection: sqlite3.Connection) -> None:
    name, sealed = connection.execute("SELECT id, sealed FROM payments").fetchone()
    broken = sealed[:20] + (b"A" if sealed[20:21] != b"A" else b"B") + sealed[21:]
    connection.execute("UPDATE payments SET sealed = ? WHERE id = ?", (broken, name))


@pytest.mark.parametrize("tamper", [_swap_rows, _flip_a_byte])
def test_tampering_is_noticed(
    tmp_path: Path, journal: Journal, tamper: Callable[[sqlite3.Connection], None]
) -> None:
    journal.begin(order())
    journal.begin(order(amount="46.00"))
    with sqlite3.connect(tmp_path / "banks" / FILE_NAME) as connection:
        tamper(connection)
    connection.close()
    with pytest.raises(JournalError):
        journal.all()


def test_a_lost_key_stops_everything(tmp_path: Path, journal: Journal) -> None:
    journal.begin(order())
    delete_private(next((tmp_path / "banks").glob("*.secret")))
    with pytest.raises(JournalError):
        journal_in(tmp_path / "banks").begin(order(amount="46.00"))
    assert not list((tmp_path / "banks").glob("*.secret")), "a new key would hide the old payments"


def test_a_damaged_key_stops_everything(tmp_path: Path, journal: Journal) -> None:
    journal.begin(order())
    secret = next((tmp_path / "banks").glob("*.secret"))
    FileSecrets(tmp_path / "banks").put(secret.name.removesuffix(".secret"), "no key")
    with pytest.raises(JournalError):
        journal_in(tmp_path / "banks").all()


def test_a_damaged_file_is_an_error(tmp_path: Path, journal: Journal) -> None:
    journal.begin(order())
    (tmp_path / "banks" / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(JournalError):
        journal.all()


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Files cannot grow beyond `size` bytes: the kernel's own refusal, as on a full disk."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


@pytest.mark.parametrize("room", [0, 100, 5_000, 20_000])
def test_a_full_disk_is_an_error_and_leaves_what_was(tmp_path: Path, journal: Journal, room: int) -> None:
    made = journal.begin(order())
    for file in (tmp_path / "banks").glob(f"{FILE_NAME}-*"):
        assert file.stat().st_size == 0, "nothing waits in the log when the last user has closed it"
    with full_disk(room), pytest.raises(JournalError):
        for amount in range(1, 100):
            journal.begin(order(amount=f"{amount}.01"))
    kept = journal.all()
    assert kept[0] == made
    assert len(kept) < 100


_BEGIN_ALL_DAY = """
import sys
from decimal import Decimal
from pathlib import Path
from assistant.bank.journal import Journal
from tests.bank.test_payment_orders import order
journal = Journal(Path(sys.argv[1]), keyring=False)
for cents in range(1, 100_000):
    payment = journal.begin(order(amount=str(Decimal(cents) / 100)))
    print(payment.id, flush=True)
    journal.note(payment, bank_id="b%d" % cents)
    print(payment.id, cents, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 7, 20])
def test_what_was_written_survives_kill_9(tmp_path: Path, lines: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _BEGIN_ALL_DAY, str(tmp_path / "banks")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as child:
        assert child.stdout
        said = [child.stdout.readline() for _ in range(lines)]
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.readlines()
    kept = {each.id: each for each in journal_in(tmp_path / "banks").all()}
    assert len(said) >= lines
    for line in said:
        name, *number = line.split()
        assert name in kept
        if number:
            assert kept[name].bank_id == f"b{number[0]}"


class JournalLife(RuleBasedStateMachine):
    """Any order of events, with the file opened anew each time, against a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.known: list[Payment] = []

    @property
    def journal(self) -> Journal:
        return journal_in(Path(self.folder.name))

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(cents=st.integers(100, 103))
    def begin(self, cents: int) -> None:
        wanted = order(amount=f"{cents}.00")
        blocked = any(e.order == wanted and e.state is PaymentState.UNKNOWN for e in self.known)
        if blocked:
            with pytest.raises(PaymentOpenError):
                self.journal.begin(wanted)
        else:
            self.known.append(self.journal.begin(wanted))

    @precondition(lambda self: self.known)
    @rule(data=st.data(), state=st.none() | st.sampled_from(PaymentState), tell=st.booleans())
    def note(self, data: st.DataObject, state: PaymentState | None, tell: bool) -> None:
        index = data.draw(st.integers(0, len(self.known) - 1))
        before = self.known[index]
        after = self.journal.note(before, state=state, told=before.state if tell else None)
        if before.state.is_final:
            assert after.state is before.state
        elif state is not None:
            assert after.state is state
        assert (after.order, after.request_id, after.end_to_end) == (
            before.order,
            before.request_id,
            before.end_to_end,
        )
        self.known[index] = after

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.journal.all() == tuple(self.known)
        open_ones = [e for e in self.known if not e.state.is_final or e.told is not e.state]
        assert self.journal.unsettled() == tuple(open_ones)


JournalLife.TestCase.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
TestJournalLife = JournalLife.TestCase


def test_details_of_errors_hold_nothing_of_the_payment(tmp_path: Path, journal: Journal) -> None:
    made = journal.begin(order())
    with sqlite3.connect(tmp_path / "banks" / FILE_NAME) as connection:
        connection.execute("DELETE FROM payments")
    connection.close()
    with pytest.raises(JournalError) as error:
        journal.note(made, state=PaymentState.PAID)
    assert made.id not in json.dumps([str(error.value), error.value.detail])
