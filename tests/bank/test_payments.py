"""Paying at the practice bank, in every way and with every habit it has."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import requests

from assistant.bank.connections import Connections
from assistant.bank.payment import (
    Frequency,
    Match,
    Payee,
    PayeeCheck,
    PaymentState,
    Product,
    Schedule,
    order_to_own_account,
)
from assistant.bank.payments import Payments
from assistant.bank.sca import Need, Wish
from assistant.errors import (
    BankError,
    CredentialsError,
    FundsError,
    FundsUnknownError,
    NoBankError,
    NotKnownError,
    ScaDeclinedError,
    ScaError,
    TooLateToCancelError,
)
from assistant.events import BankCalled, Event
from assistant.money import Money
from assistant.sandbox.process import RunningBank
from tests.bank.conftest import TODAY, journal_in
from tests.bank.customer import SECONDS, Customer, practice
from tests.bank.paying import ACCOUNTS, HASTE, MOVED, Till


@pytest.fixture
def till(payments: Payments, connections: Connections) -> Till:
    return Till(connections)


@pytest.fixture
def anna(practice_bank: RunningBank) -> Customer:
    return Customer(practice_bank.base_url)


def fresh() -> str:
    """A text that no other payment has."""
    return f"test {uuid4().hex[:12]}"


@dataclass
class InTheApp:
    """Anna, who approves or declines in the bank's app while the assistant looks."""

    base_url: str
    approve: bool
    bank: str = "meadow"

    def __call__(self, _seconds: float) -> None:
        for waiting in practice(self.base_url, "GET", "approvals")["approvals"]:
            practice(
                self.base_url,
                "POST",
                "approvals",
                bank=waiting["bank"],
                authorisationId=waiting["authorisationId"],
                approve=self.approve,
            )


@pytest.mark.parametrize("product", Product)
@pytest.mark.parametrize("bank", ACCOUNTS)
def test_a_payment_leaves_the_account_once(
    payments: Payments, till: Till, anna: Customer, bank: str, product: Product
) -> None:
    order = till.order(bank, ACCOUNTS[bank], amount="45.10", remittance=fresh(), product=product)
    payment = payments.pay(order, anna, Wish())
    assert payment.state in MOVED
    (entry,) = till.entries(order.remittance, bank)
    assert entry.money == Money(Decimal("-45.10"), "EUR")
    assert entry.end_to_end == payment.end_to_end
    assert entry.counterparty == "Marie Dubois"
    assert entry.counterparty_iban == order.payee.iban
    assert anna.asked[0] == f"password for {bank}"
    assert anna.asked[-1] == "code"
    assert payments.refresh(payment).state in MOVED


def test_between_own_accounts(payments: Payments, till: Till, anna: Customer) -> None:
    source, target = (till.account("Meadow Bank", name) for name in ("Everyday account", "Rainy day savings"))
    order = order_to_own_account(
        source, target, Money(Decimal("12.00"), "EUR"), Product.SEPA, remittance=fresh(), today=TODAY
    )
    payments.pay(order, anna, Wish())
    assert len(till.entries(order.remittance)) == 1


@pytest.mark.parametrize("approve", [True, False])
def test_in_the_banks_app(
    payments: Payments, till: Till, anna: Customer, practice_bank: RunningBank, approve: bool
) -> None:
    order = till.order(amount="7.00", remittance=fresh())
    underway = payments.start(order, Wish(decoupled=True))
    assert underway.ask.need is Need.WAIT
    assert underway.look().need is Need.WAIT
    InTheApp(practice_bank.base_url, approve)(0)
    if approve:
        assert underway.look().need is Need.NOTHING
        assert underway.finish().state in MOVED
        assert len(till.entries(order.remittance)) == 1
    else:
        with pytest.raises(ScaDeclinedError):
            underway.look()
        assert till.entries(order.remittance) == []
        assert payments.refresh(underway.payment).state.is_final


class OnThePage(Customer):
    """Anna, who signs on the bank's own page and brings its code back."""

    answer = "yes"
    code = ""

    def open_url(self, url: str) -> None:
        super().open_url(url)
        form = {"psu": self.psu_id, "password": self.password, "answer": self.answer}
        back = requests.post(url, data=form, allow_redirects=False, timeout=SECONDS)
        assert back.status_code == 303, back.text
        query = parse_qs(urlsplit(back.headers["Location"]).query)
        self.code = query.get("confirmationCode", [""])[0]

    def ask_confirmation_code(self) -> str:
        super().ask_confirmation_code()
        return self.code


@pytest.mark.parametrize("quirks", [[], ["noConfirmationCode"], ["brokenScheme", "acceptedStatus"]])
def test_on_the_banks_page(
    payments: Payments, till: Till, practice_bank: RunningBank, quirks: list[str]
) -> None:
    practice(practice_bank.base_url, "POST", "quirks", bank="meadow", quirks=quirks)
    anna = OnThePage(practice_bank.base_url)
    order = till.order(amount="6.00", remittance=fresh())
    payment = payments.pay(order, anna, Wish(redirect_uri="http://127.0.0.1:8899/back"))
    assert payment.state in MOVED
    assert anna.asked == ([] if "noConfirmationCode" in quirks else ["confirmation"])
    assert len(anna.pages) == len(till.entries(order.remittance)) == 1


def test_declined_on_the_banks_page(payments: Payments, till: Till, practice_bank: RunningBank) -> None:
    anna = OnThePage(practice_bank.base_url)
    anna.answer = "no"
    order = till.order(amount="6.00", remittance=fresh())
    with pytest.raises(ScaDeclinedError):
        payments.pay(order, anna, Wish(redirect_uri="http://127.0.0.1:8899/back"))
    assert till.entries(order.remittance) == []


def test_the_app_after_the_password(payments: Payments, till: Till, practice_bank: RunningBank) -> None:
    practice(practice_bank.base_url, "POST", "quirks", bank="meadow", quirks=["appSecond"])
    underway = payments.start(till.order(amount="6.50", remittance=fresh()), Wish())
    assert underway.give("sunflower").need is Need.WAIT
    InTheApp(practice_bank.base_url, True)(0)
    assert underway.look().need is Need.NOTHING
    assert underway.finish().state in MOVED


@pytest.mark.parametrize(
    "changes",
    [
        {"instructedAmount": {"currency": "EUR", "amount": "600.00"}},
        {"creditorName": "Mallory"},
        {"creditorAccount": {"iban": "GB29NWBK60161331926819"}},
    ],
)
def test_a_code_is_worth_nothing_for_another_amount_or_payee(
    payments: Payments, till: Till, anna: Customer, practice_bank: RunningBank, changes: dict[str, object]
) -> None:
    order = till.order(amount="6.00", remittance=fresh())
    underway = payments.start(order, Wish())
    underway.give(anna.password)
    underway.give("SMS_OTP")
    code = anna.ask_otp(underway.ask.challenge)
    practice(
        practice_bank.base_url,
        "POST",
        "payments",
        bank="meadow",
        paymentId=underway.payment.bank_id,
        changes=changes,
    )
    with pytest.raises(ScaError):
        underway.give(code)
    underway.give_up()
    assert till.entries(order.remittance) == []


def test_another_signature_is_needed(
    payments: Payments, till: Till, anna: Customer, practice_bank: RunningBank
) -> None:
    practice(practice_bank.base_url, "POST", "quirks", bank="harbour", quirks=["twoSignatures"])
    order = till.order("Harbour Bank", "Joint account", amount="6.00", remittance=fresh())
    assert payments.pay(order, anna, Wish()).state is PaymentState.ANOTHER_SIGNATURE
    assert till.entries(order.remittance, "Harbour Bank") == []


def test_a_question_at_a_time(payments: Payments, till: Till, anna: Customer) -> None:
    underway = payments.start(till.order(amount="8.00", remittance=fresh()), Wish())
    assert underway.ask.need is Need.PASSWORD
    assert underway.give(anna.password).need is Need.METHOD
    assert underway.give("SMS_OTP").need is Need.CODE
    assert underway.ask.challenge.longest == 6
    with pytest.raises(ScaError):
        underway.give("000000")
    assert underway.codes_left == 2
    code = anna.ask_otp(underway.ask.challenge)
    assert underway.give(code).need is Need.NOTHING
    assert underway.finish().state in MOVED


def test_wrong_codes_pay_nothing(payments: Payments, till: Till, practice_bank: RunningBank) -> None:
    order = till.order(amount="9.00", remittance=fresh())
    with pytest.raises(ScaError):
        payments.pay(order, Customer(practice_bank.base_url, wrong_codes=9), Wish())
    assert till.entries(order.remittance) == []
    (payment,) = payments.alike(order)
    assert payment.state.is_final
    assert not payment.state.is_paid


def test_a_wrong_password_pays_nothing(payments: Payments, till: Till, practice_bank: RunningBank) -> None:
    order = till.order(amount="9.00", remittance=fresh())
    with pytest.raises(CredentialsError):
        payments.pay(order, Customer(practice_bank.base_url, password="tulip"), Wish())
    assert till.entries(order.remittance) == []
    assert payments.reconcile() == ()


def test_giving_up_withdraws_it(payments: Payments, till: Till, anna: Customer) -> None:
    order = till.order(amount="9.00", remittance=fresh())

    class Gone(Customer):
        def ask_otp(self, challenge: object) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        payments.pay(order, Gone(anna.base_url), Wish())
    (payment,) = payments.alike(order)
    assert payment.state is PaymentState.CANCELLED
    assert till.entries(order.remittance) == []


def test_more_than_there_is(payments: Payments, till: Till, anna: Customer) -> None:
    order = till.order(amount="999999.00", remittance=fresh())
    with pytest.raises(FundsError):
        payments.pay(order, anna, Wish())
    assert till.entries(order.remittance) == []
    assert payments.reconcile() == (), "it was heard"


def test_funds(payments: Payments, till: Till) -> None:
    account = till.account("Meadow Bank", "Everyday account")
    assert payments.funds(account, Money(Decimal("1.00"), "EUR"))
    assert not payments.funds(account, Money(Decimal("999999.00"), "EUR"))


def test_funds_that_nobody_may_ask_for(payments: Payments, till: Till, practice_bank: RunningBank) -> None:
    practice(practice_bank.base_url, "POST", "quirks", bank="meadow", quirks=["noFundsConfirmation"])
    with pytest.raises(FundsUnknownError):
        payments.funds(till.account("Meadow Bank", "Everyday account"), Money(Decimal("1.00"), "EUR"))


@pytest.mark.parametrize(
    ("name", "iban", "expected"),
    [
        ("Marie Dubois", "FR1420041010050500013M02606", PayeeCheck(Match.MATCH)),
        ("Mary Dubois", "FR1420041010050500013M02606", PayeeCheck(Match.CLOSE, "Marie Dubois")),
        ("Mallory", "FR1420041010050500013M02606", PayeeCheck(Match.NONE)),
        ("Marie Dubois", "DE89370400440532013000", PayeeCheck(Match.NOT_POSSIBLE)),
    ],
)
def test_whether_the_name_fits_the_account(
    payments: Payments, name: str, iban: str, expected: PayeeCheck
) -> None:
    assert payments.check_payee("Meadow Bank", Payee(name, iban)) == expected


def test_a_card_is_frozen_thawed_and_limited(payments: Payments) -> None:
    card = next(each for each in payments.cards("Harbour Bank") if each.account == "Harbour Visa")
    assert not card.blocked
    assert payments.block(card, blocked=True).blocked
    (frozen,) = [each for each in payments.cards("Harbour Bank") if each.id == card.id]
    assert frozen == replace(card, blocked=True)
    assert not payments.block(frozen, blocked=False).blocked
    limited = payments.limit(card, Money(Decimal("150.00"), "EUR"))
    assert limited.daily_limit == Money(Decimal("150.00"), "EUR")
    with pytest.raises(NotKnownError):
        payments.block(replace(card, id="another"), blocked=True)


def test_a_cards_balance_is_paid(payments: Payments, till: Till, anna: Customer) -> None:
    source, card = till.account("Harbour Bank", "Joint account"), till.account("Harbour Bank", "Harbour Visa")
    order = order_to_own_account(
        source, card, Money(Decimal("20.00"), "EUR"), Product.SEPA, remittance=fresh(), today=TODAY
    )
    assert payments.pay(order, anna, Wish()).state in MOVED
    assert len(till.entries(order.remittance, "Harbour Bank")) == 1


def test_an_account_that_cannot_pay_euros(payments: Payments, till: Till, anna: Customer) -> None:
    order = till.order("Harbour Bank", "Sterling account", amount="5.00", remittance=fresh())
    with pytest.raises(BankError):
        payments.pay(order, anna, Wish())
    assert payments.reconcile() == ()


def test_on_a_day_and_cancelled(payments: Payments, till: Till, anna: Customer) -> None:
    order = till.order(amount="10.00", remittance=fresh(), on=TODAY + timedelta(days=6))
    payment = payments.pay(order, anna, Wish())
    assert not payment.state.is_final
    assert till.entries(order.remittance) == []
    assert payment in payments.open_payments()
    cancelled = payments.cancel(payment, anna, Wish())
    assert cancelled.state is PaymentState.CANCELLED
    assert payments.refresh(payment).state is PaymentState.CANCELLED


def test_a_standing_order_is_listed_and_cancelled(payments: Payments, till: Till, anna: Customer) -> None:
    schedule = Schedule(TODAY + timedelta(days=10), Frequency.MONTHLY, day_of_month=28)
    order = till.order(amount="55.00", remittance=fresh(), schedule=schedule)
    payment = payments.pay(order, anna, Wish())
    assert not payment.state.is_final
    (listed,) = [each for each in till.standing_orders("Meadow Bank") if each.money == -order.money]
    assert (listed.counterparty, listed.frequency) == ("Marie Dubois", "Monthly")
    assert listed.next_on == TODAY.replace(day=28)
    payments.cancel(payment, anna, Wish())
    assert not [each for each in till.standing_orders("Meadow Bank") if each.money == -order.money]


def test_what_is_paid_cannot_be_cancelled(payments: Payments, till: Till, anna: Customer) -> None:
    order = till.order(amount="3.00", remittance=fresh(), product=Product.INSTANT)
    payment = payments.pay(order, anna, Wish())
    with pytest.raises(TooLateToCancelError):
        payments.cancel(payment, anna, Wish())
    assert len(till.entries(order.remittance)) == 1


def test_a_bank_that_is_not_connected(payments: Payments, till: Till, anna: Customer) -> None:
    order = replace(till.order(amount="3.00", remittance=fresh()), bank="Other Bank")
    with pytest.raises(NoBankError):
        payments.pay(order, anna, Wish())
    assert payments.alike(order) == ()


def test_nothing_of_a_payment_is_logged_or_observed(
    till: Till, anna: Customer, connections: Connections, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[Event] = []
    payments = Payments(
        connections,
        journal_in(tmp_path / "watched"),
        patience=HASTE,
        today=lambda: TODAY,
        observe=seen.append,
    )
    order = till.order(amount="4.56", remittance=fresh())
    payment = payments.pay(order, anna, Wish())
    payments.close()
    assert {each.path for each in seen if isinstance(each, BankCalled)} >= {
        "/payments/sepa-credit-transfers",
        "/payments/sepa-credit-transfers/*/status",
    }
    told = caplog.text + repr(seen) + repr(payment)
    for secret in (order.payee.iban, order.debtor_iban, payment.bank_id, payment.end_to_end, anna.password):
        assert secret not in told
