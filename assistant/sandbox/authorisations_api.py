"""`…/authorisations` and `…/cancellation-authorisations`: the customer confirms, step by step."""

from __future__ import annotations

from typing import Any

from sanic.request import Request

from assistant.sandbox import sca
from assistant.sandbox.desk import Answer, Desk, read_body, read_text
from assistant.sandbox.matters import Matter, check_known, matter_at
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import Json
from assistant.sandbox.sca import Authorisation, Return
from assistant.sandbox.steps import step


def invite(desk: Desk, request: Request, matter: Matter, *, implicit: bool = True) -> tuple[Json, str]:
    """How to confirm it, for the answer that tells of it first: its further fields, links among them,
    and the SCA approach. At a bank with that habit the authorisation has begun already, if `implicit`."""
    psu, approach = request.headers.get("psu-id"), _approach(request)
    explicit = request.headers.get("tpp-explicit-authorisation-preferred") == "true"
    if implicit and desk.plan.implicit_start and psu and not explicit:
        begun = desk.authorisations.start(
            matter.parent, says=matter.says, psu=psu, approach=approach, back=_return(request)
        )
        return _step(desk, request, begun), approach
    return {"_links": {_start_link(desk, psu, approach): desk.link(request)(matter.parent)}}, approach


def list_authorisations(desk: Desk, request: Request, **_parts: str) -> Answer:
    parent = desk.below(request)
    check_known(desk, parent)
    return Answer(200, {"authorisationIds": [found.id for found in desk.authorisations.of(parent)]})


def start_authorisation(desk: Desk, request: Request, **_parts: str) -> Answer:
    matter = matter_at(desk, desk.below(request))
    psu = request.headers.get("psu-id") or matter.psu
    approach = _approach(request)
    password = _password(desk, read_body(request))
    if psu:
        _check_signer(matter, psu)
    authorisation = desk.authorisations.start(
        matter.parent,
        says=matter.says,
        psu=psu,
        approach=approach,
        back=_return(request),
        password=password,
        app_second=Quirk.APP_SECOND in desk.quirks,
    )
    body = {"authorisationId": authorisation.id, **_step(desk, request, authorisation)}
    return Answer(201, body, {"ASPSP-SCA-Approach": approach})


def read_authorisation(desk: Desk, request: Request, authorisation_id: str, **_parts: str) -> Answer:
    parent = desk.below(request).rpartition("/")[0]
    authorisation = desk.authorisations.get(parent, authorisation_id)
    found = _step(desk, request, authorisation)
    body: Json = {"scaStatus": authorisation.status}
    if "psuMessage" in found:
        body["psuMessage"] = found["psuMessage"]
    if authorisation.status == sca.UNCONFIRMED:
        body["_links"] = found["_links"]
    return Answer(202 if Quirk.ACCEPTED_STATUS in desk.quirks else 200, body)


def update_authorisation(desk: Desk, request: Request, authorisation_id: str, **_parts: str) -> Answer:
    """The next step: who, password, method or code, whichever the body holds."""
    parent = desk.below(request).rpartition("/")[0]
    matter = matter_at(desk, parent)
    authorisation = desk.authorisations.get(parent, authorisation_id)
    body = read_body(request)
    if "scaAuthenticationData" in body:
        code = read_text(body, "scaAuthenticationData")
        with desk.at_once():
            authorisation = desk.authorisations.confirm(authorisation, code, says=matter.says)
            settle(desk, matter, authorisation)
    elif "confirmationCode" in body:
        code = read_text(body, "confirmationCode")
        with desk.at_once():
            authorisation = desk.authorisations.confirm_return(authorisation, code, says=matter.says)
            settle(desk, matter, authorisation)
    elif "authenticationMethodId" in body:
        authorisation = desk.authorisations.choose(authorisation, read_text(body, "authenticationMethodId"))
    else:
        authorisation = _authenticated(desk, request, matter, authorisation, body)
    return Answer(200, _step(desk, request, authorisation), {"ASPSP-SCA-Approach": authorisation.approach})


def settle(desk: Desk, matter: Matter, authorisation: Authorisation) -> None:
    """Let the matter know that a customer has confirmed it, in the transaction that finalised it."""
    if authorisation.status != sca.FINALISED or authorisation.psu is None:
        return
    signed = {other.psu for other in desk.authorisations.of(matter.parent) if other.status == sca.FINALISED}
    matter.confirmed(authorisation.psu, len(signed) >= matter.signatures)


def _authenticated(
    desk: Desk, request: Request, matter: Matter, authorisation: Authorisation, body: dict[str, Any]
) -> Authorisation:
    psu, password = request.headers.get("psu-id"), _password(desk, body)
    if authorisation.psu is None and psu:
        _check_signer(matter, psu)
        authorisation = desk.authorisations.identify(authorisation, psu)
    elif password is None:
        raise RefusalError("FORMAT_ERROR", "neither PSU-ID, password, method nor code")
    if password is None:
        return authorisation
    return desk.authorisations.authenticate(
        authorisation, password, app_second=Quirk.APP_SECOND in desk.quirks
    )


def _step(desk: Desk, request: Request, authorisation: Authorisation) -> Json:
    page = f"{request.scheme}://{request.host}/practice/page/{desk.plan.slug}/{authorisation.id}"
    return step(
        desk.plan, authorisation, desk.link(request), page, german=Quirk.GERMAN_MESSAGES in desk.quirks
    )


def _approach(request: Request) -> str:
    if request.headers.get("tpp-decoupled-preferred") == "true":
        return sca.DECOUPLED
    return sca.REDIRECT if request.headers.get("tpp-redirect-preferred") == "true" else sca.EMBEDDED


def _return(request: Request) -> Return:
    back = request.headers.get("tpp-redirect-uri", "")
    return Return(back, request.headers.get("tpp-nok-redirect-uri", back))


def _start_link(desk: Desk, psu: str | None, approach: str) -> str:
    if approach == sca.REDIRECT:
        return "startAuthorisation"
    if approach == sca.DECOUPLED:
        return "startAuthorisation" if psu else "startAuthorisationWithPsuIdentification"
    if Quirk.ENCRYPTED_LINK_ONLY in desk.quirks:
        return "startAuthorisationWithEncryptedPsuAuthentication"
    return "startAuthorisationWithPsuAuthentication"


def _check_signer(matter: Matter, psu: str) -> None:
    if psu not in matter.signers:
        raise RefusalError("PSU_CREDENTIALS_INVALID", "not for this customer to confirm")


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
    return read_text(psu_data, "password")
