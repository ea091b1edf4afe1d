"""The life of a consent, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.sandbox.process import RunningBank, running_bank
from tests.sandbox.caller import Caller, error_code
from tests.sandbox.conftest import TODAY


def test_a_new_consent_waits_for_the_customer_and_then_is_valid(meadow: Caller) -> None:
    created = meadow.ask_consent()
    assert created.status_code == 201
    assert created.headers["ASPSP-SCA-Approach"] == "EMBEDDED"
    consent = created.json()["consentId"]
    assert created.headers["Location"].endswith(f"/consents/{consent}")
    assert meadow.status(consent) == "received"
    assert error_code(meadow.call("GET", "/accounts", headers={"Consent-ID": consent})) == (
        401,
        "CONSENT_INVALID",
    )
    meadow.sign(created.json())
    assert meadow.status(consent) == "valid"
    assert meadow.read("/accounts", consent)["accounts"]


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("9999-12-31", TODAY + timedelta(days=180)),
        ((TODAY + timedelta(days=400)).isoformat(), TODAY + timedelta(days=180)),
        ((TODAY + timedelta(days=30)).isoformat(), TODAY + timedelta(days=30)),
    ],
)
def test_the_bank_shortens_valid_until_to_180_days(meadow: Caller, asked: str, granted: date) -> None:
    consent = meadow.ask_consent(validUntil=asked).json()["consentId"]
    assert meadow.call("GET", f"/consents/{consent}").json()["validUntil"] == granted.isoformat()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"validUntil": (TODAY - timedelta(days=1)).isoformat()}, "PERIOD_INVALID"),
        ({"validUntil": "soon"}, "FORMAT_ERROR"),
        ({"access": None}, "FORMAT_ERROR"),
        ({"access": {}}, "FORMAT_ERROR"),
        ({"access": {"allPsd2": "everything"}}, "FORMAT_ERROR"),
        ({"access": {"accounts": [{"iban": "DE89370400440532013000"}]}}, "FORMAT_ERROR"),
        ({"access": {"allPsd2": "allAccounts", "accounts": []}}, "FORMAT_ERROR"),
        ({"recurringIndicator": "yes"}, "FORMAT_ERROR"),
        ({"frequencyPerDay": 0}, "FORMAT_ERROR"),
        ({"frequencyPerDay": True}, "FORMAT_ERROR"),
        ({"recurringIndicator": False, "frequencyPerDay": 4}, "FORMAT_ERROR"),
        ({"combinedServiceIndicator": True}, "PARAMETER_NOT_SUPPORTED"),
        ({"headers": {"PSU-IP-Address": None}}, "FORMAT_ERROR"),
    ],
)
def test_a_faulty_wish_is_refused(meadow: Caller, change: dict[str, Any], code: str) -> None:
    assert error_code(meadow.ask_consent(**change)) == (400, code)


def test_reads_without_the_customer_are_counted_for_each_resource(harbour: Caller) -> None:
    consent = harbour.consent(frequencyPerDay=2)
    for _ in range(2):
        harbour.read("/accounts", consent, attended=False)
    refused = harbour.read("/accounts", consent, attended=False, status=429)
    assert refused["tppMessages"][0]["code"] == "ACCESS_EXCEEDED"
    harbour.read("/accounts", consent, attended=True)
    harbour.read("/card-accounts", consent, attended=False)


def test_no_more_than_four_reads_a_day_are_granted(meadow: Caller) -> None:
    consent = meadow.ask_consent(frequencyPerDay=100).json()["consentId"]
    assert meadow.call("GET", f"/consents/{consent}").json()["frequencyPerDay"] == 4


def test_turning_pages_is_one_read(meadow: Caller) -> None:
    consent = meadow.consent(frequencyPerDay=1)
    account = meadow.account(consent, "Everyday account")
    page = meadow.read(
        account["_links"]["transactions"]["href"], consent, attended=False,
        bookingStatus="booked", dateFrom="2025-01-01",
    )  # fmt: skip
    meadow.read(page["transactions"]["_links"]["next"]["href"], consent, attended=False)


def test_a_consent_for_one_access_is_used_up(meadow: Caller) -> None:
    consent = meadow.consent(recurringIndicator=False, frequencyPerDay=1)
    meadow.read("/accounts", consent)
    refused = meadow.read("/accounts", consent, status=429)
    assert refused["tppMessages"][0]["code"] == "ACCESS_EXCEEDED"


def test_a_new_recurring_consent_ends_the_former_one_of_that_customer_and_caller(own: RunningBank) -> None:
    bank = Caller(own.harbour)
    of_conor, elsewhere = bank.consent(psu="conor"), Caller(own.meadow).consent()
    of_other_caller = bank.consent(headers={"TPP-Brand-Logging-Information": "somebody else"})
    former, single = bank.consent(), bank.consent(recurringIndicator=False, frequencyPerDay=1)
    asked_only = bank.ask_consent().json()["consentId"]
    assert bank.status(former) == "valid"
    fresh = bank.consent()
    assert bank.status(former) == "expired"
    assert [bank.status(kept) for kept in (of_conor, of_other_caller, single, fresh)] == ["valid"] * 4
    assert bank.status(asked_only) == "received"
    assert Caller(own.meadow).status(elsewhere) == "valid"
    refused = bank.read("/accounts", former, status=401)
    assert refused["tppMessages"][0]["code"] == "CONSENT_EXPIRED"


@pytest.mark.parametrize(
    ("ending", "code"), [("revokedByPsu", "CONSENT_INVALID"), ("expired", "CONSENT_EXPIRED")]
)
def test_the_customer_or_time_can_end_a_consent(meadow: Caller, ending: str, code: str) -> None:
    consent = meadow.consent(recurringIndicator=False, frequencyPerDay=1)
    meadow.practice("POST", "consents", consentId=consent, status=ending)
    assert meadow.status(consent) == ending
    assert meadow.read("/accounts", consent, status=401)["tppMessages"][0]["code"] == code


def test_the_caller_can_end_a_consent(meadow: Caller) -> None:
    consent = meadow.consent(recurringIndicator=False, frequencyPerDay=1)
    assert meadow.call("DELETE", f"/consents/{consent}").status_code == 204
    assert meadow.status(consent) == "terminatedByTpp"
    assert meadow.read("/accounts", consent, status=401)["tppMessages"][0]["code"] == "CONSENT_INVALID"
    assert meadow.call("DELETE", f"/consents/{consent}").status_code == 204
    meadow.practice("POST", "consents", consentId=consent, status="expired")
    assert meadow.status(consent) == "terminatedByTpp"


def test_an_ended_consent_cannot_be_confirmed_any_more(meadow: Caller) -> None:
    created = meadow.ask_consent().json()
    begun = meadow.call(
        "POST",
        f"/consents/{created['consentId']}/authorisations",
        body={"psuData": {"password": "sunflower"}},
    ).json()
    meadow.call("DELETE", f"/consents/{created['consentId']}")
    href = begun["_links"]["selectAuthenticationMethod"]["href"]
    answer = meadow.call("PUT", href, body={"authenticationMethodId": "SMS_OTP"})
    assert error_code(answer) == (409, "STATUS_INVALID")
    assert error_code(meadow.call("POST", f"/consents/{created['consentId']}/authorisations"))[0] == 409


def test_time_ends_consents(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        meadow = Caller(bank.meadow)
        single = meadow.consent(recurringIndicator=False, frequencyPerDay=1)
        recurring = meadow.consent(validUntil=(TODAY + timedelta(days=3)).isoformat())
        forgotten = meadow.ask_consent().json()["consentId"]
    with running_bank(database, today=TODAY + timedelta(days=3)) as bank:
        meadow = Caller(bank.meadow)
        assert meadow.status(recurring) == "valid"
        assert meadow.status(single) == "expired"
        assert meadow.status(forgotten) == "rejected"
    with running_bank(database, today=TODAY + timedelta(days=4)) as bank:
        meadow = Caller(bank.meadow)
        assert meadow.read("/accounts", recurring, status=401)["tppMessages"][0]["code"] == "CONSENT_EXPIRED"


def test_the_count_of_reads_begins_anew_each_day(tmp_path: Path) -> None:
    database = tmp_path / "bank.sqlite"
    with running_bank(database, today=TODAY) as bank:
        meadow = Caller(bank.meadow)
        consent = meadow.consent(frequencyPerDay=1)
        meadow.read("/accounts", consent, attended=False)
        meadow.read("/accounts", consent, attended=False, status=429)
    with running_bank(database, today=TODAY) as bank:
        Caller(bank.meadow).read("/accounts", consent, attended=False, status=429)
    with running_bank(database, today=TODAY + timedelta(days=1)) as bank:
        Caller(bank.meadow).read("/accounts", consent, attended=False)


def test_a_consent_of_one_bank_means_nothing_at_the_other(meadow: Caller, harbour: Caller) -> None:
    consent = meadow.ask_consent().json()["consentId"]
    assert harbour.read("/accounts", consent, status=403)["tppMessages"][0]["code"] == "CONSENT_UNKNOWN"
    assert error_code(harbour.call("GET", f"/consents/{consent}")) == (403, "CONSENT_UNKNOWN")


def test_a_list_of_accounts_opens_only_these(harbour: Caller) -> None:
    everything = harbour.consent(recurringIndicator=False, frequencyPerDay=1)
    joint = harbour.account(everything, "Joint account")
    named = [{"iban": joint["iban"]}]
    access = {"accounts": named, "balances": named}
    consent = harbour.consent(access=access)
    accounts = harbour.read("/accounts", consent, withBalance="true")["accounts"]
    assert [account["name"] for account in accounts] == ["Joint account"]
    assert accounts[0]["balances"]
    assert "transactions" not in accounts[0]["_links"]
    assert harbour.read("/card-accounts", consent)["cardAccounts"] == []
    path = f"/accounts/{joint['resourceId']}/transactions"
    refused = harbour.read(path, consent, status=401, bookingStatus="booked", dateFrom="2026-01-01")
    assert refused["tppMessages"][0]["code"] == "CONSENT_INVALID"


def test_available_accounts_opens_the_list_alone(harbour: Caller) -> None:
    consent = harbour.consent(
        access={"availableAccounts": "allAccounts"}, recurringIndicator=False, frequencyPerDay=1
    )
    accounts = harbour.read("/accounts", consent, withBalance="true")["accounts"]
    assert [account["name"] for account in accounts] == ["Joint account", "Sterling account"]
    assert not any("balances" in account or "_links" in account for account in accounts)


def test_an_empty_list_leaves_the_choice_to_the_customer(harbour: Caller) -> None:
    consent = harbour.consent(access={"accounts": [], "transactions": []})
    assert len(harbour.read("/card-accounts", consent)["cardAccounts"]) == 1


def test_a_customer_sees_only_accounts_of_their_own(harbour: Caller) -> None:
    consent = harbour.consent(psu="conor")
    accounts = harbour.read("/accounts", consent)["accounts"]
    assert [account["name"] for account in accounts] == ["Joint account"]
    assert harbour.read("/card-accounts", consent)["cardAccounts"] == []
