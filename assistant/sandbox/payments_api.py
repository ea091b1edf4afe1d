"""`/payments` and `/periodic-payments`: ordered, looked at, called back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sanic.request import Request

from assistant.sandbox.authorisations_api import invite
from assistant.sandbox.desk import Answer, Desk, check_attended, read_body
from assistant.sandbox.matters import AUTHORISATIONS, CANCELLATIONS, matter_at
from assistant.sandbox.orders import Product, Service
from assistant.sandbox.payments import CANCELLED, OPEN, RECEIVED, Payment, check_cancellable
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import Json

PAYMENT_REQUEST = "x-payment-request-id"
"""Header of an order that pays a request; an extension of ours."""


def create_payment(desk: Desk, request: Request, product: str) -> Answer:
    """A repeated request with the same `X-Request-ID` gets the first answer and changes nothing."""
    check_attended(request)
    body, psu, service = read_body(request), request.headers.get("psu-id"), _service(desk, request)
    asked = request.headers.get(PAYMENT_REQUEST)
    payment = desk.payments.create(
        service,
        _product(product),
        body,
        psu=psu,
        request_id=request.headers["x-request-id"],
        request=_digest(service.value, product, psu, body, asked),
        reject_without_funds=request.headers.get("tpp-rejection-nofunds-preferred") == "true",
        replay=Quirk.NO_REPLAY not in desk.quirks,
        payment_request=asked,
    )
    if payment.answer is not None:
        return Answer(**payment.answer)
    answer = _first_answer(desk, request, payment)
    desk.payments.keep_answer(
        payment, {"status": answer.status, "body": answer.body, "headers": answer.headers}
    )
    return answer


def read_payment(desk: Desk, request: Request, product: str, payment_id: str) -> Answer:
    payment = _payment(desk, request, product, payment_id)
    return Answer(200, {**payment.body, "transactionStatus": payment.status})


def read_payment_status(desk: Desk, request: Request, product: str, payment_id: str) -> Answer:
    return Answer(200, _standing(_payment(desk, request, product, payment_id)))


def cancel_payment(desk: Desk, request: Request, product: str, payment_id: str) -> Answer:
    """204 when nobody had confirmed it yet, else 202: calling it back wants a confirmation too."""
    payment = _payment(desk, request, product, payment_id)
    if payment.status == CANCELLED:
        return Answer(204)
    check_cancellable(payment)
    if payment.status in OPEN or Quirk.CANCELS_UNASKED in desk.quirks:
        desk.payments.cancel(payment)
        return Answer(204)
    matter = matter_at(desk, f"{payment.path}/{CANCELLATIONS}")
    invitation, approach = invite(desk, request, matter, implicit=False)
    return Answer(202, {"transactionStatus": payment.status, **invitation}, {"ASPSP-SCA-Approach": approach})


def _first_answer(desk: Desk, request: Request, payment: Payment) -> Answer:
    link = desk.link(request)
    links = {"self": link(payment.path), "status": link(f"{payment.path}/status")}
    body: Json = {**_standing(payment), "paymentId": payment.id}
    headers = {"Location": desk.location(request, payment.path)}
    if payment.status == RECEIVED:
        invitation, approach = invite(desk, request, matter_at(desk, f"{payment.path}/{AUTHORISATIONS}"))
        headers["ASPSP-SCA-Approach"] = approach
        links |= invitation["_links"]
        body |= invitation
    return Answer(201, {**body, "_links": links}, headers)


def _standing(payment: Payment) -> Json:
    standing: Json = {"transactionStatus": payment.status}
    if payment.funds is not None:
        standing["fundsAvailable"] = payment.funds
    return standing


def _payment(desk: Desk, request: Request, product: str, payment_id: str) -> Payment:
    return desk.payments.get(_service(desk, request).value, _product(product).value, payment_id)


def _service(desk: Desk, request: Request) -> Service:
    return Service(desk.below(request).split("/")[1])


def _product(name: str) -> Product:
    try:
        return Product(name)
    except ValueError as error:
        known = ", ".join(product.value for product in Product)
        raise RefusalError("PRODUCT_UNKNOWN", f"payment products here are {known}") from error


def _digest(*asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
