"""`/consents` and the authorisations below them."""

from __future__ import annotations

from typing import Any

import ujson
from sanic.request import Request

from assistant.sandbox import consents, sca
from assistant.sandbox.consents import Consent
from assistant.sandbox.desk import Answer, Desk, read_body
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import Json
from assistant.sandbox.sca import Authorisation
from assistant.sandbox.steps import step


def create_consent(desk: Desk, request: Request) -> Answer:
    if "psu-ip-address" not in request.headers:
        raise RefusalError("FORMAT_ERROR", "PSU-IP-Address is missing", path="PSU-IP-Address")
    psu = request.headers.get("psu-id")
    approach = _approach(request)
    consent = desk.consents.create(
        read_body(request), psu=psu, tpp=request.headers.get("tpp-brand-logging-information", "")
    )
    parent = f"/consents/{consent.id}"
    link = desk.link(request)
    body: Json = {"consentStatus": consent.status, "consentId": consent.id}
    links = {"self": link(parent), "status": link(f"{parent}/status")}
    explicit = request.headers.get("tpp-explicit-authorisation-preferred") == "true"
    if desk.plan.implicit_start and psu and not explicit:
        begun = _step(desk, request, desk.authorisations.start(parent, psu=psu, approach=approach))
        links.update(begun.pop("_links"))
        body.update(begun)
    else:
        links[_start_link(desk, psu, approach)] = link(f"{parent}/authorisations")
    body["_links"] = links
    return Answer(201, body, {"Location": _location(desk, request, parent), "ASPSP-SCA-Approach": approach})


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


def list_authorisations(desk: Desk, _request: Request, consent_id: str) -> Answer:
    parent = f"/consents/{desk.consents.get(consent_id).id}"
    return Answer(200, {"authorisationIds": [found.id for found in desk.authorisations.of(parent)]})


def start_authorisation(desk: Desk, request: Request, consent_id: str) -> Answer:
    consent = desk.consents.get_open(consent_id)
    psu = request.headers.get("psu-id") or consent.psu
    approach = _approach(request)
    password = _password(desk, read_body(request))
    if psu:
        _check_signer(desk, consent, psu)
    authorisation = desk.authorisations.start(
        f"/consents/{consent.id}", psu=psu, approach=approach, password=password
    )
    body = {"authorisationId": authorisation.id, **_step(desk, request, authorisation)}
    return Answer(201, body, {"ASPSP-SCA-Approach": approach})


def read_authorisation(desk: Desk, request: Request, consent_id: str, authorisation_id: str) -> Answer:
    authorisation = desk.authorisations.get(f"/consents/{consent_id}", authorisation_id)
    body: Json = {"scaStatus": authorisation.status}
    message = _step(desk, request, authorisation).get("psuMessage")
    if message:
        body["psuMessage"] = message
    return Answer(202 if Quirk.ACCEPTED_STATUS in desk.quirks else 200, body)


def update_authorisation(desk: Desk, request: Request, consent_id: str, authorisation_id: str) -> Answer:
    """The next step: who, password, method or code, whichever the body holds."""
    consent = desk.consents.get_open(consent_id)
    authorisation = desk.authorisations.get(f"/consents/{consent_id}", authorisation_id)
    body = read_body(request)
    if "scaAuthenticationData" in body:
        authorisation = desk.authorisations.confirm(authorisation, _text(body, "scaAuthenticationData"))
        settle(desk, authorisation)
    elif "authenticationMethodId" in body:
        authorisation = desk.authorisations.choose(authorisation, _text(body, "authenticationMethodId"))
    else:
        psu, password = request.headers.get("psu-id"), _password(desk, body)
        if authorisation.psu is None and psu:
            _check_signer(desk, consent, psu)
            authorisation = desk.authorisations.identify(authorisation, psu)
        elif password is None:
            raise RefusalError("FORMAT_ERROR", "neither PSU-ID, password, method nor code")
        if password is not None:
            authorisation = desk.authorisations.authenticate(authorisation, password)
    return Answer(200, _step(desk, request, authorisation), {"ASPSP-SCA-Approach": authorisation.approach})


def settle(desk: Desk, authorisation: Authorisation) -> None:
    """Let the consent know that a customer has confirmed it."""
    if authorisation.status != sca.FINALISED or authorisation.psu is None:
        return
    signers = {
        other.psu for other in desk.authorisations.of(authorisation.parent) if other.status == sca.FINALISED
    }
    needed = 2 if Quirk.TWO_SIGNATURES in desk.quirks else 1
    desk.consents.authorise(
        authorisation.parent.removeprefix("/consents/"), authorisation.psu, complete=len(signers) >= needed
    )


def _step(desk: Desk, request: Request, authorisation: Authorisation) -> Json:
    return step(desk.plan, authorisation, desk.link(request), german=Quirk.GERMAN_MESSAGES in desk.quirks)


def _approach(request: Request) -> str:
    """Redirect is not offered, so a wish for it is answered with the embedded approach."""
    return sca.DECOUPLED if request.headers.get("tpp-decoupled-preferred") == "true" else sca.EMBEDDED


def _start_link(desk: Desk, psu: str | None, approach: str) -> str:
    if approach == sca.DECOUPLED:
        return "startAuthorisation" if psu else "startAuthorisationWithPsuIdentification"
    if Quirk.ENCRYPTED_LINK_ONLY in desk.quirks:
        return "startAuthorisationWithEncryptedPsuAuthentication"
    return "startAuthorisationWithPsuAuthentication"


def _location(desk: Desk, request: Request, path: str) -> str:
    href = desk.link(request)(path)
    return (
        ujson.dumps(href, escape_forward_slashes=False)
        if Quirk.LOCATION_JSON in desk.quirks
        else href["href"]
    )


def _check_signer(desk: Desk, consent: Consent, psu: str) -> None:
    """A consent asked for in one customer's name is no other customer's to confirm."""
    if consent.psu not in (None, psu) and Quirk.TWO_SIGNATURES not in desk.quirks:
        raise RefusalError("PSU_CREDENTIALS_INVALID", "the consent was asked for by another customer")


def _password(desk: Desk, body: dict[str, Any]) -> str | None:
    psu_data = body.get("psuData")
    if psu_data is None:
        return None
    if not isinstance(psu_data, dict):
        raise RefusalError("FORMAT_ERROR", "psuData must be an object", path="psuData")
    if Quirk.ENCRYPTED_LINK_ONLY in desk.quirks:
        raise RefusalError(
            "FORMAT_ERROR", "this bank takes a password only encrypted with its key", path="psuData"
        )
    return _text(psu_data, "password")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise RefusalError("FORMAT_ERROR", f"{name} must be a text", path=name)
    return value
