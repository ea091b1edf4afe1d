"""Bills, purchases and top-ups at the practice bank, through the typed client and the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assistant.bank.connections import Connections
from assistant.bank.payment import PaymentState, Product, order_to_payee
from assistant.bank.payment_requests import PaymentRequest, RequestKind, RequestState, order_for_request
from assistant.bank.payments import Payments
from assistant.bank.sca import Wish
from assistant.errors import (
    AccountError,
    BankAnswerError,
    BankFormatError,
    NotKnownError,
    RequestClosedError,
    WrongStateError,
)
from assistant.events import BankCalled, Event
from assistant.money import Money
from assistant.sandbox.process import RunningBank
from tests.bank.conftest import TODAY, journal_in
from tests.bank.customer import Customer, order_fault, practice
from tests.bank.paying import HASTE, Till

SHOP = "IE60AIBK93115299001234"


@pytest.fixture
def till(payments: Payments, connections: Connections) -> Till:
    return Till(connections)


@pytest.fixture
def anna(practice_bank: RunningBank) -> Customer:
    return Customer(practice_bank.base_url)


@pytest.fixture
def ask(practice_bank: RunningBank, payments: Payments) -> Callable[..., PaymentRequest]:
    """A shop asks Anna for money at Meadow Bank."""

    def ask(amount: str = "24.90", **changes: Any) -> PaymentRequest:
        order = {
            "bank": "meadow", "psuId": "anna", "kind": "purchase", "creditorName": "Chapter House Books",
            "iban": SHOP, "amount": {"currency": "EUR", "amount": amount},
            "reference": f"order {uuid4().hex[:8]}", "dueDate": "2026-03-20",
        }  # fmt: skip
        made = practice(practice_bank.base_url, "POST", "payment-requests", **{**order, **changes})
        return next(each for each in payments.requests("Meadow Bank") if each.id == made["requestId"])

    return ask


def test_what_is_asked_for_is_read(ask: Callable[..., PaymentRequest]) -> None:
    request = ask(reference="order 77", kind="bill")
    assert (request.bank, request.kind, request.state) == ("Meadow Bank", RequestKind.BILL, RequestState.OPEN)
    assert (request.payee.name, request.payee.iban) == ("Chapter House Books", SHOP)
    assert (request.money, request.due) == (Money(Decimal("24.90"), "EUR"), date(2026, 3, 20))
    assert SHOP not in repr(request)


def test_a_request_is_paid_with_its_reference_and_only_once(
    ask: Callable[..., PaymentRequest], payments: Payments, till: Till, anna: Customer
) -> None:
    request = ask()
    account = till.account("Meadow Bank", "Everyday account")
    order = order_for_request(account, request, Product.INSTANT, today=TODAY)
    assert payments.pay(order, anna, Wish()).state is PaymentState.ARRIVED
    (entry,) = till.entries(request.reference)
    assert entry.money == -request.money
    assert request.id not in {each.id for each in payments.requests("Meadow Bank")}
    with pytest.raises(WrongStateError):
        payments.pay(order, anna, Wish())
    with pytest.raises(WrongStateError):
        payments.decline(request)
    assert len(till.entries(request.reference)) == 1


def test_a_declined_request_is_closed(
    ask: Callable[..., PaymentRequest], payments: Payments, till: Till
) -> None:
    declined = payments.decline(ask())
    assert declined.state is RequestState.DECLINED
    assert payments.decline(declined).state is RequestState.DECLINED
    account = till.account("Meadow Bank", "Everyday account")
    with pytest.raises(RequestClosedError):
        order_for_request(account, declined, Product.SEPA, today=TODAY)


def test_it_is_paid_by_the_bank_where_it_came_in(ask: Callable[..., PaymentRequest], till: Till) -> None:
    joint = till.account("Harbour Bank", "Joint account")
    with pytest.raises(AccountError):
        order_for_request(joint, ask(), Product.SEPA, today=TODAY)


def test_what_it_answers_is_in_the_journal(
    ask: Callable[..., PaymentRequest], till: Till, tmp_path: Path
) -> None:
    request = ask()
    account = till.account("Meadow Bank", "Everyday account")
    order = order_for_request(account, request, Product.INSTANT, today=TODAY)
    journal = journal_in(tmp_path / "banks")
    journal.begin(order)
    (kept,) = journal.alike(order)
    assert kept.order == order
    # A payment of nothing but the same facts is another one.
    assert (
        journal.alike(
            order_for_request(account, ask(reference=request.reference), Product.INSTANT, today=TODAY)
        )
        == ()
    )


def test_a_phone_is_topped_up(payments: Payments, till: Till, anna: Customer) -> None:
    bluebird, _ = payments.operators("Meadow Bank")
    account = till.account("Meadow Bank", "Everyday account")
    phone = f"+353{uuid4().int % 10**9:09d}"
    order = order_to_payee(
        account, bluebird.payee, bluebird.amounts[0], Product.INSTANT, remittance=phone, today=TODAY
    )
    assert payments.pay(order, anna, Wish()).state is PaymentState.ARRIVED
    assert len(till.entries(phone)) == 1
    odd = order_to_payee(
        account,
        bluebird.payee,
        Money(Decimal("11.00"), "EUR"),
        Product.INSTANT,
        remittance=phone,
        today=TODAY,
    )
    with pytest.raises(BankFormatError):
        payments.pay(odd, anna, Wish())


@pytest.mark.parametrize("field", ["requestId", "kind", "status", "creditorName", "amount", "dueDate"])
def test_an_answer_that_is_no_request_is_not_read(
    field: str, ask: Callable[..., PaymentRequest], payments: Payments, practice_bank: RunningBank
) -> None:
    ask()
    order_fault(practice_bank.base_url, "meadow", "types", field=field, path="/x/payment-requests")
    with pytest.raises(BankAnswerError):
        payments.requests("Meadow Bank")


def test_a_bank_without_the_service_says_so(payments: Payments, practice_bank: RunningBank) -> None:
    order_fault(
        practice_bank.base_url, "meadow", "error", code="RESOURCE_UNKNOWN", path="/x/*", calls=2, status=404
    )
    with pytest.raises(NotKnownError):
        payments.requests("Meadow Bank")
    with pytest.raises(NotKnownError):
        payments.operators("Meadow Bank")


def test_no_id_of_a_request_is_told(
    ask: Callable[..., PaymentRequest], payments: Payments, connections: Connections, tmp_path: Path
) -> None:
    heard: list[Event] = []
    request = ask()
    telling = Payments(
        connections, journal_in(tmp_path / "banks"), patience=HASTE, today=lambda: TODAY, observe=heard.append
    )
    telling.decline(request)
    telling.close()
    (call,) = [each for each in heard if isinstance(each, BankCalled)]
    assert call.path == "/x/payment-requests/*/decline"
