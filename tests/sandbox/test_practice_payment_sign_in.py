"""Confirming a payment: by code, in the app, on the bank's page; and for this amount and payee only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from assistant.sandbox.process import RunningBank
from tests.sandbox.caller import PASSWORDS, SECONDS, Caller, error_code
from tests.sandbox.payer import MARIE, SEPA, Payer, euros

IN_APP = {"TPP-Decoupled-Preferred": "true", "TPP-Redirect-Preferred": "false"}
HOME = "http://127.0.0.1:8899/back?state=7"
ON_PAGE = {"TPP-Redirect-Preferred": "true", "TPP-Redirect-URI": HOME, "TPP-Nok-Redirect-URI": HOME + "&no=1"}
SAYS = "45.00 EUR to Marie Dubois, FR1420041010050500013M02606"
JOINT = "IE05HRBR93044720581736"
ANNA = {"PSU-ID": "anna"}


def started(payer: Payer, headers: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Path of the payment, and the answer in which its authorisation has begun."""
    created = payer.order(headers=headers)
    assert created.status_code == 201, created.text
    body = created.json()
    path = f"/{SEPA}/{body['paymentId']}"
    if "scaStatus" in body:
        return path, body
    href = body["_links"]["startAuthorisation"]["href"]
    return path, payer.bank.call("POST", href, body={}, headers={**ANNA, **headers}).json()


def code_of(step: dict[str, Any]) -> str:
    return str(step["_links"]["scaStatus"]["href"].rsplit("/", 1)[1])


def other_than(code: str) -> str:
    return "".join(str((int(digit) + 1) % 10) for digit in code)


def test_the_customer_is_told_amount_and_payee_with_the_code(payer: Payer) -> None:
    link = payer.asked_for_code(payer.order().json())
    (waiting,) = payer.bank.practice("GET", "otp")["codes"]
    assert waiting["says"] == SAYS
    assert waiting["authorisationId"] in link


@pytest.mark.parametrize(
    "changes",
    [
        {"instructedAmount": euros("450.00")},
        {"creditorAccount": {"iban": "FR7630006000011234567890189"}},
        {"creditorName": "Martin Durand"},
    ],
)
def test_a_code_is_worthless_after_any_change(payer: Payer, changes: dict[str, Any]) -> None:
    before = payer.available()
    created = payer.order().json()
    link = payer.asked_for_code(created)
    code = payer.bank.code(link)
    payer.bank.practice("POST", "payments", paymentId=created["paymentId"], changes=changes)
    answer = payer.bank.call("PUT", link, body={"scaAuthenticationData": code})
    assert error_code(answer) == (400, "SCA_INVALID")
    assert payer.bank.call("GET", link).json()["scaStatus"] == "failed"
    assert payer.available() == before
    assert payer.status(f"/{SEPA}/{created['paymentId']}") == "RCVD"


def test_a_code_is_for_its_own_payment_only(payer: Payer) -> None:
    mine, other = (payer.asked_for_code(payer.order().json()) for _ in range(2))
    codes = payer.bank.code(mine), payer.bank.code(other)
    if codes[0] != codes[1]:
        answer = payer.bank.call("PUT", mine, body={"scaAuthenticationData": codes[1]})
        assert error_code(answer) == (400, "SCA_INVALID")


def test_a_code_counts_once(payer: Payer) -> None:
    before = payer.available()
    link = payer.asked_for_code(payer.order().json())
    code = {"scaAuthenticationData": payer.bank.code(link)}
    assert payer.bank.call("PUT", link, body=code).json()["scaStatus"] == "finalised"
    assert error_code(payer.bank.call("PUT", link, body=code)) == (409, "STATUS_INVALID")
    assert payer.available() == before - 45


def test_three_wrong_codes_pay_nothing(payer: Payer) -> None:
    before = payer.available()
    link = payer.asked_for_code(payer.order().json())
    wrong = {"scaAuthenticationData": other_than(payer.bank.code(link))}
    answers = [payer.bank.call("PUT", link, body=wrong) for _ in range(3)]
    assert answers[-1].json()["scaStatus"] == "failed"
    assert payer.available() == before


@pytest.mark.parametrize(
    ("answer", "sca", "status"), [("yes", "finalised", "ACSP"), ("no", "failed", "RCVD")]
)
def test_the_app_shows_amount_and_payee_and_takes_an_answer(
    own: RunningBank, answer: str, sca: str, status: str
) -> None:
    for payer in (Payer(Caller(own.meadow)), Payer(Caller(own.harbour), debtor=JOINT)):
        path, step = started(payer, IN_APP)
        assert step["scaStatus"] == "started"
        app = urljoin(payer.bank.base, "/practice/app")
        shown = requests.get(app, timeout=SECONDS).text
        assert SAYS in shown
        assert code_of(step) in shown
        tap = {"bank": payer.bank.slug, "id": code_of(step), "answer": answer}
        assert requests.post(app, data=tap, timeout=SECONDS).status_code == 200
        assert "Nothing to approve" in requests.get(app, timeout=SECONDS).text
        assert payer.bank.call("GET", step["_links"]["scaStatus"]["href"]).json()["scaStatus"] == sca
        assert payer.status(path) == status


def test_what_an_order_says_is_no_markup_in_the_app(payer: Payer) -> None:
    payer.order(headers=IN_APP, creditorName="<script>alert(1)</script>")
    created = payer.order(headers=IN_APP, creditorName="<b>Marie</b>").json()
    payer.bank.call(
        "POST", created["_links"]["startAuthorisation"]["href"], body={}, headers={**ANNA, **IN_APP}
    )
    shown = requests.get(urljoin(payer.bank.base, "/practice/app"), timeout=SECONDS).text
    assert "&lt;b&gt;Marie" in shown
    assert "<b>" not in shown


def on_page(page: str, answer: str, password: str = PASSWORDS["anna"]) -> requests.Response:
    form = {"psu": "anna", "password": password, "answer": answer}
    return requests.post(page, data=form, timeout=SECONDS, allow_redirects=False)


def test_a_redirect_counts_only_with_its_confirmation_code(own: RunningBank) -> None:
    for payer in (Payer(Caller(own.meadow)), Payer(Caller(own.harbour), debtor=JOINT)):
        path, step = started(payer, ON_PAGE)
        page, sca = step["_links"]["scaRedirect"]["href"], step["_links"]["scaStatus"]["href"]
        assert SAYS in requests.get(page, timeout=SECONDS).text
        back = on_page(page, "yes").headers["Location"]
        assert back.startswith(HOME)
        seen = payer.bank.call("GET", sca).json()
        assert seen["scaStatus"] == "unconfirmed"
        assert payer.status(path) == "RCVD", "unconfirmed is not confirmed"
        confirmation = seen["_links"]["confirmation"]["href"]
        wrong = payer.bank.call("PUT", confirmation, body={"confirmationCode": "made up"})
        assert error_code(wrong) == (400, "SCA_INVALID")
        (code,) = parse_qs(urlsplit(back).query)["confirmationCode"]
        done = payer.bank.call("PUT", confirmation, body={"confirmationCode": code})
        assert done.json()["scaStatus"] == "finalised"
        assert payer.status(path) == "ACSP"


def test_the_page_shows_the_code_to_whoever_has_no_way_back(payer: Payer) -> None:
    _, step = started(payer, {"TPP-Redirect-Preferred": "true"})
    shown = on_page(step["_links"]["scaRedirect"]["href"], "yes").text
    code = re.search(r"<code>(\w+)</code>", shown)
    assert code
    done = payer.bank.call("PUT", step["_links"]["confirmation"]["href"], body={"confirmationCode": code[1]})
    assert done.json()["scaStatus"] == "finalised"


def test_a_redirect_can_be_refused(payer: Payer) -> None:
    path, step = started(payer, ON_PAGE)
    page = step["_links"]["scaRedirect"]["href"]
    assert on_page(page, "yes", "buttercup").status_code == 401
    assert on_page(page, "no").headers["Location"] == HOME + "&no=1"
    assert payer.bank.call("GET", step["_links"]["scaStatus"]["href"]).json()["scaStatus"] == "failed"
    assert on_page(page, "yes").status_code == 409
    assert payer.status(path) == "RCVD"


def test_what_changed_behind_the_page_is_not_confirmed(payer: Payer) -> None:
    path, step = started(payer, ON_PAGE)
    changes = {"instructedAmount": euros("450.00")}
    payer.bank.practice("POST", "payments", paymentId=path.rsplit("/", 1)[1], changes=changes)
    assert on_page(step["_links"]["scaRedirect"]["href"], "yes").status_code == 400
    assert payer.status(path) == "RCVD"


def test_the_page_may_be_enough(payer: Payer) -> None:
    payer.bank.practice("POST", "quirks", quirks=["relativeLinks", "noConfirmationCode"])
    path, step = started(payer, ON_PAGE)
    assert on_page(step["_links"]["scaRedirect"]["href"], "yes").headers["Location"] == HOME
    assert payer.status(path) == "ACSP"


def test_the_app_may_follow_the_password(payer: Payer) -> None:
    payer.bank.practice("POST", "quirks", quirks=["relativeLinks", "appSecond"])
    created = payer.order().json()
    step = payer.bank.call(
        "POST", created["_links"]["startAuthorisationWithPsuAuthentication"]["href"],
        body={"psuData": {"password": PASSWORDS["anna"]}}, headers=ANNA,
    ).json()  # fmt: skip
    assert step["scaStatus"] == "started"
    payer.bank.practice("POST", "approvals", authorisationId=code_of(step), approve=True)
    assert payer.status(f"/{SEPA}/{created['paymentId']}") == "ACSP"


def test_two_owners_may_have_to_confirm(own: RunningBank) -> None:
    bank = Caller(own.harbour)
    bank.practice("POST", "quirks", quirks=["absoluteLinks", "twoSignatures"])
    payer = Payer(bank, debtor=JOINT)
    path = f"/{SEPA}/{payer.order().json()['paymentId']}"
    (first,) = bank.call("GET", f"{path}/authorisations").json()["authorisationIds"]
    right = {"psuData": {"password": PASSWORDS["anna"]}}
    bank.sign(bank.call("PUT", f"{path}/authorisations/{first}", body=right).json())
    assert payer.status(path) == "PATC"
    second = bank.call(
        "POST", f"{path}/authorisations",
        body={"psuData": {"password": PASSWORDS["conor"]}}, headers={"PSU-ID": "conor"},
    )  # fmt: skip
    bank.sign(second.json(), "conor")
    assert payer.status(path) == "ACSP"


def test_a_joint_account_is_for_either_owner(harbour: Caller) -> None:
    created = Payer(harbour, psu="conor", debtor=JOINT).order(**MARIE).json()
    step = harbour.call(
        "PUT", created["_links"]["updatePsuAuthentication"]["href"],
        body={"psuData": {"password": PASSWORDS["conor"]}},
    )  # fmt: skip
    assert step.json()["scaStatus"] == "scaMethodSelected"
