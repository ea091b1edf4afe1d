"""`banks connect`, `banks list` and `banks disconnect`, at a terminal and against the practice bank."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.sandbox.process import running_bank
from tests.bank.customer import Customer, order_fault, practice
from tests.cli.command import Assistant, Done, Running

NAME = "Meadow Bank"


@dataclass(frozen=True)
class Bank:
    base_url: str
    url: str
    database: Path

    def code(self) -> str:
        """That was sent last."""
        return str(practice(self.base_url, "GET", "otp")["codes"][0]["code"])

    def consents(self) -> dict[str, int]:
        """How many there are of each status."""
        with sqlite3.connect(self.database) as open_database:
            found = open_database.execute("select status, count(*) from consents group by status").fetchall()
        return dict(found)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    database = tmp_path_factory.mktemp("bank") / "bank.sqlite"
    with running_bank(database, today=date(2026, 3, 18)) as running:
        yield Bank(running.base_url, running.meadow, database)


@pytest.fixture
def connected(newcomer: Assistant, bank: Bank) -> Assistant:
    _connect(newcomer, bank)
    return newcomer


def _connect(assistant: Assistant, bank: Bank) -> None:
    stored = Connections(assistant.home / "banks", keyring=False)
    connect(stored, Customer(bank.base_url), name=NAME, base_url=bank.url, psu_id="anna")


def _files(assistant: Assistant) -> dict[str, bytes]:
    folder = assistant.home / "banks"
    kept = [path for path in sorted(folder.glob("*")) if not path.name.startswith("security")]
    return {path.name: path.read_bytes() for path in kept}


def _give_password(terminal: Running, password: str = "sunflower") -> None:
    terminal.expect("Password of anna at Meadow Bank: ")  # from here on nothing is echoed
    terminal.type(f"{password}\n")


def _choose(terminal: Running) -> None:
    terminal.expect("How do you want to confirm [1/2]: ")
    terminal.type("1\n")


def test_a_bank_is_connected_shown_and_let_go(newcomer: Assistant, bank: Bank) -> None:
    before = bank.consents().get("valid", 0)
    with newcomer.at_terminal("banks", "connect", NAME, bank.url, "--user", "anna") as terminal:
        _give_password(terminal)
        terminal.expect("  1  ")
        terminal.expect("  2  ")
        terminal.expect("[1/2]: ")
        terminal.type("7\n")
        _choose(terminal)
        terminal.expect("Code: ")
        terminal.type(f"{bank.code()}\n")
        done = terminal.end()
    assert done.status == 0
    assert "Meadow Bank is connected until 14 September 2026." in done.shown
    assert "a file that only you can read" in done.shown
    assert "sunflower" not in done.shown
    assert bank.consents()["valid"] == before + 1

    listed = newcomer.run("banks", "list")
    assert listed.status == 0
    assert NAME in listed.shown
    assert bank.url in listed.shown
    assert "2026-09-14" in listed.shown
    assert "Meadow Bank: 2 accounts" in newcomer.run("doctor").shown

    gone = newcomer.run("banks", "disconnect", "meadow bank")
    assert gone.status == 0
    assert "Meadow Bank is disconnected." in gone.shown
    assert bank.consents().get("valid", 0) == before
    assert "No bank is connected" in newcomer.run("banks", "list").shown
    assert _files(newcomer) == {}


def test_a_wrong_password_stores_nothing(newcomer: Assistant, bank: Bank) -> None:
    with newcomer.at_terminal("banks", "connect", NAME, bank.url, "--user", "anna") as terminal:
        _give_password(terminal, "tulip")
        done = terminal.end()
    done.failed_with("bank.credentials", "banks connect")
    assert "tulip" not in done.shown
    assert _files(newcomer) == {}


def test_a_wrong_code_is_asked_for_again(newcomer: Assistant, bank: Bank) -> None:
    with newcomer.at_terminal("banks", "connect", NAME, bank.url, "--user", "anna") as terminal:
        _give_password(terminal)
        _choose(terminal)
        terminal.expect("Code: ")
        terminal.type("000000000000\n")
        terminal.expect("did not accept")
        terminal.expect("Code: ")
        terminal.type(f"{bank.code()}\n")
        assert terminal.end().status == 0
    assert len(_files(newcomer)) == 2


def test_three_wrong_codes_leave_the_former_connection_as_it_was(connected: Assistant, bank: Bank) -> None:
    before, consents = _files(connected), bank.consents()["valid"]
    with connected.at_terminal("banks", "connect", NAME, bank.url, "--user", "anna") as terminal:
        _give_password(terminal)
        _choose(terminal)
        for _ in range(3):
            terminal.expect("Code: ")
            terminal.type("000000000000\n")
        done = terminal.end()
    done.failed_with("bank.sca_failed", "Start again")
    assert _files(connected) == before
    assert bank.consents()["valid"] == consents


@pytest.mark.parametrize("moment", ["Meadow Bank: ", "[1/2]: ", "Code: "])
def test_who_gives_up_leaves_nothing_open_here_or_at_the_bank(
    newcomer: Assistant, bank: Bank, moment: str
) -> None:
    before = bank.consents()
    with newcomer.at_terminal("banks", "connect", NAME, bank.url, "--user", "anna") as terminal:
        for question, answer in (("Meadow Bank: ", "sunflower\n"), ("[1/2]: ", "1\n"), ("Code: ", "")):
            terminal.expect(question)
            if question == moment:
                break
            terminal.type(answer)
        terminal.give_up()
        done = terminal.end()
    assert done.status == 130
    assert "Traceback" not in done.shown
    assert _files(newcomer) == {}
    after = bank.consents()
    assert {status: after[status] for status in after if after[status] != before.get(status)} == {
        "terminatedByTpp": before.get("terminatedByTpp", 0) + 1
    }


def test_a_name_that_is_not_connected(connected: Assistant) -> None:
    done = connected.run("banks", "disconnect", "Harbour Bank")
    done.failed_with("settings", "Harbour Bank", "assistant banks list", status=2)
    assert len(_files(connected)) == 2


def test_a_bank_that_is_down_is_forgotten_only_when_told(newcomer: Assistant, tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database) as running:
        _connect(newcomer, Bank(running.base_url, running.meadow, database))
    before = _files(newcomer)
    newcomer.run("banks", "disconnect", NAME).failed_with("bank.unreachable", "Check the network")
    assert _files(newcomer) == before
    # Force is for a bank that is gone: the consent ends by itself, here nobody remembers it.
    assert newcomer.run("banks", "disconnect", NAME, "--force").status == 0
    assert _files(newcomer) == {}


def test_a_bank_that_refuses_to_let_go(connected: Assistant, bank: Bank) -> None:
    order_fault(bank.base_url, "meadow", "error", path="DELETE /consents/*", code="SERVICE_BLOCKED", calls=1)
    before = _files(connected)
    connected.run("banks", "disconnect", NAME).failed_with("bank.blocked")
    assert _files(connected) == before


@pytest.mark.parametrize(
    ("name", "url", "code", "status"),
    [
        (NAME, "http://127.0.0.1:9/v1", "bank.unreachable", 1),
        (NAME, "http://bank.example/v1", "settings", 2),  # not encrypted, so not even looked up
        (NAME, "meadow", "settings", 2),
        ("!?", "http://127.0.0.1:9/v1", "settings", 2),
    ],
)
def test_an_address_or_a_name_that_cannot_be(
    newcomer: Assistant, name: str, url: str, code: str, status: int
) -> None:
    newcomer.run("banks", "connect", name, url, "--user", "anna").failed_with(code, status=status)
    assert _files(newcomer) == {}


def test_a_damaged_connection_names_the_file(connected: Assistant) -> None:
    file = next((connected.home / "banks").glob("*.bank.json"))
    file.write_text(file.read_text()[:40])
    connected.run("banks", "list").failed_with("storage", file.name, "banks connect")


def test_a_bank_may_not_command_the_terminal(connected: Assistant) -> None:
    file = next((connected.home / "banks").glob("*.bank.json"))
    file.write_text(file.read_text().replace(NAME, r"\u001b[2J[red]Meadow"))
    listed: Done = connected.run("banks", "list")
    assert "\x1b" not in listed.shown
    assert "[red]Meadow" in listed.shown
