"""Questions before a payment, and cards: extensions that a voice needs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.caller import Caller, error_code
from tests.sandbox.payer import EVERYDAY, MARIE, SAVINGS, Payer, euros

ATTENDED = {"PSU-IP-Address": "192.0.2.7"}


def funds(bank: Caller, amount: Decimal) -> Any:
    body = {"account": {"iban": EVERYDAY}, "instructedAmount": euros(f"{amount:.2f}")}
    return bank.call("POST", "/funds-confirmations", body=body)


def test_funds_are_there_to_the_cent(payer: Payer) -> None:
    for _ in range(2):
        left = payer.available()
        assert funds(payer.bank, left).json() == {"fundsAvailable": True}
        assert funds(payer.bank, left + Decimal("0.01")).json() == {"fundsAvailable": False}
        payer.pay("45.00")


def test_a_question_for_funds_may_be_refused(payer: Payer) -> None:
    body = {"account": {"iban": MARIE["creditorAccount"]["iban"]}, "instructedAmount": euros("1.00")}
    assert error_code(payer.bank.call("POST", "/funds-confirmations", body=body)) == (400, "FORMAT_ERROR")
    payer.bank.practice("POST", "quirks", quirks=["noFundsConfirmation"])
    assert error_code(funds(payer.bank, Decimal(1))) == (400, "NO_PIIS_ACTIVATION")


MARTIN, MARTINE = "FR7630006000011234567890189", "IE57BOFI90001755667788"


@pytest.mark.parametrize(
    ("iban", "name", "expected"),
    [
        (MARTIN, "Martin Durand", {"result": "MATCH"}),
        (MARTIN, "MARTIN  DURAND", {"result": "MATCH"}),
        (MARTIN, "Martín Durand", {"result": "MATCH"}),
        (MARTIN, "M. Durand", {"result": "CLOSE_MATCH", "name": "Martin Durand"}),
        (MARTIN, "Martine Durand", {"result": "CLOSE_MATCH", "name": "Martin Durand"}),
        (MARTIN, "Marie Dubois", {"result": "NO_MATCH"}),
        (SAVINGS, "Anna Keller", {"result": "MATCH"}),
        (SAVINGS, "Ana Keller", {"result": "CLOSE_MATCH", "name": "Anna Keller"}),
        ("IE05HRBR93044720581736", "Conor Walsh", {"result": "MATCH"}),
        ("DE89370400440532013000", "Anybody", {"result": "NOT_POSSIBLE"}),
    ],
)
def test_a_payee_is_verified(meadow: Caller, iban: str, name: str, expected: dict[str, str]) -> None:
    answer = meadow.call("POST", "/x/payee-verifications", body={"iban": iban, "name": name})
    assert (answer.status_code, answer.json()) == (200, expected)


def cards(bank: Caller, consent: str) -> dict[str, dict[str, Any]]:
    found = bank.read("/x/cards", consent)["cards"]
    return {card["account"]: card for card in found}


def test_a_card_is_frozen_limited_and_freed(payer: Payer) -> None:
    bank = Caller(payer.bank.base.replace("meadow", "harbour"))
    consent = bank.consent()
    asked = {"Consent-ID": consent, **ATTENDED}
    visa = cards(bank, consent)["Harbour Visa"]
    assert (visa["maskedPan"], visa["status"]) == ("414932******3241", "enabled")
    path = f"/x/cards/{visa['cardId']}"
    for _ in range(2):
        frozen = bank.call("PUT", f"{path}/block", body={"blocked": True}, headers=asked).json()["card"]
        assert frozen == {**visa, "status": "blocked"}
    (account,) = bank.read("/card-accounts", consent)["cardAccounts"]
    assert account["status"] == "blocked"
    too_much = bank.call("PUT", f"{path}/limit", body={"dailyLimit": euros("5000.01")}, headers=asked)
    assert error_code(too_much) == (400, "PARAMETER_NOT_SUPPORTED")
    limit = {"dailyLimit": euros("300.00")}
    assert bank.call("PUT", f"{path}/limit", body=limit, headers=asked).status_code == 200
    assert bank.read(path, consent)["card"] == {**frozen, **limit}
    bank.call("PUT", f"{path}/block", body={"blocked": False}, headers=asked)
    assert cards(bank, consent)["Harbour Visa"]["status"] == "enabled"
    assert cards(bank, consent)["Joint account"]["status"] == "enabled", "one card, not all"


def test_cards_are_touched_only_under_a_consent_and_by_somebody_there(meadow: Caller) -> None:
    consent = meadow.consent()
    (card,) = cards(meadow, consent).values()
    path, freeze = f"/x/cards/{card['cardId']}/block", {"blocked": True}
    assert error_code(meadow.call("PUT", path, body=freeze, headers=ATTENDED))[0] == 400
    absent = meadow.call("PUT", path, body=freeze, headers={"Consent-ID": consent})
    assert error_code(absent) == (400, "FORMAT_ERROR")
    ended = meadow.consent()
    meadow.call("DELETE", f"/consents/{ended}")
    answer = meadow.call("PUT", path, body=freeze, headers={"Consent-ID": ended, **ATTENDED})
    assert error_code(answer) == (401, "CONSENT_INVALID")
    odd = meadow.call(
        "PUT", path, body={"blocked": "yes"}, headers={"Consent-ID": meadow.consent(), **ATTENDED}
    )
    assert error_code(odd) == (400, "FORMAT_ERROR")
