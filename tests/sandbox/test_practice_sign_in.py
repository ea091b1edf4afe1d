"""Strong customer authentication: embedded with and without a choice, decoupled, two signatures."""

from __future__ import annotations

from typing import Any

from assistant.sandbox.process import RunningBank
from tests.sandbox.caller import Caller, error_code

RIGHT = {"psuData": {"password": "sunflower"}}
WRONG = {"psuData": {"password": "buttercup"}}
ANNA = {"PSU-ID": "anna"}


def begin(bank: Caller) -> dict[str, Any]:
    created = bank.ask_consent().json()
    href = created["_links"]["startAuthorisationWithPsuAuthentication"]["href"]
    answer = bank.call("POST", href, body=RIGHT, headers=ANNA)
    assert answer.status_code == 201
    begun: dict[str, Any] = answer.json()
    return {**begun, "consent": created["consentId"]}


def href(step: dict[str, Any], name: str) -> str:
    return str(step["_links"][name]["href"])


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def test_meadow_lets_the_customer_choose_a_method(meadow: Caller) -> None:
    begun = begin(meadow)
    assert begun["scaStatus"] == "psuAuthenticated"
    assert [method["authenticationType"] for method in begun["scaMethods"]] == ["SMS_OTP", "CHIP_OTP"]
    chosen = meadow.call(
        "PUT", href(begun, "selectAuthenticationMethod"), body={"authenticationMethodId": "CHIP_OTP"}
    ).json()
    assert chosen["scaStatus"] == "scaMethodSelected"
    assert chosen["chosenScaMethod"]["authenticationMethodId"] == "CHIP_OTP"
    challenge = chosen["challengeData"]
    assert challenge["otpFormat"] == "integer"
    assert challenge["additionalInformation"] and challenge["data"]
    code = meadow.code(href(chosen, "authoriseTransaction"))
    assert len(code) == challenge["otpMaxLength"]
    done = meadow.call(
        "PUT", href(chosen, "authoriseTransaction"), body={"scaAuthenticationData": code}
    ).json()
    assert done["scaStatus"] == "finalised"
    assert set(done["_links"]) == {"scaStatus"}
    assert meadow.call("GET", href(done, "scaStatus")).json()["scaStatus"] == "finalised"
    assert meadow.status(begun["consent"]) == "valid"


def test_harbour_begins_by_itself_and_has_one_method(harbour: Caller) -> None:
    created = harbour.ask_consent()
    body = created.json()
    assert "startAuthorisationWithPsuAuthentication" not in body["_links"]
    assert harbour.call("GET", href(body, "scaStatus")).json()["scaStatus"] == "psuIdentified"
    ids = harbour.call("GET", f"/consents/{body['consentId']}/authorisations").json()["authorisationIds"]
    assert len(ids) == 1 and href(body, "scaStatus").endswith(ids[0])
    step = harbour.call("PUT", href(body, "updatePsuAuthentication"), body=RIGHT).json()
    assert step["chosenScaMethod"]["authenticationType"] == "SMS_OTP"
    assert harbour.sign(step)["scaStatus"] == "finalised"
    assert harbour.status(body["consentId"]) == "valid"


def test_harbour_waits_when_the_caller_wants_to_begin(harbour: Caller) -> None:
    body = harbour.ask_consent(headers={"TPP-Explicit-Authorisation-Preferred": "true"}).json()
    assert "startAuthorisationWithPsuAuthentication" in body["_links"]
    assert harbour.call("GET", f"/consents/{body['consentId']}/authorisations").json() == {
        "authorisationIds": []
    }


def test_the_steps_can_be_taken_one_by_one(meadow: Caller) -> None:
    consent = meadow.ask_consent(psu=None).json()["consentId"]
    begun = meadow.call("POST", f"/consents/{consent}/authorisations", body={}).json()
    assert begun["scaStatus"] == "received"
    known = meadow.call("PUT", href(begun, "updatePsuIdentification"), body={}, headers=ANNA).json()
    assert known["scaStatus"] == "psuIdentified"
    assert meadow.sign(known)["scaStatus"] == "finalised"
    assert meadow.status(consent) == "valid"


def test_a_wrong_password_begins_nothing(meadow: Caller) -> None:
    created = meadow.ask_consent().json()
    path = href(created, "startAuthorisationWithPsuAuthentication")
    for who, password in ((ANNA, WRONG), ({"PSU-ID": "nobody"}, RIGHT)):
        answer = meadow.call("POST", path, body=password, headers=who)
        assert error_code(answer) == (401, "PSU_CREDENTIALS_INVALID")
    assert meadow.call("GET", f"/consents/{created['consentId']}/authorisations").json() == {
        "authorisationIds": []
    }
    assert meadow.status(created["consentId"]) == "received"


def test_three_wrong_passwords_fail_the_authorisation(harbour: Caller) -> None:
    body = harbour.ask_consent().json()
    for _ in range(3):
        answer = harbour.call("PUT", href(body, "updatePsuAuthentication"), body=WRONG)
        assert error_code(answer) == (401, "PSU_CREDENTIALS_INVALID")
    assert harbour.call("GET", href(body, "scaStatus")).json()["scaStatus"] == "failed"
    assert error_code(harbour.call("PUT", href(body, "updatePsuAuthentication"), body=RIGHT)) == (
        409,
        "STATUS_INVALID",
    )


def test_three_wrong_codes_fail_the_authorisation_even_if_the_right_one_follows(harbour: Caller) -> None:
    body = harbour.ask_consent().json()
    step = harbour.call("PUT", href(body, "updatePsuAuthentication"), body=RIGHT).json()
    path = href(step, "authoriseTransaction")
    code = harbour.code(path)
    for _ in range(2):
        answer = harbour.call("PUT", path, body={"scaAuthenticationData": other_than(code)})
        assert error_code(answer) == (400, "SCA_INVALID")
    last = harbour.call("PUT", path, body={"scaAuthenticationData": other_than(code)})
    assert (last.status_code, last.json()["scaStatus"]) == (200, "failed")
    late = harbour.call("PUT", path, body={"scaAuthenticationData": code})
    assert error_code(late) == (409, "STATUS_INVALID")
    assert harbour.status(body["consentId"]) == "received"
    assert path.rsplit("/", 1)[1] not in str(harbour.practice("GET", "otp"))


def test_a_code_after_a_wrong_one_still_counts(harbour: Caller) -> None:
    body = harbour.ask_consent().json()
    step = harbour.call("PUT", href(body, "updatePsuAuthentication"), body=RIGHT).json()
    path = href(step, "authoriseTransaction")
    code = harbour.code(path)
    harbour.call("PUT", path, body={"scaAuthenticationData": other_than(code)})
    assert harbour.call("PUT", path, body={"scaAuthenticationData": code}).json()["scaStatus"] == "finalised"


def test_codes_differ_and_are_shown_on_the_console(shared: RunningBank, harbour: Caller) -> None:
    codes = set()
    for _ in range(3):
        body = harbour.ask_consent().json()
        step = harbour.call("PUT", href(body, "updatePsuAuthentication"), body=RIGHT).json()
        codes.add(harbour.code(href(step, "authoriseTransaction")))
        harbour.sign(step)
    assert len(codes) == 3
    console = "\n".join(shared.lines)
    assert all(code in console for code in codes)


def test_an_unknown_method_is_refused(meadow: Caller) -> None:
    begun = begin(meadow)
    answer = meadow.call(
        "PUT", href(begun, "selectAuthenticationMethod"), body={"authenticationMethodId": "PIGEON"}
    )
    assert error_code(answer) == (400, "SCA_METHOD_UNKNOWN")


def test_steps_out_of_order_are_refused(meadow: Caller) -> None:
    begun = begin(meadow)
    path = href(begun, "scaStatus")
    assert error_code(meadow.call("PUT", path, body={"scaAuthenticationData": "123456"}))[0] == 409
    assert error_code(meadow.call("PUT", path, body={}))[0] == 400
    assert error_code(meadow.call("PUT", path, body={"psuData": "sunflower"}))[0] == 400


def test_another_customer_cannot_confirm(meadow: Caller) -> None:
    created = meadow.ask_consent(psu="anna").json()
    answer = meadow.call(
        "POST",
        href(created, "startAuthorisationWithPsuAuthentication"),
        body={"psuData": {"password": "marigold"}},
        headers={"PSU-ID": "conor"},
    )
    assert error_code(answer) == (401, "PSU_CREDENTIALS_INVALID")


def test_an_authorisation_belongs_to_its_consent(meadow: Caller) -> None:
    begun = begin(meadow)
    other = meadow.ask_consent().json()["consentId"]
    answer = meadow.call("GET", f"/consents/{other}/authorisations/{begun['authorisationId']}")
    assert error_code(answer) == (404, "RESOURCE_UNKNOWN")


def decoupled(bank: Caller) -> tuple[str, dict[str, Any]]:
    wish = {"TPP-Decoupled-Preferred": "true", "TPP-Redirect-Preferred": "false"}
    created = bank.ask_consent(headers=wish)
    assert created.headers["ASPSP-SCA-Approach"] == "DECOUPLED"
    body = created.json()
    if "startAuthorisation" in body["_links"]:
        answer = bank.call("POST", href(body, "startAuthorisation"), body={}, headers={**ANNA, **wish})
        assert answer.headers["ASPSP-SCA-Approach"] == "DECOUPLED"
        return body["consentId"], answer.json()
    return body["consentId"], body


def test_decoupled_is_confirmed_in_the_banks_app(meadow: Caller, harbour: Caller) -> None:
    for bank in (meadow, harbour):
        consent, begun = decoupled(bank)
        assert begun["scaStatus"] == "started"
        assert "app" in begun["psuMessage"]
        assert bank.call("GET", href(begun, "scaStatus")).json()["scaStatus"] == "started"
        waiting = bank.practice("GET", "approvals")["approvals"]
        authorisation = href(begun, "scaStatus").rsplit("/", 1)[1]
        assert authorisation in [each["authorisationId"] for each in waiting]
        bank.practice("POST", "approvals", authorisationId=authorisation, approve=True)
        assert bank.call("GET", href(begun, "scaStatus")).json()["scaStatus"] == "finalised"
        assert bank.status(consent) == "valid"


def test_decoupled_can_be_declined(meadow: Caller) -> None:
    consent, begun = decoupled(meadow)
    meadow.practice("POST", "approvals", authorisationId=begun["authorisationId"], approve=False)
    assert meadow.call("GET", href(begun, "scaStatus")).json()["scaStatus"] == "failed"
    assert meadow.status(consent) == "received"


def test_two_signatures_make_a_consent_valid_in_two_steps(own: RunningBank) -> None:
    bank = Caller(own.harbour)
    bank.practice("POST", "quirks", quirks=["absoluteLinks", "twoSignatures"])
    created = bank.ask_consent().json()
    bank.sign(created)
    consent = created["consentId"]
    assert bank.status(consent) == "partiallyAuthorised"
    assert bank.read("/accounts", consent, status=401)["tppMessages"][0]["code"] == "CONSENT_INVALID"
    second = bank.call(
        "POST",
        f"/consents/{consent}/authorisations",
        body={"psuData": {"password": "marigold"}},
        headers={"PSU-ID": "conor"},
    )
    bank.sign(second.json(), "conor")
    assert bank.status(consent) == "valid"


def test_the_same_customer_is_not_a_second_signature(own: RunningBank) -> None:
    bank = Caller(own.harbour)
    bank.practice("POST", "quirks", quirks=["absoluteLinks", "twoSignatures"])
    created = bank.ask_consent().json()
    bank.sign(created)
    again = bank.call("POST", f"/consents/{created['consentId']}/authorisations", body=RIGHT, headers=ANNA)
    bank.sign(again.json())
    assert bank.status(created["consentId"]) == "partiallyAuthorised"
