"""Requests to pay, bills and top-ups: extensions below `/x/`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from assistant.sandbox.process import running_bank
from tests.sandbox.caller import Caller, error_code
from tests.sandbox.conftest import TODAY
from tests.sandbox.payer import INSTANT, STANDING, Payer, euros
from tests.sandbox.test_practice_payments import unbalanced

ATTENDED = {"PSU-IP-Address": "192.0.2.7"}
FERRIES = "IE60AIBK93115299001234"


@pytest.fixture
def asked(payer: Payer) -> Asked:
    return Asked(payer)


class Asked:
    """Anna at Meadow Bank, with what she is asked for."""

    def __init__(self, payer: Payer):
        self.payer = payer
        self.consent = payer.consent
        self.headers = {"Consent-ID": self.consent, **ATTENDED}

    def all(self) -> dict[str, dict[str, Any]]:
        found = self.payer.bank.read("/x/payment-requests", self.consent)["paymentRequests"]
        return {each["creditorName"]: each for each in found}

    def status(self, request: dict[str, Any]) -> str:
        path = f"/x/payment-requests/{request['requestId']}"
        return str(self.payer.bank.read(path, self.consent)["paymentRequest"]["status"])

    def order(self, request: dict[str, Any], **changes: Any) -> requests.Response:
        body = {
            "creditorName": request["creditorName"],
            "creditorAccount": request["creditorAccount"],
            "remittanceInformationUnstructured": request["remittanceInformationUnstructured"],
            **changes,
        }
        amount = body.pop("amount", request["instructedAmount"]["amount"])
        return self.payer.order(amount, headers={"X-Payment-Request-ID": request["requestId"]}, **body)

    def decline(self, request: dict[str, Any]) -> requests.Response:
        path = f"/x/payment-requests/{request['requestId']}/decline"
        return self.payer.bank.call("PUT", path, headers=self.headers)


def test_bills_and_a_shop_wait_every_month(asked: Asked) -> None:
    found = asked.all()
    assert list(found) == ["Bluebird Mobile", "Northside Gas", "Chapter House Books"], "by day"
    assert found["Northside Gas"] == {
        "requestId": found["Northside Gas"]["requestId"],
        "kind": "bill",
        "status": "open",
        "creditorName": "Northside Gas",
        "creditorAccount": {"iban": "IE14AIBK93115244001122"},
        "instructedAmount": euros("128.60"),
        "remittanceInformationUnstructured": "GAS-4471-2603",
        "dueDate": "2026-03-27",
    }
    assert asked.all() == found, "once a month, not once a look"
    only_open = asked.payer.bank.read("/x/payment-requests?status=open", asked.consent)["paymentRequests"]
    assert len(only_open) == 3


def test_a_request_is_paid_once(asked: Asked) -> None:
    gas = asked.all()["Northside Gas"]
    before = asked.payer.available()
    first, second = asked.order(gas).json(), asked.order(gas).json()
    assert asked.status(gas) == "open", "nobody has confirmed"
    assert asked.payer.bank.sign(first)["scaStatus"] == "finalised"
    assert asked.status(gas) == "paid"
    with pytest.raises(AssertionError, match="STATUS_INVALID"):
        asked.payer.bank.sign(second)
    assert before - asked.payer.available() == Decimal("128.60")
    assert error_code(asked.order(gas)) == (409, "STATUS_INVALID")
    assert error_code(asked.decline(gas)) == (409, "STATUS_INVALID")


def test_a_payment_is_bound_to_what_it_pays(asked: Asked) -> None:
    gas = asked.all()["Northside Gas"]
    changes: list[dict[str, Any]] = [
        {"amount": "128.61"},
        {"creditorAccount": asked.all()["Chapter House Books"]["creditorAccount"]},
        {"remittanceInformationUnstructured": "something else"},
        {"what": STANDING, "startDate": "2026-03-19", "frequency": "Monthly"},
    ]
    for change in changes:
        answer = asked.order(gas, **change)
        assert error_code(answer) == (400, "FORMAT_ERROR"), change
        assert "request to pay" in answer.json()["tppMessages"][0]["text"]
    assert asked.status(gas) == "open"


def test_a_request_is_declined_and_cannot_be_paid(asked: Asked) -> None:
    books = asked.all()["Chapter House Books"]
    for _ in range(2):
        assert asked.decline(books).json()["paymentRequest"]["status"] == "declined"
    assert error_code(asked.order(books)) == (409, "STATUS_INVALID")


def test_a_payment_that_waits_keeps_its_request_until_it_is_cancelled(asked: Asked) -> None:
    gas = asked.all()["Northside Gas"]
    created = asked.order(gas, requestedExecutionDate="2026-03-25").json()
    asked.payer.bank.sign(created)
    assert asked.status(gas) == "paid"
    cancelled = asked.payer.bank.call("DELETE", f"/payments/sepa-credit-transfers/{created['paymentId']}")
    asked.payer.bank.sign(cancelled.json())
    assert asked.status(gas) == "open"


def test_a_shop_gives_up_and_a_bill_does_not(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        Asked(Payer(Caller(bank.meadow))).all()
    with running_bank(database, today=TODAY + timedelta(days=30)) as bank:
        asked = Asked(Payer(Caller(bank.meadow)))
        found = asked.payer.bank.read("/x/payment-requests", asked.consent)["paymentRequests"]
        stands = {each["remittanceInformationUnstructured"]: each["status"] for each in found}
        assert (stands["GAS-4471-2603"], stands["GAS-4471-2604"]) == ("open", "open")
        assert (stands["ORDER-5531-2603"], stands["ORDER-5531-2604"]) == ("expired", "open")


def test_nobody_sees_what_others_are_asked_for(payer: Payer) -> None:
    bank = Caller(payer.bank.base.replace("meadow", "harbour"))
    anna, conor = bank.consent(), bank.consent(psu="conor")
    (water,) = bank.read("/x/payment-requests", anna)["paymentRequests"]
    assert bank.read("/x/payment-requests", conor)["paymentRequests"] == []
    bank.read(f"/x/payment-requests/{water['requestId']}", conor, status=404)
    refused = bank.call("GET", "/x/payment-requests", headers=ATTENDED)
    assert error_code(refused) == (400, "FORMAT_ERROR")


def test_a_tester_asks_in_a_merchants_name(asked: Asked) -> None:
    order: dict[str, Any] = {
        "psuId": "anna", "kind": "purchase", "creditorName": "Harbour Ferries", "iban": FERRIES,
        "amount": euros("86.00"), "reference": "HF-7", "dueDate": "2026-03-20",
    }  # fmt: skip
    made = asked.payer.bank.practice("POST", "payment-requests", **order)
    ferries = asked.all()["Harbour Ferries"]
    assert (ferries["requestId"], ferries["status"]) == (made["requestId"], "open")
    asked.payer.bank.practice("POST", "payment-requests", 400, **{**order, "kind": "gift"})


def test_a_phone_is_topped_up_by_what_its_operator_sells(asked: Asked) -> None:
    operator, other = asked.payer.bank.read("/x/top-ups", asked.consent)["operators"]
    assert (operator["name"], other["name"]) == ("Bluebird Mobile", "Greenline")
    assert operator["amounts"] == [euros(amount) for amount in ("10.00", "20.00", "30.00", "50.00")]

    def order(amount: str, phone: str) -> requests.Response:
        return asked.payer.order(
            amount,
            what=INSTANT,
            creditorName=operator["name"],
            creditorAccount=operator["creditorAccount"],
            remittanceInformationUnstructured=phone,
        )

    for amount, phone in (("15.00", "0861234567"), ("20.00", "my phone"), ("20.00", "")):
        assert error_code(order(amount, phone)) == (400, "FORMAT_ERROR"), (amount, phone)
    asked.payer.bank.sign(order("20.00", "0861234567").json())
    assert asked.payer.entries()[0]["remittanceInformationUnstructured"] == "0861234567"


@pytest.fixture(autouse=True)
def nothing_is_unbalanced(tmp_path: Path) -> Iterator[None]:
    yield
    if (tmp_path / "bank.sqlite").exists():
        assert unbalanced(tmp_path / "bank.sqlite") == []
