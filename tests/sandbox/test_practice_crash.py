"""A confirmation and what it sets going are one: whenever the bank dies, both are there or neither."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from assistant.sandbox.process import running_bank
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import TODAY
from tests.sandbox.payer import INSTANT, Payer
from tests.sandbox.test_practice_payments import unbalanced

REPOSITORY = Path(__file__).resolve().parents[2]
FAIL = "SELECT RAISE(ABORT, 'no room on the disk')"
DAWDLE = "SELECT count(*) FROM entries a, entries b, entries c"
"""Longer than anybody waits."""


def hinder(database: Path, what: str) -> None:
    """From now on this happens whenever a payment is posted."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TRIGGER hindrance BEFORE INSERT ON entries WHEN NEW.payment_id IS NOT NULL"
            f" BEGIN {what}; END"
        )


def relieve(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER hindrance")


def ordered(payer: Payer) -> tuple[str, str, str]:
    """Path of an instant payment that waits for its code, where that goes, and the code."""
    created = payer.order("45.00", what=INSTANT).json()
    link = payer.asked_for_code(created)
    return f"/{INSTANT}/{created['paymentId']}", link, payer.bank.code(link)


def test_a_posting_that_fails_leaves_the_code_as_it_was(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow, checked=False))
        before = payer.available()
        path, link, code = ordered(payer)
        hinder(database, FAIL)
        answer = payer.bank.call("PUT", link, body={"scaAuthenticationData": code})
        assert answer.status_code == 500
        relieve(database)
        assert (payer.status(path), payer.available()) == ("RCVD", before)
        again = payer.bank.call("PUT", link, body={"scaAuthenticationData": code}).json()
        assert (again["scaStatus"], payer.status(path)) == ("finalised", "ACCC")
        assert payer.available() == before - 45
    assert unbalanced(database) == []


def test_a_wrong_code_is_counted_all_the_same(tmp_path: Path) -> None:
    with running_bank(tmp_path / "bank.sqlite", today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        _, link, code = ordered(payer)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        answers = [payer.bank.call("PUT", link, body={"scaAuthenticationData": wrong}) for _ in range(3)]
        assert [each.status_code for each in answers] == [400, 400, 200]
        assert answers[-1].json()["scaStatus"] == "failed"


def test_kill_9_while_a_payment_is_posted(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    command = [sys.executable, "-m", "assistant.sandbox", "--supervised", "--port", "0"]
    command += ["--database", str(database), "--today", TODAY.isoformat()]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert child.stdout
    with child, ThreadPoolExecutor(1) as other:
        port = json.loads(child.stdout.readline())["port"]
        payer = Payer(Caller(f"http://127.0.0.1:{port}/meadow/v1"))
        before = payer.available()
        path, link, code = ordered(payer)
        hinder(database, DAWDLE)
        call = other.submit(payer.bank.call, "PUT", link, body={"scaAuthenticationData": code})
        while holds_the_lock(database) is False:
            assert not call.done()
        child.kill()
        with pytest.raises(requests.ConnectionError):
            call.result()
    relieve(database)
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        assert (payer.status(path), payer.available()) == ("RCVD", before)
        below = link.split("/meadow/v1")[1]
        answer = payer.bank.call("PUT", below, body={"scaAuthenticationData": code}).json()
        assert (answer["scaStatus"], payer.status(path)) == ("finalised", "ACCC")
        assert payer.available() == before - 45
    assert unbalanced(database) == []


def holds_the_lock(database: Path) -> bool:
    """Whether the server is in the middle of its transaction."""
    try:
        with sqlite3.connect(database, timeout=0, isolation_level=None) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    return False
