"""Both banks are remembered as they are, and put back."""

from __future__ import annotations

from assistant.sandbox.process import RunningBank
from tests.sandbox.caller import Caller
from tests.sandbox.payer import STANDING, Payer


def test_what_was_paid_never_happened_once_the_bank_is_put_back(payer: Payer) -> None:
    before, entries = payer.available(), payer.entries(kind="pending")
    payer.bank.practice("POST", "state")
    for _ in range(2):
        path = payer.pay("45.00")
        assert payer.available() == before - 45
        assert payer.status(path) == "ACSP"
        payer.bank.practice("DELETE", "state")
        assert payer.available() == before
        assert payer.entries(kind="pending") == entries
        assert payer.bank.call("GET", f"{path}/status").status_code == 404


def test_a_standing_order_that_was_due_is_due_again(payer: Payer) -> None:
    before = payer.available()
    payer.bank.practice("POST", "state")
    first = payer.pay("10.00", what=STANDING, startDate="2026-03-18", frequency="Monthly")
    after = payer.available()
    payer.bank.practice("DELETE", "state")
    again = payer.pay("10.00", what=STANDING, startDate="2026-03-18", frequency="Monthly")
    assert first != again
    assert payer.available() == after == before - 10


def test_the_other_bank_goes_back_too(payer: Payer, own: RunningBank) -> None:
    other = Caller(own.harbour)
    kept = other.consent()
    payer.bank.practice("POST", "state")
    lost = other.consent()  # which ends the one before
    assert other.status(kept) != "valid"
    payer.bank.practice("DELETE", "state")
    assert other.status(kept) == "valid"
    assert other.call("GET", f"/consents/{lost}/status").status_code == 403


def test_there_is_nothing_to_go_back_to_before(meadow: Caller) -> None:
    assert meadow.practice("DELETE", "state", expect=404)
