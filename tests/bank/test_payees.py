"""The customer's own payees: kept sealed, told apart by name and number, and found among past payments."""

from __future__ import annotations

import sqlite3
import stat
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as budget
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from stdnum import iban as standard

from assistant.bank.connections import Connections
from assistant.bank.payees import FILE_NAME, KnownPayee, PayeeBook, PayeeSource, folded
from assistant.bank.portfolio import Portfolio
from assistant.errors import (
    IbanDigitsError,
    IbanLengthError,
    OrderError,
    PayeeBookError,
    PayeeExistsError,
    PayeeUnknownError,
)

TODAY = date(2026, 3, 18)
MARIE, TOM = "FR1420041010050500013M02606", "IE29AIBK93115212345678"


def book_in(folder: Path, portfolio: Portfolio | None = None) -> PayeeBook:
    nobody = portfolio or Portfolio(Connections(folder / "none", keyring=False), today=lambda: TODAY)
    return PayeeBook(folder, nobody, keyring=False, today=lambda: TODAY)


@pytest.fixture
def book(tmp_path: Path) -> PayeeBook:
    return book_in(tmp_path / "home")


def test_a_payee_is_kept(book: PayeeBook, tmp_path: Path) -> None:
    added = book.add("  the   plumber ", "ie29 AIBK 9311 5212 3456 78", verified=True, holder="Tom Baker")
    assert (added.name, added.iban, added.since, added.verified) == ("the plumber", TOM, TODAY, True)
    assert added.payee.name == "Tom Baker", "the bank is told the holder's name"
    assert added.source is PayeeSource.OWN_LIST
    assert book_in(tmp_path / "home").all() == (added,)
    assert book.find("THE Plumber") == (added,)
    assert book.find("the baker") == ()


def test_a_payee_is_renamed_and_removed(book: PayeeBook) -> None:
    marie = book.add("Marie Dubois", MARIE)
    renamed = book.rename(marie, "Marie")
    assert (renamed.name, renamed.payee.name, renamed.iban) == ("Marie", "Marie Dubois", MARIE)
    assert book.saved() == (renamed,)
    book.remove(marie)
    assert book.saved() == ()
    with pytest.raises(PayeeUnknownError):
        book.remove(marie)
    with pytest.raises(PayeeUnknownError):
        book.rename(marie, "Marie again")


def test_no_two_payees_can_be_taken_for_each_other(book: PayeeBook) -> None:
    marie = book.add("Zoë Martin", MARIE)
    for name, iban in (("zoe  martin", TOM), ("Somebody else", MARIE)):
        with pytest.raises(PayeeExistsError):
            book.add(name, iban)
    tom = book.add("Tom", TOM)
    with pytest.raises(PayeeExistsError):
        book.rename(tom, "ZOE MARTIN")
    assert book.rename(marie, "Zoe Martin").name == "Zoe Martin", "its own name is nobody else's"
    assert len(book.saved()) == 2


@pytest.mark.parametrize(
    ("name", "iban", "error"),
    [
        ("Tom", TOM[:-1], IbanLengthError),
        ("Tom", TOM[:-1] + "9", IbanDigitsError),
        ("", TOM, OrderError),
        ("\u0301", TOM, OrderError),
        ("x" * 71, TOM, OrderError),
        ("Tom\x07", TOM, OrderError),
    ],
)
def test_what_no_bank_would_take_is_not_kept(
    book: PayeeBook, name: str, iban: str, error: type[OrderError]
) -> None:
    with pytest.raises(error):
        book.add(name, iban)
    assert book.saved() == ()


def test_the_file_is_for_its_owner_and_tells_nothing(book: PayeeBook, tmp_path: Path) -> None:
    book.add("Marie Dubois", MARIE)
    files = [each for each in (tmp_path / "home").iterdir() if each.name.startswith(FILE_NAME)]
    assert files
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert b"Marie" not in file.read_bytes()
        assert MARIE.encode() not in file.read_bytes()


def test_a_row_that_was_changed_or_moved_is_refused(book: PayeeBook, tmp_path: Path) -> None:
    book.add("Marie Dubois", MARIE)
    book.add("Tom", TOM)
    file = tmp_path / "home" / FILE_NAME
    with sqlite3.connect(file) as connection:
        rows: list[Any] = connection.execute("SELECT id, sealed FROM payees").fetchall()
        (first, sealed), (second, other) = rows
        connection.execute("UPDATE payees SET sealed = ? WHERE id = ?", (other, first))
        connection.execute("UPDATE payees SET sealed = ? WHERE id = ?", (sealed, second))
    with pytest.raises(PayeeBookError):
        book.saved()
    (tmp_path / "home" / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(PayeeBookError):
        book.saved()


def test_whoever_was_paid_before_and_own_accounts_are_known(
    join: Callable[..., Any], connections: Connections, tmp_path: Path
) -> None:
    join("Meadow Bank")
    portfolio = Portfolio(connections, today=lambda: TODAY)
    book = book_in(tmp_path / "home", portfolio)
    (landlord,) = book.find("liffey homes")
    assert landlord.source is PayeeSource.PAST
    assert landlord.since == date(2026, 3, 2), "the rent of March, moved by a weekend"
    last = book.last_paid(landlord.iban)
    assert last is not None and str(last.money.amount) == "-1350.00"
    (savings,) = book.find("Rainy day savings")
    assert (savings.source, savings.payee.name) == (PayeeSource.OWN_ACCOUNT, "Anna Keller")
    book.add("my landlord", landlord.iban, holder="Liffey Homes")
    assert book.find("liffey homes") == (), "it is on the list now, under the customer's own name"
    assert book.last_paid(book.find("my landlord")[0].iban) == last
    ibans = [each.iban for each in book.all() if each.iban]
    assert len(ibans) == len(set(ibans))
    portfolio.close()


NAMES = st.text(st.characters(codec="utf-8"), max_size=75)
IBANS = st.from_regex(r"\A[0-9]{18}\Z").map(
    lambda bban: f"DE{standard.calc_check_digits(f'DE00{bban}')}{bban}"
)


class AnyOrder(RuleBasedStateMachine):
    """The book beside a dictionary, whatever is added, renamed and removed in whichever order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.book = book_in(Path(self.folder.name) / "home")
        self.kept: dict[str, KnownPayee] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(name=NAMES, iban=IBANS)
    def add(self, name: str, iban: str) -> None:
        try:
            added = self.book.add(name, iban)
        except PayeeExistsError:
            assert any(folded(each.name) == folded(name) or each.iban == iban for each in self.kept.values())
        except OrderError:
            assert not folded(name) or len(name) > 70 or not " ".join(name.split()).isprintable()
        else:
            self.kept[added.id] = added

    @rule(name=NAMES, data=st.data())
    def rename(self, name: str, data: st.DataObject) -> None:
        if self.kept:
            one = data.draw(st.sampled_from(sorted(self.kept)))
            try:
                self.kept[one] = self.book.rename(self.kept[one], name)
            except OrderError:
                return

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.kept:
            self.book.remove(self.kept.pop(data.draw(st.sampled_from(sorted(self.kept)))))

    @invariant()
    def nothing_is_lost_doubled_or_alike(self) -> None:
        saved = self.book.saved()
        assert {each.id: each for each in saved} == self.kept
        assert len({folded(each.name) for each in saved}) == len({each.iban for each in saved}) == len(saved)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = budget(max_examples=15, stateful_step_count=12, deadline=None)
