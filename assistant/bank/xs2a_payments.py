"""Payments at an XS2A bank: handed over, asked after, called back; and the questions before one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from assistant.bank.address import own_address
from assistant.bank.interface import CONSENT_ID
from assistant.bank.payment import Match, Order, Payee, PayeeCheck, Payment, PaymentState, state_of
from assistant.bank.reading import Json, UnreadableError, flag, optional_text, text
from assistant.bank.sca import Authorisation, Wish
from assistant.bank.sca_steps import DONE, Step
from assistant.bank.wire import Wire
from assistant.errors import BankAnswerError, NotKnownError, NotOfferedError
from assistant.money import Money


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands at the bank."""

    state: PaymentState
    funds_available: bool | None = None
    """None when the bank does not say."""


@dataclass(frozen=True, slots=True)
class Initiated:
    bank_id: str = field(repr=False)
    standing: Standing
    first: Json = field(repr=False)
    """The answer, whose links tell how to confirm."""


class Xs2aPayments:
    """One connected bank, for payments. No consent is needed: each is confirmed by itself.

    Every method may raise a BankError; its `maybe_done` tells whether the bank may have acted.
    """

    def __init__(self, wire: Wire, psu_id: str):
        self.wire = wire
        self._psu_id = psu_id

    def initiate(self, payment: Payment, wish: Wish) -> Initiated:
        """Hand the order over, under the ids that the journal keeps."""
        headers = {
            "PSU-IP-Address": own_address(self.wire.base_url),
            # Without it a bank may keep an order that it cannot cover, and pay when money comes in.
            "TPP-Rejection-NoFunds-Preferred": "true",
            **wish.headers(),
        }
        if self._psu_id:
            headers["PSU-ID"] = self._psu_id
        if payment.order.request:
            headers["X-Payment-Request-ID"] = payment.order.request
        url = self.wire.url(_collection(payment.order))
        body = order_body(payment.order, payment.end_to_end)
        with self._strict():
            answer = self.wire.call(
                "POST", url, headers=headers, body=body, request_id=payment.request_id
            ).body
            bank_id = text(answer, "paymentId")
            if not CONSENT_ID.fullmatch(bank_id):
                raise UnreadableError("paymentId is no id")
            return Initiated(bank_id, _standing(answer), answer)

    def is_confirmed(self, payment: Payment) -> bool:
        """Whether one of its authorisations has come to its end."""
        path = f"{_path(payment)}/authorisations"
        with self._strict():
            ids = self.wire.call("GET", self.wire.url(path)).body.get("authorisationIds")
            if not isinstance(ids, list):
                raise UnreadableError("authorisationIds is no list")
            urls = [self.wire.url(f"{path}/{quote(str(each), safe='')}") for each in ids]
            return any(Step.read(self.wire.call("GET", each).body).status in DONE for each in urls)

    def unconfirmed(self, payment: Payment) -> Json:
        """As if the bank had just taken it: whose link begins another authorisation."""
        url = self.wire.url(f"{_path(payment)}/authorisations")
        return {"_links": {"startAuthorisation": {"href": url}}}

    def standing(self, payment: Payment) -> Standing:
        with self._strict():
            return _standing(self.wire.call("GET", self.wire.url(f"{_path(payment)}/status")).body)

    def cancel(self, payment: Payment, wish: Wish) -> Json | None:
        """None when that was enough, else the answer whose links tell how to confirm it.

        Raises TooLateToCancelError.
        """
        headers = {"PSU-IP-Address": own_address(self.wire.base_url), **wish.headers()}
        answer = self.wire.call("DELETE", self.wire.url(_path(payment)), headers=headers)
        return answer.body if answer.status == 202 else None

    def authorisation(self, wish: Wish) -> Authorisation:
        """Not begun yet."""
        return Authorisation(self.wire, self._psu_id, wish)

    def funds(self, iban: str, money: Money) -> bool:
        """Whether that much can be paid from the account now. Raises FundsUnknownError."""
        body = {"account": {"iban": iban}, "instructedAmount": _amount(money)}
        with self._strict():
            answer = self.wire.call("POST", self.wire.url("/funds-confirmations"), body=body).body
            available = flag(answer, "fundsAvailable")
            if available is None:
                raise UnreadableError("fundsAvailable is missing")
            return available

    def check_payee(self, payee: Payee) -> PayeeCheck:
        """Whether the name belongs to the IBAN. A bank that cannot say, or has no such service, makes it
        NOT_POSSIBLE: the customer is told so before confirming."""
        body = {"iban": payee.iban, "name": payee.name}
        with self._strict():
            try:
                answer = self.wire.call("POST", self.wire.url("/x/payee-verifications"), body=body).body
            except (NotKnownError, NotOfferedError):
                return PayeeCheck(Match.NOT_POSSIBLE)
            said = text(answer, "result")
            if said not in {each.value for each in Match}:
                raise UnreadableError("result of the payee check is unknown")
            return PayeeCheck(Match(said), optional_text(answer, "name"))

    @contextmanager
    def _strict(self) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            raise unreadable(self.wire.bank, error) from error


def unreadable(bank: str, error: UnreadableError) -> BankAnswerError:
    """A bank that answered did something, whatever its answer is worth."""
    answer = BankAnswerError(str(error), bank=bank)
    answer.maybe_done = True
    return answer


def order_body(order: Order, end_to_end: str) -> Mapping[str, Any]:
    """The body of a payment initiation."""
    body: dict[str, Any] = {
        "endToEndIdentification": end_to_end,
        "debtorAccount": {"iban": order.debtor_iban},
        "instructedAmount": _amount(order.money),
        "creditorAccount": _account_of(order.payee),
        "creditorName": order.payee.name,
    }
    if order.remittance:
        body["remittanceInformationUnstructured"] = order.remittance
    if order.on is not None:
        body["requestedExecutionDate"] = order.on.isoformat()
    schedule = order.schedule
    if schedule is not None:
        body |= {"startDate": schedule.start.isoformat(), "frequency": schedule.frequency.value}
        if schedule.until is not None:
            body["endDate"] = schedule.until.isoformat()
        if schedule.day_of_month is not None:
            body["dayOfExecution"] = str(schedule.day_of_month)
    return body


def _account_of(payee: Payee) -> Mapping[str, str]:
    return {"iban": payee.iban} if payee.iban else {"maskedPan": payee.masked_pan}


def _amount(money: Money) -> Mapping[str, str]:
    return {"currency": money.currency, "amount": f"{money.amount:.2f}"}


def _collection(order: Order) -> str:
    service = "payments" if order.schedule is None else "periodic-payments"
    return f"/{service}/{order.product.value}"


def _path(payment: Payment) -> str:
    return f"{_collection(payment.order)}/{quote(payment.bank_id, safe='')}"


def _standing(answer: Json) -> Standing:
    return Standing(state_of(text(answer, "transactionStatus")), flag(answer, "fundsAvailable"))
