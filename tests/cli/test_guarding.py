"""`passcode`, `limits` and `audit` at a terminal."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from assistant.security.trail import FILE_NAME
from tests.cli.command import Assistant

PASSCODE = "739158"
OTHER = "48205913"


def set_passcode(assistant: Assistant, digits: str = PASSCODE, before: str = "") -> str:
    """`assistant passcode set`; all that the terminal showed."""
    with assistant.at_terminal("passcode", "set") as terminal:
        if before:
            terminal.expect("as it is now")
            terminal.type(f"{before}\n")
        for question in ("New passcode", "The same again"):
            terminal.expect(question)
            terminal.type(f"{digits}\n")
        terminal.expect("The passcode is set")
        done = terminal.end()
    assert done.status == 0
    return done.shown


def limits(assistant: Assistant, digits: str, *options: str) -> tuple[int, str]:
    with assistant.at_terminal("limits", "set", *options) as terminal:
        terminal.expect("Passcode: ")
        terminal.type(f"{digits}\n")
        done = terminal.end()
    return done.status, done.shown


def test_a_passcode_is_set_and_changed_and_never_shown(newcomer: Assistant) -> None:
    shown = set_passcode(newcomer)
    shown += set_passcode(newcomer, OTHER, before=PASSCODE)
    assert PASSCODE not in shown
    assert OTHER not in shown
    for file in newcomer.home.rglob("*"):
        content = file.read_bytes() if file.is_file() and "nlu-models" not in str(file) else b""
        assert PASSCODE.encode() not in content, file
        assert OTHER.encode() not in content, file
    with newcomer.at_terminal("passcode", "set") as terminal:
        terminal.expect("as it is now")
        terminal.type(f"{PASSCODE}\n")
        done = terminal.end()
    assert done.status == 1
    assert "(guard.wrong_passcode)" in done.shown


def test_a_weak_one_is_refused_with_a_reason_and_asked_for_again(newcomer: Assistant) -> None:
    with newcomer.at_terminal("passcode", "set") as terminal:
        for digits, reason in (("123456", "even steps"), ("240786", "It is a date"), ("12", "6 to 8")):
            for question in ("New passcode", "The same again"):
                terminal.expect(question)
                terminal.type(f"{digits}\n")
            terminal.expect(reason)
        terminal.expect("New passcode")
        terminal.type(f"{PASSCODE}\n")
        terminal.expect("The same again")
        terminal.type(f"{OTHER}\n")
        terminal.expect("different ones")
        terminal.expect("New passcode")
        terminal.give_up()
        assert terminal.end().status in (1, 130)
    newcomer.run("limits", "set", "--money-after", "0").failed_with("guard.no_passcode", "passcode set")


def test_limits_are_shown_and_changed_with_the_passcode_only(newcomer: Assistant) -> None:
    shown = newcomer.run("limits", "show").shown
    assert "1,000.00" in shown
    assert "no money moves" in shown
    set_passcode(newcomer)
    options = ("--currency", "usd", "--payment", "300", "--day", "450.50", "--new-payee", "80")
    assert limits(newcomer, OTHER[:6], *options)[0] == 1
    shown = newcomer.run("limits", "show").shown
    assert "USD" not in shown
    status, shown = limits(newcomer, PASSCODE, *options, "--money-after", "0", "--screen-only")
    assert status == 0, shown
    shown = newcomer.run("limits", "show").shown
    for text in ("USD", "300.00", "450.50", "80.00", "every time", "shown and not said"):
        assert text in shown
    status, _ = limits(newcomer, PASSCODE, "--answers-after", "-1", "--aloud")
    assert status == 0
    assert 'only after you said "lock"' in newcomer.run("limits", "show").shown


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--payment", "5"),
        ("--currency", "EUR", "--payment", "five"),
        ("--currency", "EUR", "--payment", "-5"),
        ("--currency", "EUR", "--payment", "1e400"),
        ("--currency", "EUR", "--payment", "9000"),
        ("--currency", "USD", "--payment", "9"),
        ("--currency", "euro", "--payment", "9"),
    ],
)
def test_bad_limits_are_refused_before_the_passcode(newcomer: Assistant, options: tuple[str, ...]) -> None:
    newcomer.run("limits", "set", *options).failed_with("settings", status=2)


def test_a_lock_out_outlives_the_command_and_ends_with_the_passcode(newcomer: Assistant) -> None:
    set_passcode(newcomer)
    for _ in range(2):
        with newcomer.at_terminal("passcode", "unlock") as terminal:
            terminal.expect("Passcode: ")
            terminal.type("739159\n")
            assert "(guard.wrong_passcode)" in terminal.end().shown
    with newcomer.at_terminal("passcode", "unlock") as terminal:
        terminal.expect("Passcode: ")
        terminal.type(f"{PASSCODE}\n")
        done = terminal.end()
    assert done.status == 1
    assert "(guard.locked)" in done.shown
    assert "2 wrong answers" in newcomer.run("doctor").shown


def test_nobody_at_the_terminal_is_said_plainly(newcomer: Assistant) -> None:
    newcomer.run("passcode", "set").failed_with("settings", "terminal", status=2)


def test_the_record_is_shown_checked_and_found_changed(newcomer: Assistant) -> None:
    assert "empty" in newcomer.run("audit", "verify").shown
    set_passcode(newcomer)
    limits(newcomer, PASSCODE, "--money-after", "1")
    shown = newcomer.run("audit", "show").shown
    for text in ("passcode set", "passcode right", "limits changed", "money after: 1"):
        assert text in shown
    last = newcomer.run("audit", "show", "--last", "1").shown
    assert "limits changed" in last
    assert "passcode" not in last
    checked = newcomer.run("audit", "verify")
    assert checked.status == 0
    assert "each one as it was written" in checked.shown
    with sqlite3.connect(newcomer.home / "banks" / FILE_NAME) as database:
        database.execute("DELETE FROM entries WHERE number = (SELECT MAX(number) FROM entries)")
    newcomer.run("audit", "verify").failed_with("storage.tampered", "entries were written")
    newcomer.run("limits", "show").failed_with("storage.tampered")
    assert "storage.tampered" in newcomer.run("doctor").shown


def test_on_a_full_disk_nothing_is_changed(newcomer: Assistant, tmp_path: Path) -> None:
    set_passcode(newcomer)
    before = newcomer.run("audit", "verify").shown
    newcomer.run(
        "banks", "connect", "A Bank", "http://127.0.0.1:9/v1", "--user", "anna", most_bytes=2000
    ).failed_with("storage.audit")
    assert newcomer.run("audit", "verify").shown == before
