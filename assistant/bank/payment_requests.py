"""What others ask the customer to pay, and phones that can be topped up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from assistant.bank.model import Account
from assistant.bank.payment import Order, Payee, Product, order_to_payee
from assistant.errors import AccountError, RequestClosedError
from assistant.money import Money


class RequestKind(Enum):
    BILL = "bill"
    PURCHASE = "purchase"
    """A shop that waits for an answer."""


class RequestState(Enum):
    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A bill or a purchase that waits at the bank. It is paid by an order with its payee, amount and
    reference that names it (`Order.request`)."""

    bank: str
    """Name of the connected bank at which it came in, and which can pay it."""
    id: str
    """Means something only to that bank."""
    kind: RequestKind
    state: RequestState
    payee: Payee
    money: Money
    reference: str
    due: date | None
    """The last day to pay it; None when nobody says."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Of mobile phones. A payment of one of the amounts, with a phone number as remittance, tops that up."""

    bank: str
    payee: Payee
    amounts: tuple[Money, ...]


def order_for_request(account: Account, request: PaymentRequest, product: Product, *, today: date) -> Order:
    """What is asked for, paid from one of the customer's accounts at the bank where the request came in.

    Raises as `order_to_payee`, and RequestClosedError when it is not open any more.
    """
    if request.state is not RequestState.OPEN:
        raise RequestClosedError(request.state.value, bank=request.bank)
    if account.bank != request.bank:
        raise AccountError("the request came in at another bank")
    order = order_to_payee(
        account, request.payee, request.money, product, remittance=request.reference, today=today
    )
    return replace(order, request=request.id)
