"""Payments: ordered, carried out on their day, called back, and what the ledger shows of them."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from assistant.sandbox.process import running_bank
from tests.sandbox.caller import SECONDS, Caller, error_code
from tests.sandbox.conftest import TODAY
from tests.sandbox.payer import (
    EVERYDAY,
    INSTANT,
    MARIE,
    NO_FUNDS,
    SEPA,
    STANDING,
    TO_SAVINGS,
    Payer,
    euros,
)

TOMORROW = TODAY + timedelta(days=1)
JOINT = {"creditorName": "Anna Keller", "creditorAccount": {"iban": "IE05HRBR93044720581736"}}


def unbalanced(database: Path) -> list[Any]:
    """Payments whose entries do not add up to nothing."""
    with sqlite3.connect(database) as connection:
        return connection.execute(
            "SELECT payment_id, sum(minor) FROM entries WHERE payment_id IS NOT NULL"
            " GROUP BY payment_id HAVING sum(minor) != 0 OR count(*) % 2"
        ).fetchall()


def test_a_transfer_leaves_at_once_and_is_booked_the_next_business_day(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        before = payer.available()
        path = payer.pay(
            "45.00", endToEndIdentification="E2E-1", remittanceInformationUnstructured="the concert"
        )
        assert payer.status(path) == "ACSP"
        assert payer.available() == before - 45
        pending = next(each for each in payer.entries(kind="pending") if each.get("endToEndId") == "E2E-1")
        assert pending["transactionAmount"] == euros("-45.00")
        assert pending["creditorName"] == "Marie Dubois"
        assert pending["creditorAccount"] == MARIE["creditorAccount"]
        assert pending["remittanceInformationUnstructured"] == "the concert"
    with running_bank(database, today=TOMORROW) as bank:
        payer = Payer(Caller(bank.meadow))
        assert payer.status(path) == "ACSC"
        assert [each["endToEndId"] for each in payer.entries() if "endToEndId" in each] == ["E2E-1"]
    assert unbalanced(database) == []


def test_an_instant_payment_has_arrived_at_once(payer: Payer) -> None:
    path = payer.pay("45.00", what=INSTANT)
    assert payer.status(path) == "ACCC"
    assert payer.entries()[0]["transactionAmount"] == euros("-45.00")


@pytest.mark.parametrize(
    ("payee", "slug", "account"),
    [
        (TO_SAVINGS, "meadow", "Rainy day savings"),
        (JOINT, "harbour", "Joint account"),
        (
            {"creditorName": "Harbour Visa", "creditorAccount": {"maskedPan": "414932******3241"}},
            "harbour",
            "Harbour Visa",
        ),
    ],
)
def test_what_goes_to_an_own_account_is_on_both_at_once(
    payer: Payer, payee: dict[str, Any], slug: str, account: str
) -> None:
    # A second consent at one bank would end the first.
    other = payer if slug == "meadow" else Payer(Caller(payer.bank.base.replace("meadow", slug)))
    here, there = payer.available(), other.available(account)
    path = payer.pay("120.50", **payee)
    assert payer.status(path) == "ACCC"
    assert payer.available() == here - Decimal("120.50")
    assert other.available(account) == there + Decimal("120.50")


def test_details_are_what_was_ordered(payer: Payer) -> None:
    path = payer.pay("45.00", endToEndIdentification="E2E-1")
    assert payer.bank.call("GET", path).json() == {
        "debtorAccount": {"iban": EVERYDAY},
        "instructedAmount": euros("45.00"),
        **MARIE,
        "endToEndIdentification": "E2E-1",
        "transactionStatus": "ACSP",
    }


def test_nothing_moves_before_it_is_confirmed(payer: Payer) -> None:
    before = payer.available()
    created = payer.order().json()
    assert created["transactionStatus"] == "RCVD"
    assert payer.available() == before


def test_more_than_there_is_is_rejected_and_moves_nothing(payer: Payer) -> None:
    before = payer.available()
    path = payer.pay(f"{before + Decimal('0.01'):.2f}")
    assert payer.bank.call("GET", f"{path}/status").json() == {
        "transactionStatus": "RJCT",
        "fundsAvailable": False,
    }
    assert payer.available() == before
    assert payer.status(payer.pay(f"{before:.2f}")) == "ACSP", "the last cent may be spent"
    assert payer.available() == 0


def test_more_than_there_is_can_be_rejected_before_anybody_confirms(payer: Payer) -> None:
    created = payer.order("999999.00", headers=NO_FUNDS).json()
    assert (created["transactionStatus"], created["fundsAvailable"]) == ("RJCT", False)
    assert set(created["_links"]) == {"self", "status"}


def test_a_dated_payment_waits_for_its_day(tmp_path: Path) -> None:
    database, day = tmp_path / "bank.sqlite", TODAY + timedelta(days=3)
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        before = payer.available()
        path = payer.pay("45.00", requestedExecutionDate=day.isoformat())
        assert payer.status(path) == "ACTC"
        assert payer.available() == before
    # A Saturday: it moves to Monday.
    with running_bank(database, today=day) as bank:
        assert Payer(Caller(bank.meadow)).status(path) == "ACTC"
    with running_bank(database, today=day + timedelta(days=2)) as bank:
        payer = Payer(Caller(bank.meadow))
        assert payer.status(path) == "ACSP"
        assert any(each["valueDate"] == "2026-03-23" for each in payer.entries(kind="pending"))


def test_a_standing_order_is_carried_out_on_its_days(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    fields = {"startDate": "2026-03-31", "frequency": "Monthly", "endDate": "2026-06-15", **TO_SAVINGS}
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        path = payer.pay("12.34", what=STANDING, endToEndIdentification="S-1", **fields)
        (listed,) = [each for each in payer.entries(kind="information") if each.get("endToEndId") == "S-1"]
        assert listed["transactionAmount"] == euros("-12.34")
        details = listed["additionalInformationStructured"]["standingOrderDetails"]
        assert (details["frequency"], details["endDate"]) == ("Monthly", "2026-06-15")
        assert payer.bank.call("GET", path).json()["frequency"] == "Monthly"
    # Two months without the server: what came due meanwhile is made up for, asked at the other bank even.
    with running_bank(database, today=date(2026, 5, 10)) as bank:
        harbour = Caller(bank.harbour)
        harbour.read("/accounts", harbour.consent())
        days = [each["bookingDate"] for each in Payer(Caller(bank.meadow)).entries() if "endToEndId" in each]
        assert days == ["2026-04-30", "2026-03-31"]
    with running_bank(database, today=date(2026, 6, 20)) as bank:
        payer = Payer(Caller(bank.meadow))
        days = [each["bookingDate"] for each in payer.entries("Rainy day savings") if "endToEndId" in each]
        # The last of May is a Sunday.
        assert days == ["2026-06-01", "2026-04-30", "2026-03-31"]
        assert payer.status(path) == "ACCC"
        assert all("endToEndId" not in each for each in payer.entries(kind="information"))
    assert unbalanced(database) == []


def test_what_nobody_confirmed_is_called_back_without_more(payer: Payer) -> None:
    path = f"/{SEPA}/{payer.order().json()['paymentId']}"
    assert payer.bank.call("DELETE", path).status_code == 204
    assert payer.status(path) == "CANC"
    assert payer.bank.call("DELETE", path).status_code == 204, "as wished already"
    late = payer.bank.call("POST", f"{path}/authorisations", headers={"PSU-ID": "anna"})
    assert error_code(late) == (409, "STATUS_INVALID")


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        (SEPA, {"requestedExecutionDate": "2026-03-20"}),
        (STANDING, {"startDate": "2026-03-20", "frequency": "Weekly"}),
    ],
)
def test_calling_back_what_was_confirmed_is_confirmed_too(
    tmp_path: Path, what: str, fields: dict[str, str]
) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        payer = Payer(Caller(bank.meadow))
        path = payer.pay(what=what, endToEndIdentification="E2E-1", **fields)
        answer = payer.bank.call("DELETE", path)
        assert (answer.status_code, answer.json()["transactionStatus"]) == (202, "ACTC")
        assert payer.status(path) == "ACTC", "not before it is confirmed"
        assert payer.bank.sign(answer.json())["scaStatus"] == "finalised"
        assert payer.status(path) == "CANC"
        (cancelling,) = payer.bank.call("GET", f"{path}/cancellation-authorisations").json()[
            "authorisationIds"
        ]
        status = payer.bank.call("GET", f"{path}/cancellation-authorisations/{cancelling}").json()
        assert status["scaStatus"] == "finalised"
    with running_bank(database, today=TODAY + timedelta(days=2)) as bank:
        payer = Payer(Caller(bank.meadow))
        assert payer.status(path) == "CANC"
        assert all("endToEndId" not in each for each in payer.entries(kind="pending"))


def test_what_has_left_cannot_be_called_back(payer: Payer) -> None:
    answer = payer.bank.call("DELETE", payer.pay())
    assert error_code(answer) == (405, "CANCELLATION_INVALID")


def test_a_repeated_order_gets_the_first_answer_and_another_one_is_refused(payer: Payer) -> None:
    before, same = payer.available(), {"X-Request-ID": str(uuid.uuid4())}
    first = payer.order(headers=same)
    again = payer.order(headers=same)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert error_code(payer.order("46.00", headers=same)) == (409, "STATUS_INVALID")
    payer.bank.sign(first.json())
    assert payer.order(headers=same).json() == first.json(), "even when it is through"
    assert payer.available() == before - 45


def test_a_bank_may_take_a_repeated_order_for_another(payer: Payer) -> None:
    payer.bank.practice("POST", "quirks", quirks=["noReplay"])
    same = {"X-Request-ID": str(uuid.uuid4())}
    first, again = payer.order(headers=same).json(), payer.order(headers=same).json()
    assert first["paymentId"] != again["paymentId"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"debtorAccount": None}, (400, "FORMAT_ERROR")),
        ({"debtorAccount": {"iban": MARIE["creditorAccount"]["iban"]}}, (400, "FORMAT_ERROR")),
        ({"creditorAccount": {"iban": "FR1420041010050500013M02607"}}, (400, "FORMAT_ERROR")),
        ({"creditorAccount": {"iban": EVERYDAY}}, (400, "FORMAT_ERROR")),
        ({"creditorAccount": {"iban": "IE80HRBR93044720581744"}}, (403, "PRODUCT_INVALID")),
        ({"creditorName": ""}, (400, "FORMAT_ERROR")),
        ({"creditorName": "x" * 71}, (400, "FORMAT_ERROR")),
        ({"instructedAmount": euros("0.00")}, (400, "FORMAT_ERROR")),
        ({"instructedAmount": euros("-5.00")}, (400, "FORMAT_ERROR")),
        ({"instructedAmount": euros("5.001")}, (400, "FORMAT_ERROR")),
        ({"instructedAmount": {"currency": "EUR", "amount": 5}}, (400, "FORMAT_ERROR")),
        ({"instructedAmount": {"currency": "USD", "amount": "5.00"}}, (400, "FORMAT_ERROR")),
        ({"requestedExecutionDate": "2026-03-17"}, (400, "EXECUTION_DATE_INVALID")),
        ({"requestedExecutionDate": "tomorrow"}, (400, "FORMAT_ERROR")),
        ({"what": STANDING}, (400, "FORMAT_ERROR")),
        ({"what": STANDING, "startDate": "2026-04-01", "frequency": "Often"}, (400, "FORMAT_ERROR")),
        (
            {"what": STANDING, "startDate": "2026-04-01", "endDate": "2026-03-31", "frequency": "Weekly"},
            (400, "PERIOD_INVALID"),
        ),
        ({"what": "payments/target-2-payments"}, (404, "PRODUCT_UNKNOWN")),
    ],
)
def test_a_faulty_order_is_refused(meadow: Caller, changes: dict[str, Any], code: tuple[int, str]) -> None:
    assert error_code(Payer(meadow).order(**changes)) == code


def test_a_payment_is_known_to_its_own_bank_and_product_only(meadow: Caller, harbour: Caller) -> None:
    payment = Payer(meadow).order().json()["paymentId"]
    for bank, what in ((harbour, SEPA), (meadow, INSTANT), (meadow, STANDING)):
        assert error_code(bank.call("GET", f"/{what}/{payment}/status")) == (404, "RESOURCE_UNKNOWN")


def test_nobody_pays_from_the_account_of_another(meadow: Caller) -> None:
    assert error_code(Payer(meadow, psu="conor").order()) == (401, "PSU_CREDENTIALS_INVALID")
    nobodys = Payer(meadow, psu=None).order().json()
    answer = meadow.call(
        "POST", nobodys["_links"]["startAuthorisationWithPsuAuthentication"]["href"],
        body={"psuData": {"password": "marigold"}}, headers={"PSU-ID": "conor"},
    )  # fmt: skip
    assert error_code(answer) == (401, "PSU_CREDENTIALS_INVALID")


@pytest.mark.parametrize(
    ("fault", "moved"),
    [
        ({"kind": "reset", "when": "before"}, False),
        ({"kind": "reset", "when": "after"}, True),
        ({"kind": "error", "when": "before"}, False),
        ({"kind": "error", "when": "after"}, True),
        ({"kind": "delay", "seconds": 0.01, "when": "after"}, True),
        ({"kind": "malformed"}, True),
        ({"kind": "page"}, True),
    ],
)
def test_a_fault_strikes_before_or_after_the_work(payer: Payer, fault: dict[str, Any], moved: bool) -> None:
    before = payer.available()
    link = payer.asked_for_code(payer.order().json())
    with suppress(requests.RequestException):
        requests.put(
            urljoin(payer.bank.base, link),
            json={"scaAuthenticationData": payer.bank.code(link)},
            headers={"X-Request-ID": str(uuid.uuid4()), "X-Practice-Fault": json.dumps(fault)},
            timeout=SECONDS,
        )
    assert payer.available() == before - (45 if moved else 0)


def test_a_fault_comes_by_header_too(payer: Payer) -> None:
    payer.bank.checked = False
    answer = payer.order(headers={"X-Practice-Fault": '{"kind": "error", "when": "after"}'})
    assert error_code(answer) == (500, "INTERNAL_SERVER_ERROR")
    assert payer.bank.practice("GET", "faults") == {"faults": []}
    assert error_code(payer.order(headers={"X-Practice-Fault": "reset"})) == (400, "FORMAT_ERROR")


def test_entries_may_lose_the_id_of_the_order(payer: Payer) -> None:
    payer.pay("45.00", what=INSTANT, endToEndIdentification="E2E-1")
    assert payer.entries()[0]["endToEndId"] == "E2E-1"
    payer.bank.practice("POST", "quirks", quirks=["relativeLinks", "noEndToEnd"])
    assert "endToEndId" not in payer.entries()[0]
