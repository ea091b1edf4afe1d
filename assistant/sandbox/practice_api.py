"""`/practice/…`: what a real bank has not, for demonstrations and tests. Answers loopback only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import ujson
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.sandbox.billers import Kind
from assistant.sandbox.clock import read_day
from assistant.sandbox.confirming import answer_in_app, waiting_in_app
from assistant.sandbox.consents import ENDINGS
from assistant.sandbox.desk import Desk, check_local, read_body, read_text, refuse
from assistant.sandbox.faults import Fault
from assistant.sandbox.orders import read_minor
from assistant.sandbox.quirks import read_quirks
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.remembering import Remembered

_Practice = Callable[[Mapping[str, Desk], Request], Any]


def practice_blueprint(name: str, desks: Mapping[str, Desk], remembered: Remembered) -> Blueprint:
    """`desks` by slug."""
    blueprint = Blueprint(name, url_prefix="/practice")
    for method, path, handler in (
        ("GET", "/banks", show_banks),
        ("GET", "/otp", show_codes),
        ("GET", "/approvals", show_approvals),
        ("POST", "/approvals", answer_approval),
        ("POST", "/consents", end_consent),
        ("POST", "/payments", alter_payment),
        ("POST", "/payment-requests", ask_for_money),
        ("GET", "/faults", show_faults),
        ("POST", "/faults", order_fault),
        ("DELETE", "/faults", clear_faults),
        ("POST", "/state", partial(keep_state, remembered)),
        ("DELETE", "/state", partial(put_back, remembered)),
        ("GET", "/quirks", show_quirks),
        ("POST", "/quirks", set_quirks),
    ):
        blueprint.add_route(_local(desks, handler), path, methods=[method])
    return blueprint


def show_banks(desks: Mapping[str, Desk], request: Request) -> Any:
    return {
        "today": next(iter(desks.values())).ledger.today().isoformat(),
        "banks": [
            {
                "bank": slug,
                "name": desk.plan.name,
                "baseUrl": f"{request.scheme}://{request.host}{desk.plan.prefix}",
            }
            for slug, desk in desks.items()
        ],
    }


def show_codes(desks: Mapping[str, Desk], _request: Request) -> Any:
    """Codes that wait to be typed in, the newest first."""
    waiting = [
        {
            "bank": slug,
            "authorisationId": found.id,
            "psuId": found.psu,
            "method": found.method.value,
            "code": found.code,
            "says": found.says,
            "sentAt": found.code_at.isoformat(),
        }
        for slug, desk in desks.items()
        for found in desk.authorisations.running()
        if found.method and found.code_at
    ]
    return {"codes": sorted(waiting, key=lambda code: str(code["sentAt"]), reverse=True)}


def show_approvals(desks: Mapping[str, Desk], _request: Request) -> Any:
    """Requests that wait for a tap in the bank's app."""
    return {
        "approvals": [
            {
                "bank": waiting.bank,
                "authorisationId": waiting.authorisation.id,
                "psuId": waiting.authorisation.psu,
                "says": waiting.authorisation.says,
            }
            for waiting in waiting_in_app(desks)
        ]
    }


def answer_approval(desks: Mapping[str, Desk], request: Request) -> Any:
    """`{"bank", "authorisationId", "approve": true|false}`"""
    order = read_body(request)
    desk = _desk(desks, order)
    if not isinstance(order.get("approve"), bool):
        raise RefusalError("FORMAT_ERROR", "approve must be true or false", path="approve")
    answered = answer_in_app(desk, str(order.get("authorisationId")), approve=order["approve"])
    return {"scaStatus": answered.status}


def end_consent(desks: Mapping[str, Desk], request: Request) -> Any:
    """`{"bank", "consentId", "status": "revokedByPsu"|"expired"}`"""
    order = read_body(request)
    desk = _desk(desks, order)
    if order.get("status") not in ENDINGS:
        raise RefusalError(
            "FORMAT_ERROR", f"status must be one of {', '.join(sorted(ENDINGS))}", path="status"
        )
    consent_id = str(order.get("consentId"))
    desk.consents.end(consent_id, order["status"])
    return {"consentStatus": desk.consents.get(consent_id).status}


def alter_payment(desks: Mapping[str, Desk], request: Request) -> Any:
    """`{"bank", "paymentId", "changes": {…}}`: other fields of the order, behind the customer's back."""
    order = read_body(request)
    changes = order.get("changes")
    if not isinstance(changes, dict):
        raise RefusalError("FORMAT_ERROR", "changes must be an object", path="changes")
    altered = _desk(desks, order).payments.alter(str(order.get("paymentId")), changes)
    return {"says": altered.order.says}


def ask_for_money(desks: Mapping[str, Desk], request: Request) -> Any:
    """`{"bank", "psuId", "kind": "bill"|"purchase", "creditorName", "iban", "amount", "reference",
    "dueDate"}`, the amount as XS2A writes it."""
    order = read_body(request)
    try:
        kind, due = Kind(order.get("kind")), read_day(str(order.get("dueDate")))
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", str(error)) from error
    asked = _desk(desks, order).payment_requests.ask(
        psu=read_text(order, "psuId"),
        kind=kind,
        creditor_name=read_text(order, "creditorName", 70),
        creditor_iban=read_text(order, "iban", 34),
        minor=read_minor(order.get("amount"), "amount"),
        reference=read_text(order, "reference", 140),
        due=due,
    )
    return {"requestId": asked.id}


def show_faults(desks: Mapping[str, Desk], _request: Request) -> Any:
    return {
        "faults": [
            {"bank": slug, **asdict(fault)} for slug, desk in desks.items() for fault in desk.faults.waiting()
        ]
    }


def order_fault(desks: Mapping[str, Desk], request: Request) -> Any:
    """The bank and the fields of a `faults.Fault`."""
    order = read_body(request)
    desk = _desk(desks, order)
    try:
        desk.faults.order(Fault.read(order))
    except (TypeError, ValueError) as error:
        raise RefusalError("FORMAT_ERROR", str(error)) from error
    return show_faults(desks, request)


def clear_faults(desks: Mapping[str, Desk], request: Request) -> Any:
    for desk in desks.values():
        desk.faults.clear()
    return show_faults(desks, request)


def keep_state(remembered: Remembered, _desks: Mapping[str, Desk], _request: Request) -> Any:
    remembered.keep()
    return {"state": "kept"}


def put_back(remembered: Remembered, desks: Mapping[str, Desk], _request: Request) -> Any:
    """Both banks as they were when the state was kept; ordered faults and quirks stay."""
    remembered.put_back()
    for desk in desks.values():
        desk.payments.begin_again()
    return {"state": "put back"}


def show_quirks(desks: Mapping[str, Desk], _request: Request) -> Any:
    return {"quirks": {slug: sorted(desk.quirks) for slug, desk in desks.items()}}


def set_quirks(desks: Mapping[str, Desk], request: Request) -> Any:
    """`{"bank", "quirks": […]}` takes the place of all that the bank had."""
    order = read_body(request)
    names = order.get("quirks")
    if not isinstance(names, list):
        raise RefusalError("FORMAT_ERROR", "quirks must be a list", path="quirks")
    try:
        _desk(desks, order).quirks = read_quirks(names)
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", str(error), path="quirks") from error
    return show_quirks(desks, request)


def _desk(desks: Mapping[str, Desk], order: Mapping[str, Any]) -> Desk:
    desk = desks.get(str(order.get("bank")))
    if desk is None:
        raise RefusalError("FORMAT_ERROR", f"bank must be one of {', '.join(desks)}", path="bank")
    return desk


def _local(desks: Mapping[str, Desk], handler: _Practice) -> Callable[[Request], Any]:
    async def run(request: Request) -> HTTPResponse:
        try:
            check_local(request)
            body = handler(desks, request)
        except RefusalError as refusal:
            return refuse(request, refusal)
        return HTTPResponse(ujson.dumps(body, escape_forward_slashes=False), content_type="application/json")

    run.__name__ = getattr(handler, "func", handler).__name__
    return run
