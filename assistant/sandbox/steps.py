"""What an authorisation looks like from outside: its status, and the link to the next step."""

from __future__ import annotations

from assistant.sandbox import sca
from assistant.sandbox.catalogue import BankPlan, ScaMethod
from assistant.sandbox.rendering import Json, Link
from assistant.sandbox.sca import Authorisation

_METHOD_NAMES = {ScaMethod.SMS: "Text message to your phone", ScaMethod.CHIP: "Card reader"}

_MESSAGES = {
    "app": (
        "Please use your banking app to approve this request.",
        "Bitte geben Sie diesen Auftrag in Ihrer Banking-App frei.",
    ),
    "page": (
        "Please sign in on your bank's page and approve this request there.",
        "Bitte melden Sie sich auf der Seite Ihrer Bank an und geben Sie den Auftrag dort frei.",
    ),
    "code": (
        "Please enter the code that your bank has sent you.",
        "Bitte geben Sie die TAN ein, die Ihre Bank Ihnen geschickt hat.",
    ),
    "choose": ("Please choose how to receive a code.", "Bitte wählen Sie ein TAN-Verfahren."),
}
"""English and German."""

_INSTRUCTIONS = {
    ScaMethod.SMS: "We have sent a code to the phone number that ends in 47.",
    ScaMethod.CHIP: "Put your card into the reader, press CODE, type the start code and then OK.",
}


def step(bank: BankPlan, authorisation: Authorisation, link: Link, page: str, *, german: bool) -> Json:
    """`scaStatus`, what the customer must know for the next step, and the link for it. `page` is the
    address where a redirect leads."""
    found: Json = {"scaStatus": authorisation.status}
    links = {"scaStatus": link(authorisation.path)}
    message = None
    if authorisation.status == sca.RECEIVED and authorisation.approach == sca.REDIRECT:
        links["scaRedirect"] = {"href": page}
        links["confirmation"] = link(authorisation.path)
        message = "page"
    elif authorisation.status == sca.RECEIVED:
        links["updatePsuIdentification"] = link(authorisation.path)
    elif authorisation.status == sca.IDENTIFIED:
        links["updatePsuAuthentication"] = link(authorisation.path)
    elif authorisation.status == sca.AUTHENTICATED:
        links["selectAuthenticationMethod"] = link(authorisation.path)
        found["scaMethods"] = [_method(method) for method in bank.methods]
        message = "choose"
    elif authorisation.status == sca.METHOD_SELECTED and authorisation.method:
        links["authoriseTransaction"] = link(authorisation.path)
        found["chosenScaMethod"] = _method(authorisation.method)
        found["challengeData"] = _challenge(authorisation)
        message = "code"
    elif authorisation.status == sca.UNCONFIRMED:
        links["confirmation"] = link(authorisation.path)
    elif authorisation.status == sca.STARTED:
        message = "app"
    if message:
        found["psuMessage"] = _MESSAGES[message][german]
    found["_links"] = links
    return found


def _method(method: ScaMethod) -> Json:
    return {
        "authenticationType": method.value,
        "authenticationMethodId": method.value,
        "name": _METHOD_NAMES[method],
    }


def _challenge(authorisation: Authorisation) -> Json:
    assert authorisation.method is not None  # noqa: S101
    challenge: Json = {
        "otpMaxLength": sca.CODE_LENGTH[authorisation.method],
        "otpFormat": "integer",
        "additionalInformation": _INSTRUCTIONS[authorisation.method],
    }
    if authorisation.method is ScaMethod.CHIP:
        challenge["data"] = [f"{int(authorisation.id[:8], 16) % 100_000_000:08d}"]
    return challenge
