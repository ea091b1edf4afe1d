"""Untidy answers and ordered failures, each seen from outside."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from assistant.sandbox.process import RunningBank, running_bank
from tests.sandbox.caller import Caller, error_code
from tests.sandbox.conftest import TODAY


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBank]:
    with running_bank(tmp_path_factory.mktemp("spoilt") / "bank.sqlite", today=TODAY) as bank:
        yield bank


@pytest.fixture
def meadow(spoilt: RunningBank) -> Iterator[Caller]:
    yield from tidied(Caller(spoilt.meadow, checked=False), "relativeLinks")


@pytest.fixture
def harbour(spoilt: RunningBank) -> Iterator[Caller]:
    yield from tidied(Caller(spoilt.harbour, checked=False), "absoluteLinks")


def tidied(bank: Caller, quirk: str) -> Iterator[Caller]:
    yield bank
    bank.practice("POST", "quirks", quirks=[quirk])
    bank.practice("DELETE", "faults")


def report(bank: Caller, consent: str, name: str) -> dict[str, Any]:
    """Booked entries of the last year."""
    account = bank.account(consent, name)
    found: dict[str, Any] = bank.read(
        account["_links"]["transactions"]["href"], consent, bookingStatus="booked", dateFrom="2025-03-18"
    )
    return found


def test_quirks_are_shown_and_replaced(meadow: Caller) -> None:
    assert meadow.practice("GET", "quirks")["quirks"] == {
        "meadow": ["relativeLinks"],
        "harbour": ["absoluteLinks"],
    }
    shown = meadow.practice("POST", "quirks", quirks=["absoluteLinks", "germanMessages"])
    assert shown["quirks"]["meadow"] == ["absoluteLinks", "germanMessages"]
    assert "relativeLinks" in str(meadow.practice("POST", "quirks", 400, quirks=["nonsense"]))
    assert meadow.practice("GET", "quirks")["quirks"]["meadow"] == ["absoluteLinks", "germanMessages"]


@pytest.mark.parametrize(
    ("quirk", "start"),
    [("absoluteLinks", "http://127"), ("relativeLinks", "/meadow"), ("brokenScheme", "https://http://127")],
)
def test_links_can_be_written_in_three_ways(meadow: Caller, quirk: str, start: str) -> None:
    meadow.practice("POST", "quirks", quirks=[quirk])
    created = meadow.ask_consent()
    assert created.json()["_links"]["self"]["href"].startswith(start)
    assert created.headers["Location"].startswith(start)


def test_location_can_hold_json(meadow: Caller) -> None:
    meadow.practice("POST", "quirks", quirks=["locationJson"])
    assert "href" in json.loads(meadow.ask_consent().headers["Location"])


def test_reading_a_status_can_answer_202_and_speak_german(harbour: Caller) -> None:
    harbour.practice("POST", "quirks", quirks=["acceptedStatus", "germanMessages"])
    created = harbour.ask_consent().json()
    link = created["_links"]["updatePsuAuthentication"]["href"]
    step = harbour.call("PUT", link, body={"psuData": {"password": "sunflower"}}).json()
    assert "TAN" in step["psuMessage"]
    answer = harbour.call("GET", step["_links"]["scaStatus"]["href"])
    assert (answer.status_code, answer.json()["scaStatus"]) == (202, "scaMethodSelected")


def test_only_the_encrypted_start_can_be_offered(meadow: Caller) -> None:
    meadow.practice("POST", "quirks", quirks=["encryptedLinkOnly"])
    links = meadow.ask_consent().json()["_links"]
    assert [name for name in links if name.startswith("start")] == [
        "startAuthorisationWithEncryptedPsuAuthentication"
    ]
    href = links["startAuthorisationWithEncryptedPsuAuthentication"]["href"]
    refused = meadow.call("POST", href, body={"psuData": {"password": "sunflower"}})
    assert error_code(refused) == (400, "FORMAT_ERROR")


def test_debits_can_be_positive(meadow: Caller) -> None:
    consent = meadow.consent()
    plain = report(meadow, consent, "Everyday account")["transactions"]["booked"]
    meadow.practice("POST", "quirks", quirks=["positiveDebits"])
    odd = report(meadow, consent, "Everyday account")["transactions"]["booked"]
    assert any("creditorName" in entry for entry in plain)
    for before, after in zip(plain, odd, strict=True):
        amount = Decimal(after["transactionAmount"]["amount"])
        assert amount > 0
        signed = -amount if "creditorName" in after else amount
        assert signed == Decimal(before["transactionAmount"]["amount"])


def test_a_card_account_with_debit_accounting_turns_all_signs(harbour: Caller) -> None:
    consent = harbour.consent()
    plain = report(harbour, consent, "Harbour Visa")
    card = harbour.read("/card-accounts", consent, withBalance="true")["cardAccounts"][0]
    harbour.practice("POST", "quirks", quirks=["positiveDebits"])
    odd = report(harbour, consent, "Harbour Visa")
    turned = harbour.read("/card-accounts", consent, withBalance="true")["cardAccounts"][0]
    assert (plain["debitAccounting"], odd["debitAccounting"], turned["debitAccounting"]) == (
        False,
        True,
        True,
    )
    for before, after in zip(
        plain["cardTransactions"]["booked"], odd["cardTransactions"]["booked"], strict=True
    ):
        assert Decimal(after["transactionAmount"]["amount"]) == -Decimal(
            before["transactionAmount"]["amount"]
        )
    for before, after in zip(card["balances"], turned["balances"], strict=True):
        same = after["balanceType"] == "interimAvailable"
        amount = Decimal(before["balanceAmount"]["amount"])
        assert Decimal(after["balanceAmount"]["amount"]) == (amount if same else -amount)


def test_booleans_can_be_strings_and_balances_many(meadow: Caller) -> None:
    consent = meadow.consent()
    meadow.practice("POST", "quirks", quirks=["stringBooleans", "manyBalances"])
    assert meadow.call("GET", f"/consents/{consent}").json()["recurringIndicator"] == "true"
    balances = meadow.read("/accounts", consent, withBalance="true")["accounts"][0]["balances"]
    assert {each["balanceAmount"]["currency"] for each in balances} == {"EUR", "USD"}
    assert "forwardAvailable" in {each["balanceType"] for each in balances}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("CONSENT_EXPIRED", 401),
        ("SERVICE_BLOCKED", 403),
        ("ACCESS_EXCEEDED", 429),
        ("INTERNAL_SERVER_ERROR", 500),
        ("SERVICE_UNAVAILABLE", 503),
    ],
)
def test_an_ordered_error_meets_the_next_calls_of_that_path(meadow: Caller, code: str, status: int) -> None:
    consent = meadow.consent()
    meadow.practice("POST", "faults", kind="error", code=code, path="/accounts*", calls=2)
    headers = {"Consent-ID": consent, "PSU-IP-Address": "192.0.2.7"}
    assert meadow.call("GET", f"/consents/{consent}/status").status_code == 200
    for _ in range(2):
        assert error_code(meadow.call("GET", "/accounts?withBalance=true", headers=headers)) == (status, code)
    assert meadow.call("GET", "/accounts", headers=headers).status_code == 200


def test_a_fault_can_wait_for_a_method_and_be_taken_back(meadow: Caller, harbour: Caller) -> None:
    meadow.practice("POST", "faults", kind="error", path="DELETE /consents/*")
    consent = meadow.ask_consent().json()["consentId"]
    assert meadow.status(consent) == "received"
    assert harbour.ask_consent().status_code == 201
    assert meadow.call("DELETE", f"/consents/{consent}").status_code == 500
    meadow.practice("POST", "faults", kind="reset", calls=99)
    assert len(meadow.practice("GET", "faults")["faults"]) == 1
    assert meadow.practice("DELETE", "faults") == {"faults": []}
    assert meadow.status(consent) == "received"


def test_an_answer_can_be_late(meadow: Caller) -> None:
    consent = meadow.ask_consent().json()["consentId"]
    meadow.practice("POST", "faults", kind="delay", seconds=0.1)
    assert meadow.status(consent) == "received"
    meadow.practice("POST", "faults", kind="delay", seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        meadow.session.get(
            f"{meadow.base}/accounts", headers={"X-Request-ID": str(uuid.uuid4())}, timeout=(3, 0.2)
        )
    assert meadow.status(consent) == "received", "a waiting call must not hold up the others"


def test_an_answer_can_break_off_in_its_json(meadow: Caller) -> None:
    consent = meadow.consent()
    meadow.practice("POST", "faults", kind="malformed", path="/accounts")
    answer = meadow.call("GET", "/accounts", headers={"Consent-ID": consent})
    assert answer.status_code == 200
    with pytest.raises(ValueError):
        answer.json()


def test_an_answer_can_have_wrong_types(meadow: Caller) -> None:
    consent = meadow.consent()
    for field, kind in (("amount", float), ("accounts", dict), ("_links", list)):
        meadow.practice("POST", "faults", kind="types", path="/accounts", field=field)
        body = meadow.read("/accounts", consent, withBalance="true")
        if field == "accounts":
            assert isinstance(body["accounts"], kind)
        elif field == "_links":
            assert isinstance(body["accounts"][0]["_links"], kind)
        else:
            assert isinstance(body["accounts"][0]["balances"][0]["balanceAmount"]["amount"], kind)


def test_a_connection_can_be_reset_in_mid_answer(meadow: Caller) -> None:
    consent = meadow.consent()
    meadow.practice("POST", "faults", kind="reset", path="/accounts")
    with pytest.raises(requests.exceptions.RequestException) as caught:
        meadow.call("GET", "/accounts", headers={"Consent-ID": consent})
    assert "reset" in str(caught.value).lower()
    assert meadow.status(consent) == "valid"


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "nonsense"},
        {"kind": "error", "code": "NONSENSE"},
        {"kind": "delay", "seconds": 1e6},
        {"kind": "delay", "seconds": "soon"},
        {"kind": "reset", "calls": 0},
        {"kind": "reset", "bank": "nowhere"},
    ],
)
def test_a_faulty_order_is_refused(meadow: Caller, order: dict[str, Any]) -> None:
    meadow.practice("POST", "faults", 400, **order)
    assert meadow.practice("GET", "faults") == {"faults": []}
