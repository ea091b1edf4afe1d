"""Confirming on the bank's own page, and steps no practice bank takes: scripted over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant.bank.connecting import connect
from assistant.bank.connections import Connection, Connections
from assistant.bank.sca import Wish
from assistant.errors import BankAnswerError, BankError, NotOfferedError, ScaDeclinedError, ScaError
from tests.bank.conftest import Hasty
from tests.bank.crooked import CrookedBank, Line, Seen, crooked_bank
from tests.bank.customer import Customer

PAGE = "https://login.bank.example/sca?id=1"
HOME = "http://127.0.0.1:8899/back"


class Script:
    """A bank whose answers a test names by method and path; consent and its status come by themselves."""

    def __init__(self, **answers: Any):
        """Names like `PUT_authorisation`; a list is one answer a call, the last of which stays."""
        self.answers = {
            name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()
        }
        self.status = "valid"

    def __call__(self, line: Line, seen: Seen) -> None:
        below = seen.path.removeprefix("/v1/consents").strip("/").split("/")
        if seen.method == "DELETE":
            line.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        elif below == ["c1", "status"]:
            line.json({"consentStatus": self.status})
        elif below == ["c1"]:
            line.json({"consentStatus": self.status, "validUntil": "2026-09-14"})
        else:
            name = {1: "consent", 2: "start", 3: "authorisation"}[len(below)]
            waiting = self.answers[f"{seen.method}_{name}"]
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            line.json(answer, 201 if seen.method == "POST" else 200)


def consent(*, status: str = "received", **links: str) -> dict[str, Any]:
    named = {name: {"href": href} for name, href in links.items()}
    return {"consentId": "c1", "consentStatus": status, "_links": named}


def step(status: str, **links: str) -> dict[str, Any]:
    return {"scaStatus": status, "_links": {name: {"href": href} for name, href in links.items()}}


AUTHORISATION = "/v1/consents/c1/authorisations/a1"

Run = Callable[..., tuple[Customer, list[Seen], Connection]]


@pytest.fixture
def run(connections: Connections, hasty: Hasty) -> Run:
    def connect_to(script: Script, wish: Wish | None = None) -> tuple[Customer, list[Seen], Connection]:
        with crooked_bank(script) as bank:
            person = Customer("")
            made = connect_bank(bank, person, wish)
            return person, bank.seen, made

    def connect_bank(bank: CrookedBank, person: Customer, wish: Wish | None) -> Connection:
        return connect(
            connections,
            person,
            name="Crooked Bank",
            base_url=bank.base_url,
            psu_id="anna",
            wish=wish,
            patience=hasty.patience,
        )

    return connect_to


def test_the_page_is_opened_and_the_status_watched(run: Run) -> None:
    script = Script(
        POST_consent=consent(scaRedirect=PAGE, scaStatus=AUTHORISATION),
        GET_authorisation=[step("received"), step("started"), step("finalised")],
    )
    person, seen, made = run(script, Wish(redirect_uri=HOME))
    assert person.pages == [PAGE]
    assert made.consent_id == "c1"
    headers = seen[0].headers
    assert headers["tpp-redirect-preferred"] == "true"
    assert headers["tpp-redirect-uri"] == HOME
    assert [each.method for each in seen[:4]] == ["POST", "GET", "GET", "GET"]


def test_the_confirmation_code_turns_unconfirmed_into_finalised(run: Run) -> None:
    script = Script(
        POST_consent=consent(scaRedirect=PAGE, scaStatus=AUTHORISATION, confirmation=AUTHORISATION),
        GET_authorisation=[step("started"), step("unconfirmed")],
        PUT_authorisation=step("finalised"),
    )
    person, seen, _ = run(script, Wish(redirect_uri=HOME))
    assert person.asked == ["confirmation"]
    (put,) = [each for each in seen if each.method == "PUT"]
    assert put.path == AUTHORISATION
    assert put.json() == {"confirmationCode": "confirmed-by-anna"}


def test_a_page_after_the_password(run: Run) -> None:
    script = Script(
        POST_consent=consent(startAuthorisationWithPsuAuthentication="/v1/consents/c1/authorisations"),
        POST_start=step("psuAuthenticated", scaRedirect=PAGE, scaStatus=AUTHORISATION),
        GET_authorisation=step("exempted"),
    )
    person, seen, _ = run(script)
    assert person.asked == ["password for Crooked Bank"]
    assert person.pages == [PAGE]
    assert seen[1].json() == {"psuData": {"password": "sunflower"}}
    assert seen[1].headers["psu-id"] == "anna"


def test_the_customer_is_named_when_the_bank_asks_for_that(run: Run) -> None:
    script = Script(
        POST_consent=consent(startAuthorisationWithPsuIdentification="/v1/consents/c1/authorisations"),
        POST_start=step("received", updatePsuIdentification=AUTHORISATION),
        PUT_authorisation=[step("psuIdentified", scaStatus=AUTHORISATION)],
        GET_authorisation=step("finalised"),
    )
    person, seen, _ = run(script, Wish(decoupled=True))
    assert person.asked == []
    assert seen[0].headers["tpp-decoupled-preferred"] == "true"
    assert [each.headers.get("psu-id") for each in seen[:3]] == ["anna"] * 3


def test_one_method_is_chosen_without_asking(run: Run) -> None:
    methods = [{"authenticationType": "PUSH_OTP", "authenticationMethodId": "7"}]
    script = Script(
        POST_consent=consent(startAuthorisation="/v1/consents/c1/authorisations"),
        POST_start={
            **step("psuAuthenticated", selectAuthenticationMethod=AUTHORISATION),
            "scaMethods": methods,
        },
        PUT_authorisation=step("started", scaStatus=AUTHORISATION),
        GET_authorisation=step("finalised"),
    )
    person, seen, _ = run(script)
    assert person.asked == []
    assert seen[2].json() == {"authenticationMethodId": "7"}


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        # Never with the consent to another host.
        (Script(POST_consent=consent(startAuthorisation="https://evil.example/v1/a")), BankAnswerError),
        (Script(POST_consent=consent(scaRedirect="file:///etc/passwd")), BankAnswerError),
        (Script(POST_consent=consent(scaRedirect="http://login.bank.example/")), BankAnswerError),
        # A page without a status to watch leads nowhere.
        (Script(POST_consent=consent(scaRedirect=PAGE)), BankAnswerError),
        (Script(POST_consent=consent(scaOAuth="https://login.bank.example/.well-known")), NotOfferedError),
        (Script(POST_consent=consent()), NotOfferedError),
        (Script(POST_consent=consent(startAuthorisation="/v1/a\r\nHost: evil.example")), BankAnswerError),
        # A circle.
        (
            Script(
                POST_consent=consent(startAuthorisation="/v1/consents/c1/authorisations"),
                POST_start=step("received", startAuthorisation="/v1/consents/c1/authorisations"),
            ),
            BankAnswerError,
        ),
        (
            Script(POST_consent=consent(scaStatus=AUTHORISATION), GET_authorisation=step("something else")),
            BankAnswerError,
        ),
        (
            Script(
                POST_consent=consent(startAuthorisation="/v1/consents/c1/authorisations"),
                POST_start=step("psuAuthenticated", selectAuthenticationMethod=AUTHORISATION),
            ),
            BankAnswerError,
        ),
        (
            Script(
                POST_consent=consent(startAuthorisation="/v1/consents/c1/authorisations"),
                POST_start={
                    **step("started", authoriseTransaction=AUTHORISATION),
                    "challengeData": {"otpMaxLength": "six"},
                },
            ),
            BankAnswerError,
        ),
        (
            Script(POST_consent=consent(scaStatus=AUTHORISATION), GET_authorisation=step("failed")),
            ScaDeclinedError,
        ),
    ],
)
def test_what_leads_nowhere_ends_and_leaves_no_consent_open(
    connections: Connections, hasty: Hasty, script: Script, kind: type[BankError]
) -> None:
    with crooked_bank(script) as bank, pytest.raises(BankError) as error:
        connect(
            connections,
            Customer(""),
            name="Crooked Bank",
            base_url=bank.base_url,
            psu_id="anna",
            patience=hasty.patience,
        )
    assert type(error.value) is kind
    assert error.value.bank == "Crooked Bank"
    assert (bank.seen[-1].method, bank.seen[-1].path) == ("DELETE", "/v1/consents/c1")
    assert connections.all() == ()


@pytest.mark.parametrize("consent_id", ["", "one\r\nHost: evil.example", "ü", "x" * 300, 7, None])
def test_an_id_that_is_none(connections: Connections, run: Run, consent_id: object) -> None:
    with pytest.raises(BankAnswerError):
        run(Script(POST_consent={**consent(scaStatus=AUTHORISATION), "consentId": consent_id}))
    assert connections.all() == ()


def test_a_consent_that_the_bank_does_not_make_valid(connections: Connections, run: Run) -> None:
    script = Script(POST_consent=consent(scaStatus=AUTHORISATION), GET_authorisation=step("finalised"))
    script.status = "rejected"
    with pytest.raises(ScaError):
        run(script)
    assert connections.all() == ()
