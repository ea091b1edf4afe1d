"""What can be ordered, and what may be said of it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.iban import check_iban
from assistant.bank.model import Account, AccountKind
from assistant.bank.payment import (
    Frequency,
    Order,
    Payee,
    PaymentState,
    Product,
    Schedule,
    order_to_own_account,
    order_to_payee,
    state_of,
)
from assistant.bank.xs2a_payments import order_body
from assistant.errors import (
    AccountError,
    AmountError,
    IbanDigitsError,
    IbanError,
    OrderError,
    ScheduleError,
)
from assistant.money import Money
from tests.bank.conftest import TODAY

GERMAN = "DE89370400440532013000"
IRISH = "IE29AIBK93115212345678"
EVERYDAY = Account(
    "Meadow Bank", "1", AccountKind.CURRENT, "Everyday account", "EUR", iban=IRISH, owner="Anna Keller"
)
SAVINGS = replace(EVERYDAY, id="2", kind=AccountKind.SAVINGS, name="Savings", iban="IE64IRCE92050112345678")
CARD = replace(EVERYDAY, id="3", kind=AccountKind.CARD, iban=None, masked_pan="525412******3241")


def order(
    account: Account = EVERYDAY,
    amount: str = "45.00",
    currency: str = "EUR",
    iban: str = GERMAN,
    name: str = "Marie Dubois",
    remittance: str = "concert",
    on: date | None = None,
    schedule: Schedule | None = None,
) -> Order:
    return order_to_payee(
        account,
        Payee(name, iban),
        Money(Decimal(amount), currency),
        Product.SEPA,
        remittance=remittance,
        today=TODAY,
        on=on,
        schedule=schedule,
    )


@pytest.mark.parametrize(
    "written",
    [
        GERMAN,
        "de89 3704 0044 0532 0130 00",
        "DE89-3704-0044-0532-0130-00",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "NO93 8601 1117 947",
        "GB82 WEST 1234 5698 7654 32",
    ],
)
def test_an_iban_is_read_in_any_grouping(written: str) -> None:
    assert check_iban(written) == re.sub(r"[ -]", "", written).upper()


@given(st.integers(0, 21), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(place: int, digit: str) -> None:
    wrong = GERMAN[:place] + digit + GERMAN[place + 1 :]
    if wrong == GERMAN:
        assert check_iban(wrong) == GERMAN
    else:
        with pytest.raises(IbanError) as error:
            check_iban(wrong)
        assert wrong not in str(error.value), "an account number in a message"


@given(st.integers(4, 20))
def test_two_neighbours_in_the_wrong_order_are_found(place: int) -> None:
    swapped = GERMAN[:place] + GERMAN[place + 1] + GERMAN[place] + GERMAN[place + 2 :]
    if swapped != GERMAN:
        with pytest.raises(IbanError):
            check_iban(swapped)


@pytest.mark.parametrize(
    "written", ["", "DE89", GERMAN[:-1], GERMAN + "0", "1234567890", "DE89 3704 öä44 0532"]
)
def test_what_is_no_iban(written: str) -> None:
    with pytest.raises(IbanError):
        check_iban(written)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"amount": "0"}, AmountError),
        ({"amount": "-5"}, AmountError),
        ({"amount": "0.001"}, AmountError),
        ({"amount": "1000000000"}, AmountError),
        ({"currency": "GBP"}, AccountError),
        ({"account": CARD}, AccountError),
        ({"iban": IRISH}, AccountError),
        ({"iban": GERMAN[:-1] + "1"}, IbanDigitsError),
        ({"name": "  "}, OrderError),
        ({"name": "x" * 71}, OrderError),
        ({"remittance": "x" * 141}, OrderError),
        ({"remittance": "a\x00b"}, OrderError),
        ({"on": TODAY - timedelta(days=1)}, ScheduleError),
        ({"on": TODAY, "schedule": Schedule(TODAY, Frequency.MONTHLY)}, ScheduleError),
        ({"schedule": Schedule(TODAY - timedelta(days=1), Frequency.MONTHLY)}, ScheduleError),
        ({"schedule": Schedule(TODAY, Frequency.MONTHLY, TODAY - timedelta(days=1))}, ScheduleError),
        ({"schedule": Schedule(TODAY, Frequency.MONTHLY, day_of_month=32)}, ScheduleError),
    ],
)
def test_what_no_bank_could_carry_out_is_not_ordered(
    change: dict[str, object], kind: type[OrderError]
) -> None:
    with pytest.raises(OrderError) as error:
        order(**change)  # type: ignore[arg-type]
    assert type(error.value) is kind


def test_nothing_about_money_has_a_default() -> None:
    optional = {each.name for each in fields(Order) if each.default is None}
    assert optional == {"on", "schedule"}
    assert not order_to_payee.__defaults__
    assert not order_to_own_account.__defaults__
    assert set(order_to_payee.__kwdefaults__ or {}) == {"on", "schedule"}


def test_the_names_and_ibans_of_an_order_are_not_shown() -> None:
    shown = repr(order())
    assert GERMAN not in shown
    assert IRISH not in shown


def test_between_own_accounts() -> None:
    made = order_to_own_account(
        EVERYDAY, SAVINGS, Money(Decimal("5"), "EUR"), Product.INSTANT, remittance="", today=TODAY
    )
    assert made.payee == Payee("Anna Keller", "IE64IRCE92050112345678")
    for nowhere in (EVERYDAY, replace(CARD, masked_pan=None)):
        with pytest.raises(AccountError):
            order_to_own_account(
                EVERYDAY, nowhere, Money(Decimal("5"), "EUR"), Product.SEPA, remittance="", today=TODAY
            )


def test_the_balance_of_a_card() -> None:
    made = order_to_own_account(
        EVERYDAY, CARD, Money(Decimal("5"), "EUR"), Product.SEPA, remittance="", today=TODAY
    )
    assert order_body(made, "e2e")["creditorAccount"] == {"maskedPan": "525412******3241"}
    with pytest.raises(AccountError):
        order_to_own_account(CARD, EVERYDAY, made.money, Product.SEPA, remittance="", today=TODAY)
    with pytest.raises(IbanError):
        order(iban="")


def test_the_body_of_a_standing_order() -> None:
    schedule = Schedule(TODAY, Frequency.MONTHLY, TODAY + timedelta(days=400), 31)
    assert order_body(order(amount="45", schedule=schedule), "e2e") == {
        "endToEndIdentification": "e2e",
        "debtorAccount": {"iban": IRISH},
        "instructedAmount": {"currency": "EUR", "amount": "45.00"},
        "creditorAccount": {"iban": GERMAN},
        "creditorName": "Marie Dubois",
        "remittanceInformationUnstructured": "concert",
        "startDate": "2026-03-18",
        "frequency": "Monthly",
        "endDate": "2027-04-22",
        "dayOfExecution": "31",
    }


# Code of ISO 20022, our word for it, whether it may be called paid. Written down apart from the program.
STATES = [
    ("RCVD", PaymentState.RECEIVED, False),
    ("PDNG", PaymentState.RECEIVED, False),
    ("PATC", PaymentState.ANOTHER_SIGNATURE, False),
    ("ACTC", PaymentState.CHECKED, False),
    ("ACCP", PaymentState.CHECKED, False),
    ("ACFC", PaymentState.CHECKED, False),
    ("ACWC", PaymentState.CHANGED, False),
    ("ACWP", PaymentState.ON_ITS_WAY, False),
    ("ACSP", PaymentState.ON_ITS_WAY, False),
    ("PART", PaymentState.ON_ITS_WAY, False),
    ("ACSC", PaymentState.PAID, True),
    ("ACCC", PaymentState.ARRIVED, True),
    ("RJCT", PaymentState.REFUSED, False),
    ("CANC", PaymentState.CANCELLED, False),
    ("WHAT", PaymentState.UNKNOWN, False),
]


@pytest.mark.parametrize(("code", "state", "paid"), STATES)
def test_only_what_is_settled_is_called_paid(code: str, state: PaymentState, paid: bool) -> None:
    assert state_of(code) is state
    assert state.is_paid is paid


@given(st.text(max_size=6))
def test_no_other_word_of_the_banks_is_paid(code: str) -> None:
    assert state_of(code).is_paid is (code in ("ACSC", "ACCC"))
