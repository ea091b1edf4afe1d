"""One bank at work, and the way of a request through it: check, answer, quirks, faults."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import ujson
from sanic.request import Request
from sanic.response import HTTPResponse, html

from assistant.sandbox.cards import Cards
from assistant.sandbox.catalogue import BankPlan
from assistant.sandbox.consents import Consents
from assistant.sandbox.disguise import disguise
from assistant.sandbox.faults import Fault, FaultKind, Faults, Moment, with_other_type
from assistant.sandbox.ledger import Ledger
from assistant.sandbox.payment_requests import PaymentRequests
from assistant.sandbox.payments import Payments
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError, error_body
from assistant.sandbox.rendering import Link
from assistant.sandbox.sca import Authorisations

_JSON = "application/json"
FAULT_HEADER = "x-practice-fault"
"""A fault for this very call, a JSON object as `POST /practice/faults` takes it."""


@dataclass(slots=True)
class Desk:
    plan: BankPlan
    ledger: Ledger
    consents: Consents
    payments: Payments
    payment_requests: PaymentRequests
    cards: Cards
    authorisations: Authorisations
    quirks: frozenset[Quirk]
    at_once: Callable[[], AbstractContextManager[None]]
    """Around what is written together or not at all."""
    faults: Faults = field(default_factory=Faults)

    def link(self, request: Request) -> Link:
        """How this bank writes the address of a path below its prefix."""
        base = self.plan.prefix
        if Quirk.BROKEN_SCHEME in self.quirks:
            base = f"https://http://{request.host}{base}"
        elif Quirk.ABSOLUTE_LINKS in self.quirks:
            base = f"{request.scheme}://{request.host}{base}"
        return lambda path: {"href": base + path}

    def location(self, request: Request, path: str) -> str:
        """The `Location` header for a path below its prefix."""
        link = self.link(request)(path)
        if Quirk.LOCATION_JSON in self.quirks:
            return str(ujson.dumps(link, escape_forward_slashes=False))
        return link["href"]

    def below(self, request: Request) -> str:
        """The path of the request below its prefix."""
        return str(request.path[len(self.plan.prefix) :])


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[..., Answer]
"""Gets the desk, the request and the variable parts of the path. Raises RefusalError."""


def endpoint(desk: Desk, handler: Handler) -> Callable[..., Any]:
    """The Sanic handler around one of ours."""

    async def run(request: Request, **parts: str) -> HTTPResponse:
        try:
            fault = _fault(desk, request)
        except RefusalError as refusal:
            return refuse(request, refusal)
        if fault and fault.when is Moment.BEFORE:
            await asyncio.sleep(fault.seconds)
            if fault.kind is not FaultKind.DELAY:
                return _spoiled(request, fault, None)
        answer = _work(desk, handler, request, parts)
        if fault is None or fault.when is Moment.BEFORE:
            return _respond(request, answer)
        await asyncio.sleep(fault.seconds)
        return _spoiled(request, fault, answer)

    run.__name__ = f"{desk.plan.slug}_{handler.__name__}"
    return run


def _work(desk: Desk, handler: Handler, request: Request, parts: Mapping[str, str]) -> Answer:
    try:
        check_request_id(request)
        _check_accept(request)
        desk.payments.carry_out_due()
        answer = handler(desk, request, **parts)
    except RefusalError as refusal:
        answer = Answer(refusal.status, refusal.body())
    return Answer(answer.status, disguise(answer.body, desk.quirks), answer.headers)


def _fault(desk: Desk, request: Request) -> Fault | None:
    """The one that the call itself orders, else one that waits for it.

    Raises RefusalError FORMAT_ERROR, SERVICE_BLOCKED.
    """
    order = request.headers.get(FAULT_HEADER)
    if order is None:
        return desk.faults.take(request.method, desk.below(request))
    check_local(request)
    try:
        return Fault.read(ujson.loads(order))
    except (TypeError, ValueError, AttributeError) as error:
        raise RefusalError("FORMAT_ERROR", str(error), path=FAULT_HEADER) from error


def refuse(request: Request, refusal: RefusalError) -> HTTPResponse:
    return _respond(request, Answer(refusal.status, refusal.body()))


def check_request_id(request: Request) -> None:
    """`X-Request-ID` is mandatory and a UUID."""
    given = request.headers.get("x-request-id", "")
    try:
        uuid.UUID(given)
    except ValueError as error:
        text = "X-Request-ID is not a UUID" if given else "X-Request-ID is missing"
        raise RefusalError("FORMAT_ERROR", text, path="X-Request-ID") from error


def check_attended(request: Request) -> None:
    """`PSU-IP-Address` is mandatory where the customer must be there."""
    if "psu-ip-address" not in request.headers:
        raise RefusalError("FORMAT_ERROR", "PSU-IP-Address is missing", path="PSU-IP-Address")


def check_local(request: Request) -> None:
    """Raises RefusalError SERVICE_BLOCKED for callers on other machines."""
    if not ipaddress.ip_address(request.ip).is_loopback:
        raise RefusalError("SERVICE_BLOCKED", "only for callers on the same machine")


def _check_accept(request: Request) -> None:
    accepted = request.headers.get("accept", "*/*")
    if "json" not in accepted and "*/*" not in accepted and "application/*" not in accepted:
        raise RefusalError("REQUESTED_FORMATS_INVALID", "answers are application/json", path="Accept")


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of the request, empty when there is no body. Raises RefusalError FORMAT_ERROR."""
    if not request.body:
        return {}
    try:
        body = ujson.loads(request.body)
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", "the body is no JSON") from error
    if not isinstance(body, dict):
        raise RefusalError("FORMAT_ERROR", "the body is no JSON object")
    return body


def read_text(body: Mapping[str, Any], name: str, longest: int = 200) -> str:
    """Raises RefusalError FORMAT_ERROR unless the field is a text of 1 to `longest` characters."""
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise RefusalError("FORMAT_ERROR", f"{name} must be a text", path=name)
    return value


def _respond(request: Request, answer: Answer) -> HTTPResponse:
    return _raw(request, answer, _json(answer))


def _json(answer: Answer) -> str:
    if answer.body is None:
        return ""
    return str(ujson.dumps(answer.body, ensure_ascii=False, escape_forward_slashes=False))


def _raw(request: Request, answer: Answer, body: str) -> HTTPResponse:
    headers = dict(answer.headers)
    request_id = request.headers.get("x-request-id")
    if request_id:
        headers["X-Request-ID"] = request_id
    return HTTPResponse(
        body or None, status=answer.status, headers=headers, content_type=_JSON if body else None
    )


def _spoiled(request: Request, fault: Fault, answer: Answer | None) -> HTTPResponse:
    """What a fault makes of the answer, None when the work was not done."""
    if fault.kind is FaultKind.ERROR:
        return _respond(request, Answer(fault.status, error_body(fault.code, "ordered by a tester")))
    if answer is None:
        _reset(request, b"")
        return HTTPResponse(status=204)
    if fault.kind is FaultKind.DELAY:
        return _respond(request, answer)
    if fault.kind is FaultKind.PAGE:
        return html("<!doctype html><title>Maintenance</title><p>We will be back soon.</p>")
    if fault.kind is FaultKind.TYPES:
        return _respond(
            request, Answer(answer.status, with_other_type(answer.body, fault.field), answer.headers)
        )
    text = _json(answer)
    half = text[: max(1, len(text) // 2)]
    if fault.kind is FaultKind.RESET:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nContent-Length: {len(text.encode())}\r\n\r\n"
        _reset(request, head.encode() + half.encode())
    return _raw(request, answer, half)


def _reset(request: Request, sent: bytes) -> None:
    """Send that, then a TCP reset; nothing more reaches the caller."""
    transport = request.transport
    if sent:
        transport.write(sent)
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
