"""Requests to pay and phones to top up, under a consent: extensions, since XS2A knows neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from assistant.bank.address import own_address
from assistant.bank.iban import check_iban
from assistant.bank.interface import CONSENT_ID
from assistant.bank.payment import Payee
from assistant.bank.payment_requests import Operator, PaymentRequest, RequestKind, RequestState
from assistant.bank.reading import Json, UnreadableError, day, member, money, objects, optional_text, text
from assistant.bank.wire import Wire
from assistant.errors import BankAnswerError, IbanError


class Xs2aRequests:
    """Every method may raise a BankError; NotKnownError or NotOfferedError where a bank has no such thing."""

    def __init__(self, wire: Wire, consent_id: str):
        self._wire = wire
        self._headers = {"Consent-ID": consent_id, "PSU-IP-Address": own_address(wire.base_url)}

    def open(self) -> list[PaymentRequest]:
        """Those that wait for an answer, the one that is due first at the head."""
        with self._strict():
            answer = self._call("GET", "/x/payment-requests", query={"status": RequestState.OPEN.value})
            return [_request(self._wire.bank, entry) for entry in objects(answer, "paymentRequests")]

    def look(self, request: PaymentRequest) -> PaymentRequest:
        """As it stands now."""
        with self._strict():
            answer = self._call("GET", _path(request))
            return _request(self._wire.bank, member(answer, "paymentRequest"))

    def decline(self, request: PaymentRequest) -> PaymentRequest:
        """To do so twice changes nothing. Raises WrongStateError for one that is paid or expired."""
        with self._strict():
            answer = self._call("PUT", f"{_path(request)}/decline")
            return _request(self._wire.bank, member(answer, "paymentRequest"))

    def operators(self) -> list[Operator]:
        """Whose phones can be topped up."""
        with self._strict():
            answer = self._call("GET", "/x/top-ups")
            return [_operator(self._wire.bank, entry) for entry in objects(answer, "operators")]

    def _call(self, method: str, path: str, query: Mapping[str, str] | None = None) -> Json:
        return self._wire.call(method, self._wire.url(path), headers=self._headers, query=query).body

    @contextmanager
    def _strict(self) -> Iterator[None]:
        try:
            yield
        except (UnreadableError, IbanError) as error:
            raise BankAnswerError(str(error), bank=self._wire.bank) from error


def _path(request: PaymentRequest) -> str:
    return f"/x/payment-requests/{quote(request.id, safe='')}"


def _request(bank: str, entry: Json) -> PaymentRequest:
    name = text(entry, "requestId")
    if not CONSENT_ID.fullmatch(name):
        raise UnreadableError("requestId is no id")
    return PaymentRequest(
        bank=bank,
        id=name,
        kind=_one_of(RequestKind, entry, "kind"),
        state=_one_of(RequestState, entry, "status"),
        payee=_payee(entry, text(entry, "creditorName")),
        money=money(entry, "instructedAmount"),
        reference=optional_text(entry, "remittanceInformationUnstructured"),
        due=day(entry, "dueDate"),
    )


def _operator(bank: str, entry: Json) -> Operator:
    return Operator(
        bank=bank,
        payee=_payee(entry, text(entry, "name")),
        amounts=tuple(money({"amount": each}, "amount") for each in objects(entry, "amounts")),
    )


def _payee(entry: Json, name: str) -> Payee:
    return Payee(name, check_iban(text(member(entry, "creditorAccount"), "iban")))


def _one_of(kind: Any, entry: Json, name: str) -> Any:
    said = text(entry, name)
    try:
        return kind(said)
    except ValueError as error:
        raise UnreadableError(f"{name} of a request to pay is unknown") from error
