"""Accounts, balances and transactions as they are read over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.caller import Caller, error_code
from tests.sandbox.conftest import TODAY

LONG_AGO = "2020-01-01"


@pytest.fixture
def consent(meadow: Caller) -> str:
    return meadow.consent()


@pytest.fixture
def card_consent(harbour: Caller) -> str:
    return harbour.consent()


def transactions_of(account: dict[str, Any]) -> str:
    return str(account["_links"]["transactions"]["href"])


def pages(bank: Caller, consent: str, account: dict[str, Any], **query: str) -> list[list[dict[str, Any]]]:
    """All pages of booked entries, following the bank's own links."""
    report = "cardTransactions" if "maskedPan" in account else "transactions"
    asked: dict[str, Any] = {"bookingStatus": "booked", "dateFrom": LONG_AGO, **query}
    body = bank.read(transactions_of(account), consent, **asked)[report]
    found = [body["booked"]]
    while "next" in body["_links"]:
        body = bank.read(body["_links"]["next"]["href"], consent)[report]
        found.append(body["booked"])
    return found


def everything(bank: Caller, consent: str, account: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for page in pages(bank, consent, account, itemsPerPage="500") for entry in page]


def total(entries: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(entry["transactionAmount"]["amount"]) for entry in entries), Decimal(0))


def balance(account: dict[str, Any], kind: str) -> Decimal:
    return next(
        Decimal(each["balanceAmount"]["amount"])
        for each in account["balances"]
        if each["balanceType"] == kind
    )


def test_both_banks_have_their_accounts(
    meadow: Caller, harbour: Caller, consent: str, card_consent: str
) -> None:
    at_meadow = meadow.read("/accounts", consent)["accounts"]
    assert [(account["name"], account["cashAccountType"]) for account in at_meadow] == [
        ("Everyday account", "CACC"),
        ("Rainy day savings", "SVGS"),
    ]
    assert meadow.read("/card-accounts", consent)["cardAccounts"] == []
    at_harbour = harbour.read("/accounts", card_consent)["accounts"]
    assert [(account["name"], account["currency"]) for account in at_harbour] == [
        ("Joint account", "EUR"),
        ("Sterling account", "GBP"),
    ]
    card = harbour.read("/card-accounts", card_consent)["cardAccounts"][0]
    assert card["maskedPan"] == "414932******3241"
    assert card["debitAccounting"] is False
    assert card["creditLimit"] == {"currency": "EUR", "amount": "5000.00"}
    assert "balances" not in card and "balances" not in at_meadow[0]


def test_ibans_have_right_check_digits(meadow: Caller, consent: str) -> None:
    for account in meadow.read("/accounts", consent)["accounts"]:
        iban = account["iban"]
        assert int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def test_one_account_reads_like_its_line_in_the_list(meadow: Caller, consent: str) -> None:
    listed = meadow.read("/accounts", consent, withBalance="true")["accounts"][0]
    assert meadow.read(f"/accounts/{listed['resourceId']}", consent, withBalance="true")["account"] == listed
    assert meadow.read(listed["_links"]["balances"]["href"], consent)["balances"] == listed["balances"]


def test_one_card_account_reads_like_its_line_in_the_list(harbour: Caller, card_consent: str) -> None:
    listed = harbour.read("/card-accounts", card_consent, withBalance="true")["cardAccounts"][0]
    path = f"/card-accounts/{listed['resourceId']}"
    assert harbour.read(path, card_consent, withBalance="true")["cardAccount"] == listed
    assert harbour.read(f"{path}/balances", card_consent)["balances"] == listed["balances"]


def test_balances_move_by_what_is_booked_and_pending(
    meadow: Caller, harbour: Caller, consent: str, card_consent: str
) -> None:
    """Yesterday's balance, today's bookings and the pending entries add up, account by account."""
    checked = 0
    for bank, permission, path, key in (
        (meadow, consent, "/accounts", "accounts"),
        (harbour, card_consent, "/accounts", "accounts"),
        (harbour, card_consent, "/card-accounts", "cardAccounts"),
    ):
        for account in bank.read(path, permission, withBalance="true")[key]:
            report = bank.read(
                transactions_of(account), permission, bookingStatus="both", dateFrom=LONG_AGO
            ).popitem()[1]
            booked_today = [e for e in report["booked"] if e["bookingDate"] == TODAY.isoformat()]
            limit = Decimal(account.get("creditLimit", {"amount": "0"})["amount"])
            booked = balance(account, "interimBooked")
            assert booked - balance(account, "closingBooked") == total(booked_today)
            assert balance(account, "interimAvailable") - limit - booked == total(report["pending"])
            checked += 1
    assert checked == 5


def test_pages_join_without_gap_or_overlap(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    whole = everything(meadow, consent, account)
    for size in (37, 100):
        parts = pages(meadow, consent, account, itemsPerPage=str(size))
        assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
        assert [entry for part in parts for entry in part] == whole
    assert len({entry["transactionId"] for entry in whole}) == len(whole) > 400
    dates = [entry["bookingDate"] for entry in whole]
    assert dates == sorted(dates, reverse=True)


def test_a_page_holds_a_hundred_unless_asked_otherwise(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    first = meadow.read(transactions_of(account), consent, bookingStatus="booked", dateFrom=LONG_AGO)
    links = first["transactions"]["_links"]
    assert len(first["transactions"]["booked"]) == 100
    assert "previous" not in links
    last = meadow.read(links["last"]["href"], consent)["transactions"]
    assert "next" not in last["_links"]
    assert 0 < len(last["booked"]) <= 100
    before = meadow.read(last["_links"]["previous"]["href"], consent)["transactions"]
    assert parse_qs(urlsplit(before["_links"]["next"]["href"]).query)["dateFrom"] == [LONG_AGO]


def test_links_are_relative_at_meadow_and_absolute_at_harbour(
    meadow: Caller, harbour: Caller, consent: str, card_consent: str
) -> None:
    assert transactions_of(meadow.account(consent, "Everyday account")).startswith("/meadow/v1/accounts/")
    assert transactions_of(harbour.account(card_consent, "Harbour Visa")).startswith(
        f"{harbour.base}/card-accounts/"
    )


def test_a_period_takes_both_its_days(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    whole = everything(meadow, consent, account)
    first, last = "2026-02-03", "2026-02-20"
    expected = [entry for entry in whole if first <= entry["bookingDate"] <= last]
    got = pages(meadow, consent, account, dateFrom=first, dateTo=last)
    assert [entry for part in got for entry in part] == expected
    assert {first, last} & {entry["bookingDate"] for entry in expected}


def test_pending_entries_have_no_booking_date_and_are_on_the_first_page_only(
    meadow: Caller, consent: str
) -> None:
    account = meadow.account(consent, "Everyday account")
    query: dict[str, Any] = {"bookingStatus": "both", "dateFrom": LONG_AGO, "itemsPerPage": "50"}
    body = meadow.read(transactions_of(account), consent, **query)["transactions"]
    assert body["pending"]
    assert not any("bookingDate" in entry for entry in body["pending"])
    assert all("bookingDate" in entry for entry in body["booked"])
    assert meadow.read(body["_links"]["next"]["href"], consent)["transactions"]["pending"] == []
    alone = meadow.read(transactions_of(account), consent, bookingStatus="pending", dateFrom=LONG_AGO)[
        "transactions"
    ]
    assert alone["pending"] == body["pending"] and "booked" not in alone


def test_card_purchases_tell_merchant_place_and_category(harbour: Caller, card_consent: str) -> None:
    card = harbour.account(card_consent, "Harbour Visa")
    entries = everything(harbour, card_consent, card)
    purchases = [entry for entry in entries if "cardAcceptorId" in entry]
    assert len(purchases) > 250
    for entry in purchases:
        assert entry["cardAcceptorAddress"]["townName"]
        assert len(entry["cardAcceptorAddress"]["country"]) == 2
        assert len(entry["merchantCategoryCode"]) == 4
        assert entry["transactionDate"] <= entry["bookingDate"]
        assert entry["maskedPAN"] == card["maskedPan"]
    foreign = [entry for entry in purchases if "originalAmount" in entry]
    assert {entry["originalAmount"]["currency"] for entry in foreign} == {"GBP", "USD"}
    for entry in foreign:
        rate = Decimal(entry["currencyExchange"][0]["exchangeRate"])
        converted = Decimal(entry["originalAmount"]["amount"]) * rate
        assert abs(converted - Decimal(entry["transactionAmount"]["amount"])) <= Decimal("0.01")
    repayments = [entry for entry in entries if "cardAcceptorId" not in entry]
    assert repayments and all(Decimal(e["transactionAmount"]["amount"]) > 0 for e in repayments)


def test_debit_card_purchases_carry_their_category_in_the_banks_own_code(
    meadow: Caller, consent: str
) -> None:
    entries = everything(meadow, consent, meadow.account(consent, "Everyday account"))
    groceries = [e for e in entries if e.get("proprietaryBankTransactionCode") == "CARD/5411"]
    assert {entry["creditorName"] for entry in groceries} >= {"Tesco", "Lidl"}
    assert all(entry["additionalInformation"].split(", ")[2] == "IE" for entry in groceries)


def test_standing_orders_are_announced(meadow: Caller, harbour: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    orders = meadow.read(transactions_of(account), consent, bookingStatus="information")["transactions"]
    assert "booked" not in orders and "pending" not in orders
    found = {
        order["creditorName"]: order["additionalInformationStructured"]["standingOrderDetails"]
        for order in orders["information"]
    }
    assert set(found) == {"Liffey Homes", "City Gym", "Anna Keller"}
    assert found["Liffey Homes"]["dayOfExecution"] == "1"
    all_kinds = meadow.read(transactions_of(account), consent, bookingStatus="all", dateFrom="2026-03-01")[
        "transactions"
    ]
    assert all_kinds["information"] == orders["information"] and all_kinds["booked"]


def test_one_transaction_reads_like_its_line_in_the_list(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    entry = everything(meadow, consent, account)[0]
    path = f"/accounts/{account['resourceId']}/transactions"
    assert meadow.read(f"{path}/{entry['transactionId']}", consent)["transactionsDetails"] == entry
    refused = meadow.read(f"{path}/unknown", consent, status=404)
    assert refused["tppMessages"][0]["code"] == "RESOURCE_UNKNOWN"


def test_a_list_can_begin_behind_a_known_entry(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    whole = everything(meadow, consent, account)
    known = whole[12]["entryReference"]
    body = meadow.read(transactions_of(account), consent, bookingStatus="booked", entryReferenceFrom=known)
    assert body["transactions"]["booked"] == whole[:12]


def test_balances_come_with_transactions_when_asked(meadow: Caller, consent: str) -> None:
    account = meadow.read("/accounts", consent, withBalance="true")["accounts"][0]
    query: dict[str, Any] = {"bookingStatus": "booked", "dateFrom": "2026-03-01"}
    assert "balances" not in meadow.read(transactions_of(account), consent, **query)
    body = meadow.read(transactions_of(account), consent, withBalance="true", **query)
    assert body["balances"] == account["balances"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"dateFrom": "2026-01-01"}, "FORMAT_ERROR"),
        ({"bookingStatus": "everything", "dateFrom": "2026-01-01"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "dateFrom": "01/02/2026"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "dateFrom": "20260201"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "dateFrom": "2026-03-02", "dateTo": "2026-03-01"}, "PERIOD_INVALID"),
        ({"bookingStatus": "booked", "dateFrom": "2026-01-01", "pageIndex": "-1"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "dateFrom": "2026-01-01", "itemsPerPage": "9999"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "dateFrom": "2026-01-01", "withBalance": "maybe"}, "FORMAT_ERROR"),
        ({"bookingStatus": "booked", "deltaList": "true"}, "PARAMETER_NOT_SUPPORTED"),
        ({"bookingStatus": "booked", "entryReferenceFrom": "unknown"}, "FORMAT_ERROR"),
    ],
)
def test_a_faulty_question_is_refused(meadow: Caller, consent: str, query: dict[str, Any], code: str) -> None:
    account = meadow.account(consent, "Everyday account")
    refused = meadow.read(transactions_of(account), consent, status=400, **query)
    assert refused["tppMessages"][0]["code"] == code


def test_a_card_account_has_no_standing_orders(harbour: Caller, card_consent: str) -> None:
    card = harbour.account(card_consent, "Harbour Visa")
    harbour.read(transactions_of(card), card_consent, status=400, bookingStatus="information")


def test_unknown_things_are_refused(meadow: Caller, harbour: Caller, consent: str) -> None:
    headers = {"Consent-ID": consent}
    assert error_code(meadow.call("GET", "/accounts/unknown", headers=headers)) == (404, "RESOURCE_UNKNOWN")
    assert error_code(meadow.call("GET", "/nothing")) == (404, "RESOURCE_UNKNOWN")
    assert error_code(meadow.call("DELETE", "/accounts", headers=headers)) == (405, "SERVICE_INVALID")
    assert error_code(meadow.call("GET", "/accounts")) == (400, "FORMAT_ERROR")
    answer = meadow.call("GET", "/accounts", headers={"Consent-ID": "unknown"})
    assert error_code(answer) == (403, "CONSENT_UNKNOWN")
    answer = meadow.call("GET", "/accounts", headers={**headers, "Accept": "application/xml"})
    assert error_code(answer) == (406, "REQUESTED_FORMATS_INVALID")
    card = meadow.account(consent, "Everyday account")["resourceId"]
    assert error_code(meadow.call("GET", f"/card-accounts/{card}", headers=headers))[0] == 404


@pytest.mark.parametrize("request_id", [None, "", "17"])
def test_every_request_needs_an_id(meadow: Caller, consent: str, request_id: str | None) -> None:
    headers = {"X-Request-ID": request_id, "Consent-ID": consent}
    answer = meadow.session.get(
        f"{meadow.base}/accounts", headers={n: v for n, v in headers.items() if v is not None}, timeout=20
    )
    assert error_code(answer) == (400, "FORMAT_ERROR")


def test_nothing_is_dated_after_today(meadow: Caller, consent: str) -> None:
    account = meadow.account(consent, "Everyday account")
    until = (TODAY + timedelta(days=90)).isoformat()
    report = meadow.read(
        transactions_of(account), consent, bookingStatus="both", dateFrom="2026-03-01", dateTo=until
    )["transactions"]
    dates = [entry["bookingDate"] for entry in report["booked"]]
    dates += [entry["valueDate"] for entry in report["pending"]]
    assert max(map(date.fromisoformat, dates)) <= TODAY
