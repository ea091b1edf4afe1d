"""`/x/payment-requests` and `/x/top-ups`: what customers are asked for, and phones that can be topped up."""

from __future__ import annotations

from sanic.request import Request

from assistant.sandbox.accounts_api import admit
from assistant.sandbox.billers import OPERATORS
from assistant.sandbox.desk import Answer, Desk, check_attended
from assistant.sandbox.orders import CURRENCY
from assistant.sandbox.payment_requests import PaymentRequest
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import Json, amount


def list_requests(desk: Desk, request: Request) -> Answer:
    """`?status=open` leaves out what is paid, declined or expired."""
    found = desk.payment_requests.of(admit(desk, request).psu)
    wanted = request.args.get("status")
    return Answer(200, {"paymentRequests": [_shown(each) for each in found if wanted in (None, each.status)]})


def read_request(desk: Desk, request: Request, request_id: str) -> Answer:
    return Answer(200, {"paymentRequest": _shown(_mine(desk, request, request_id))})


def decline_request(desk: Desk, request: Request, request_id: str) -> Answer:
    """No body. To decline twice changes nothing."""
    check_attended(request)
    declined = desk.payment_requests.decline(_mine(desk, request, request_id))
    return Answer(200, {"paymentRequest": _shown(declined)})


def list_operators(desk: Desk, request: Request) -> Answer:
    admit(desk, request)
    return Answer(
        200,
        {
            "operators": [
                {
                    "operatorId": operator.id,
                    "name": operator.name,
                    "creditorAccount": {"iban": operator.iban},
                    "amounts": [amount(minor, CURRENCY) for minor in operator.amounts],
                }
                for operator in OPERATORS
            ]
        },
    )


def _mine(desk: Desk, request: Request, request_id: str) -> PaymentRequest:
    consent = admit(desk, request)
    found = desk.payment_requests.get(request_id)
    if found.psu != consent.psu:
        raise RefusalError("RESOURCE_UNKNOWN", "no such request to pay")
    return found


def _shown(asked: PaymentRequest) -> Json:
    return {
        "requestId": asked.id,
        "kind": asked.kind.value,
        "status": asked.status,
        "creditorName": asked.creditor_name,
        "creditorAccount": {"iban": asked.creditor_iban},
        "instructedAmount": amount(asked.minor, CURRENCY),
        "remittanceInformationUnstructured": asked.reference,
        "dueDate": asked.due.isoformat(),
    }
