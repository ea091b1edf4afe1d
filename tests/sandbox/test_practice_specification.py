"""The check against the OpenAPI file does find faults, and every kind of answer passes it."""

from __future__ import annotations

import pytest

from tests.sandbox.caller import Caller
from tests.sandbox.specification import WHY_SKIPPED, specification

needs_specification = pytest.mark.skipif(specification() is None, reason=WHY_SKIPPED)


@needs_specification
@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/v1/accounts", 200, {"accounts": [{"iban": "IE48MEAD99021231926819"}]}),
        ("GET", "/v1/accounts/1/balances", 200, {"balances": [{"balanceType": "interimBooked"}]}),
        ("GET", "/v1/accounts/1/transactions", 200, {"transactions": {"booked": []}}),
        ("GET", "/v1/card-accounts", 200, {"cardAccounts": [{"currency": "EUR"}]}),
        ("GET", "/v1/consents/1/status", 200, {"consentStatus": "fine"}),
        ("POST", "/v1/consents", 201, {"consentStatus": "received", "consentId": "1"}),
        ("POST", "/v1/consents", 200, {"consentStatus": "received", "consentId": "1", "_links": {}}),
        ("GET", "/v1/accounts", 400, {"tppMessages": [{"category": "ERROR"}]}),
        ("DELETE", "/v1/consents/1", 204, {"done": True}),
    ],
)
def test_a_faulty_answer_is_found(method: str, path: str, status: int, body: object) -> None:
    known = specification()
    assert known is not None
    assert known.faults(method, path, status, body)


@needs_specification
def test_every_answer_of_both_banks_fits(meadow: Caller, harbour: Caller) -> None:
    """`Caller` checks each answer; here all readable ones are asked for once, with all options."""
    asked = 0
    for bank in (meadow, harbour):
        consent = bank.consent()
        accounts = bank.read("/accounts", consent, withBalance="true")["accounts"]
        cards = bank.read("/card-accounts", consent, withBalance="true")["cardAccounts"]
        for account in accounts + cards:
            bank.read(account["_links"]["balances"]["href"], consent)
            statuses = ("booked", "pending", "both") + (
                () if "maskedPan" in account else ("all", "information")
            )
            for status in statuses:
                bank.read(
                    account["_links"]["transactions"]["href"], consent,
                    bookingStatus=status, dateFrom="2020-01-01", itemsPerPage="500",
                )  # fmt: skip
                asked += 1
    assert asked == 4 * 5 + 3
