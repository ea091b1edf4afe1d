"""Accounts and balances as banks write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assistant.bank.model import Account, AccountKind, Balance, spoken_balance
from assistant.bank.reading import UnreadableError
from assistant.bank.xs2a_accounts import (
    debts_are_positive,
    read_accounts,
    read_balances,
    read_card_accounts,
)
from assistant.money import Money

IBAN = "IE29AIBK93115212345678"
CARD = Account("Bank", "1", AccountKind.CARD, "Visa", "EUR", masked_pan="414932******3241")
CURRENT = Account("Bank", "2", AccountKind.CURRENT, "Everyday", "EUR", iban=IBAN)


def account(**changes: Any) -> Account:
    entry = {"resourceId": "2", "iban": IBAN, "currency": "EUR", "name": "Everyday", **changes}
    ((found, _),) = read_accounts("Bank", {"accounts": [entry]})
    return found


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def balances(*entries: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "balances": [
            {"balanceType": kind, "balanceAmount": {"amount": amount, "currency": currency}}
            for kind, amount, currency in entries
        ]
    }


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"cashAccountType": "CACC"}, AccountKind.CURRENT),
        ({"cashAccountType": "SVGS"}, AccountKind.SAVINGS),
        ({"cashAccountType": "LOAN"}, AccountKind.OTHER),
        ({}, AccountKind.CURRENT),
        ({"product": "Sparkonto plus"}, AccountKind.SAVINGS),
        ({"name": "Rainy day savings"}, AccountKind.SAVINGS),
    ],
)
def test_the_kind_of_an_account(entry: dict[str, str], kind: AccountKind) -> None:
    assert account(**entry).kind is kind


def test_the_customers_own_name_for_it_comes_first() -> None:
    assert account(displayName="Holidays", product="Giro 2000").name == "Holidays"
    assert account(name=None, product="Giro 2000").name == "Giro 2000"
    assert account(name="").name == "Current account"


def test_an_iban_is_kept_without_spaces_and_out_of_sight() -> None:
    found = account(iban="ie29 AIBK 9311 5212 3456 78")
    assert found.iban == IBAN
    assert IBAN not in repr(found)


def test_closed_accounts_are_left_out() -> None:
    entry = {"resourceId": "1", "currency": "EUR", "status": "deleted"}
    assert read_accounts("Bank", {"accounts": [entry]}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"resourceId": None},
        {"resourceId": 7},
        {"currency": None},
        {"currency": "euro"},
        {"iban": "12345"},
        {"iban": 12345},
        {"name": ["Everyday"]},
    ],
)
def test_what_is_not_as_promised_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        account(**change)


@pytest.mark.parametrize("answer", [{}, {"accounts": None}, {"accounts": {}}, {"accounts": ["x"]}])
def test_a_list_must_be_one(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError):
        read_accounts("Bank", answer)


def test_a_card_account() -> None:
    entry = {
        "resourceId": "1",
        "maskedPan": "414932******3241",
        "currency": "EUR",
        "product": "Visa",
        "creditLimit": {"amount": "-5000.00", "currency": "EUR"},
        "debitAccounting": "true",
    }
    ((found, kept),) = read_card_accounts("Bank", {"cardAccounts": [entry]})
    assert found.kind is AccountKind.CARD
    assert found.credit_limit == euro("5000.00")
    assert debts_are_positive(kept)


def test_several_currencies_and_kinds_in_one_answer() -> None:
    found = read_balances(
        CURRENT,
        balances(
            ("interimAvailable", "0", "USD"),
            ("closingBooked", "10.00", "EUR"),
            ("expected", "12.00", "EUR"),
            ("interimAvailable", "11.50", "EUR"),
        ),
    )
    assert len(found) == 4
    assert spoken_balance(found, "EUR") == Balance("interimAvailable", euro("11.50"))
    assert spoken_balance(found[:3], "EUR") == Balance("expected", euro("12.00"))
    assert spoken_balance(found, "CHF") is None


def test_a_positive_debt_is_one_where_the_bank_says_so() -> None:
    sent = balances(("interimBooked", "515.02", "EUR"), ("interimAvailable", "4484.98", "EUR"))
    flipped = read_balances(CARD, sent, debts_positive=True)
    assert [each.money for each in flipped] == [euro("-515.02"), euro("4484.98")]
    assert [each.money for each in read_balances(CARD, sent)] == [euro("515.02"), euro("4484.98")]


def test_the_day_of_a_balance() -> None:
    entry = balances(("closingBooked", "1", "EUR"))
    entry["balances"][0]["referenceDate"] = "2026-03-17"
    assert read_balances(CURRENT, entry)[0].as_of == date(2026, 3, 17)
