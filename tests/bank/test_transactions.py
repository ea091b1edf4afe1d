"""Entries of reports as banks write them; the direction of money above all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.model import Account, AccountKind, Merchant, Transaction
from assistant.bank.reading import UnreadableError
from assistant.bank.xs2a_transactions import next_page, read_report
from assistant.money import Money

IBAN = "IE29AIBK93115212345678"
OTHER = "IE64IRCE92050112345678"
ACCOUNT = Account("Bank", "1", AccountKind.CURRENT, "Everyday", "EUR", iban=IBAN, owner="Anna Keller")
CARD = Account(
    "Bank", "2", AccountKind.CARD, "Visa", "EUR", masked_pan="414932******3241", owner="Anna Keller"
)
UNTIL = date(2026, 3, 18)


def amount(text: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": text, "currency": currency}


def entry(amount_text: str, **more: Any) -> Transaction:
    sent = {"transactionAmount": amount(amount_text), "bookingDate": "2026-03-01", **more}
    (found,) = read_report(ACCOUNT, {"transactions": {"booked": [sent]}}, UNTIL)
    return found


def card_entry(amount_text: str, report: dict[str, Any] | None = None, **more: Any) -> Transaction:
    sent = {"transactionAmount": amount(amount_text), "bookingDate": "2026-03-01", **more}
    (found,) = read_report(CARD, {**(report or {}), "cardTransactions": {"booked": [sent]}}, UNTIL)
    return found


@pytest.mark.parametrize(
    ("sent", "parties", "signed"),
    [
        ("-10.00", {"creditorName": "Tesco"}, "-10.00"),
        ("-10.00", {}, "-10.00"),
        ("10.00", {}, "10.00"),
        ("10.00", {"debtorName": "Brightwater Design"}, "10.00"),
        # The example of the standard itself: a debit without a sign.
        ("256.67", {"creditorName": "John Miles"}, "-256.67"),
        ("10.00", {"creditorAccount": {"iban": OTHER}}, "-10.00"),
        ("10.00", {"creditorName": "Tesco", "debtorName": "ANNA KELLER"}, "-10.00"),
        ("10.00", {"creditorName": "Anna Keller", "debtorName": "Brightwater"}, "10.00"),
        ("10.00", {"creditorName": "Anna Keller"}, "10.00"),
        ("10.00", {"creditorAccount": {"iban": IBAN}, "creditorName": "A. Keller"}, "10.00"),
        ("10.00", {"creditorAccount": {"iban": OTHER}, "debtorAccount": {"iban": IBAN}}, "-10.00"),
        ("10.00", {"creditorName": "Tesco", "debtorName": "Marie Dubois"}, "10.00"),
        ("-10.00", {"debtorName": "Tesco"}, "-10.00"),
        # Between the customer's own accounts.
        ("10.00", {"creditorName": "Anna Keller", "bankTransactionCode": "PMNT-ICDT-STDO"}, "-10.00"),
        ("10.00", {"debtorName": "Anna Keller", "bankTransactionCode": "PMNT-RCDT-ESCT"}, "10.00"),
        ("10.00", {"debtorName": "Anna Keller", "creditorName": "Anna Keller"}, "10.00"),
    ],
)
def test_the_direction_comes_from_the_sign_and_the_parties(
    sent: str, parties: dict[str, Any], signed: str
) -> None:
    assert entry(sent, **parties).money == Money(Decimal(signed), "EUR")


@given(
    st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2),
    st.booleans(),
    st.text(st.characters(categories=["L"]), min_size=1, max_size=20).filter(
        lambda name: name.casefold() not in "anna keller"
    ),
)
def test_a_bank_without_signs_means_the_same_as_one_with_them(
    value: Decimal, leaves: bool, name: str
) -> None:
    party = {"creditorName" if leaves else "debtorName": name}
    with_sign = entry(f"{-value if leaves else value:f}", **party)
    assert entry(f"{value:f}", **party) == with_sign
    assert with_sign.money.is_negative is leaves
    assert with_sign.counterparty == name


def test_a_debit_card_payment_tells_its_merchant() -> None:
    found = entry(
        "-58.62",
        creditorName="Tesco",
        bankTransactionCode="PMNT-CCRD-POSD",
        proprietaryBankTransactionCode="CARD/5411",
        additionalInformation="Tesco, Express, Dublin, IE, 525412******7781",
    )
    assert found.merchant == Merchant("Tesco, Express", "Dublin", "IE", "5411")
    assert found.card_masked_pan == "525412******7781"


def test_free_text_of_a_transfer_is_no_merchant() -> None:
    found = entry(
        "-10",
        creditorName="Marie Dubois",
        bankTransactionCode="PMNT-ICDT-ESCT",
        additionalInformation="Marie, Dublin, IE, 525412******7781",
    )
    assert found.merchant is None


def test_a_card_payment_without_a_text_is_named_after_who_was_paid() -> None:
    found = entry("-10", creditorName="Tesco", bankTransactionCode="PMNT-CCRD-POSD")
    assert found.merchant == Merchant("Tesco")


def test_the_other_party_and_what_was_written() -> None:
    found = entry(
        "-10", ultimateCreditor="Liffey Homes", remittanceInformationUnstructuredArray=["Rent", "March"]
    )
    assert found.counterparty == "Liffey Homes"
    assert found.remittance == "Rent March"
    assert entry("-10", remittanceInformationUnstructured="Rent").remittance == "Rent"
    assert entry("-10", purposeCode="RENT").purpose_code == "RENT"


def test_pending_entries_and_their_days() -> None:
    report = {
        "booked": [{"transactionAmount": amount("1"), "valueDate": "2026-03-02"}],
        "pending": [
            {"transactionAmount": amount("2"), "valueDate": "2026-03-17"},
            {"transactionAmount": amount("3")},
            {"transactionAmount": amount("4"), "valueDate": "2026-03-20"},
        ],
    }
    found = read_report(ACCOUNT, {"transactions": report}, UNTIL)
    assert [(each.pending, each.on) for each in found] == [
        (False, date(2026, 3, 2)),
        (True, date(2026, 3, 17)),
        (True, UNTIL),
        (True, UNTIL),
    ]


def test_a_card_purchase_abroad() -> None:
    found = card_entry(
        "-23.10",
        cardAcceptorId="Marylebone Kitchen",
        cardAcceptorAddress={"townName": "London", "country": "GB"},
        merchantCategoryCode="5812",
        originalAmount=amount("19.80", "GBP"),
        transactionDate="2026-02-27",
    )
    assert found.merchant == Merchant("Marylebone Kitchen", "London", "GB", "5812")
    assert found.original == Money(Decimal("-19.80"), "GBP")
    assert found.card_masked_pan == "414932******3241"
    assert found.on == date(2026, 3, 1)


def test_a_terminals_number_is_no_name() -> None:
    found = card_entry(
        "-5", cardAcceptorId="0049911", transactionDetails="TESCO DUBLIN", merchantCategoryCode="x"
    )
    assert found.merchant == Merchant("TESCO DUBLIN")


def test_cards_that_write_debts_positive() -> None:
    for true in (True, "true"):
        bought = card_entry("23.10", {"debitAccounting": true}, cardAcceptorId="Ikea")
        repaid = card_entry("-500", {"debitAccounting": true}, transactionDetails="Thank you")
        assert bought.money == Money(Decimal("-23.10"), "EUR")
        assert repaid.money == Money(Decimal("500"), "EUR")
        assert repaid.counterparty == "Anna Keller"
    assert card_entry("23.10", {"debitAccounting": False}, cardAcceptorId="Ikea").money.amount == Decimal(
        "23.10"
    )


def test_a_cards_report_under_the_other_name() -> None:
    sent = {"transactionAmount": amount("-1"), "bookingDate": "2026-03-01", "cardAcceptorId": "Shop"}
    (found,) = read_report(CARD, {"transactions": {"booked": [sent]}}, UNTIL)
    assert found.counterparty == "Shop"


@pytest.mark.parametrize(
    "change",
    [
        {"transactionAmount": None},
        {"transactionAmount": {"amount": 10.5, "currency": "EUR"}},
        {"transactionAmount": {"amount": "10.50", "currency": None}},
        {"bookingDate": "yesterday"},
        {"bookingDate": None},
        {"creditorName": {"name": "Tesco"}},
        {"transactionAmount": amount("1"), "creditorAccount": "IE29"},
        {"purposeCode": 7},
    ],
)
def test_what_is_not_as_promised_spoils_the_report(change: dict[str, Any]) -> None:
    good = {"transactionAmount": amount("-1"), "bookingDate": "2026-03-01", "creditorName": "Tesco"}
    with pytest.raises(UnreadableError):
        read_report(ACCOUNT, {"transactions": {"booked": [good, {**good, **change}]}}, UNTIL)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"transactions": None},
        {"transactions": {}},
        {"transactions": {"booked": {}}},
        {"transactions": {"_links": {}}},
    ],
)
def test_a_report_without_entries_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        read_report(ACCOUNT, answer, UNTIL)


def test_the_next_page() -> None:
    def page(links: Any) -> dict[str, Any]:
        return {"transactions": {"booked": [], "_links": links}}

    assert next_page(page({"next": {"href": "/2"}})) == "/2"
    assert next_page(page({"next": "/2"})) == "/2"
    assert next_page(page({})) is None
    assert next_page(page(None)) is None
