"""`/consents`: asked for, looked at, ended."""

from __future__ import annotations

from sanic.request import Request

from assistant.sandbox import consents
from assistant.sandbox.authorisations_api import invite
from assistant.sandbox.desk import Answer, Desk, check_attended, read_body
from assistant.sandbox.matters import AUTHORISATIONS, matter_at
from assistant.sandbox.rendering import Json


def create_consent(desk: Desk, request: Request) -> Answer:
    check_attended(request)
    consent = desk.consents.create(
        read_body(request),
        psu=request.headers.get("psu-id"),
        tpp=request.headers.get("tpp-brand-logging-information", ""),
    )
    path = f"/consents/{consent.id}"
    link = desk.link(request)
    invitation, approach = invite(desk, request, matter_at(desk, f"{path}/{AUTHORISATIONS}"))
    body: Json = {"consentStatus": consent.status, "consentId": consent.id, **invitation}
    body["_links"] = {"self": link(path), "status": link(f"{path}/status"), **invitation["_links"]}
    return Answer(201, body, {"Location": desk.location(request, path), "ASPSP-SCA-Approach": approach})


def read_consent(desk: Desk, request: Request, consent_id: str) -> Answer:
    consent = desk.consents.get(consent_id)
    return Answer(
        200,
        {
            "access": consent.access,
            "recurringIndicator": consent.recurring,
            "validUntil": consent.valid_until.isoformat(),
            "frequencyPerDay": consent.frequency,
            "lastActionDate": consent.last_action.isoformat(),
            "consentStatus": consent.status,
            "_links": {
                "account": desk.link(request)("/accounts"),
                "card-account": desk.link(request)("/card-accounts"),
            },
        },
    )


def read_consent_status(desk: Desk, _request: Request, consent_id: str) -> Answer:
    return Answer(200, {"consentStatus": desk.consents.get(consent_id).status})


def delete_consent(desk: Desk, _request: Request, consent_id: str) -> Answer:
    desk.consents.end(consent_id, consents.TERMINATED)
    return Answer(204)
