"""A caller of the practice bank that knows HTTP and nothing of our client or server."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.sandbox.specification import specification

ALL = {"allPsd2": "allAccounts"}
PASSWORDS = {"anna": "sunflower", "conor": "marigold"}
SECONDS = 20
CODES = {
    400: {
        *("FORMAT_ERROR", "PARAMETER_NOT_SUPPORTED", "PERIOD_INVALID", "SCA_METHOD_UNKNOWN", "SCA_INVALID"),
        *("EXECUTION_DATE_INVALID", "NO_PIIS_ACTIVATION"),
    },
    401: {"PSU_CREDENTIALS_INVALID", "CONSENT_INVALID", "CONSENT_EXPIRED"},
    403: {"CONSENT_UNKNOWN", "PRODUCT_INVALID", "RESOURCE_EXPIRED"},
    404: {"RESOURCE_UNKNOWN", "PRODUCT_UNKNOWN"},
    405: {"SERVICE_INVALID", "CANCELLATION_INVALID"},
    406: {"REQUESTED_FORMATS_INVALID"},
    409: {"STATUS_INVALID"},
    429: {"ACCESS_EXCEEDED"},
}
"""Message codes by HTTP status, from the standard's chapter on error codes."""


@dataclass
class Caller:
    """One bank, seen over HTTP. Every answer is checked against the OpenAPI file when it is there."""

    base: str
    """`http://127.0.0.1:PORT/meadow/v1`."""
    checked: bool = True
    """Off for banks with quirks that break the standard."""
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def slug(self) -> str:
        return urlsplit(self.base).path.split("/")[1]

    def call(
        self, method: str, address: str, *, body: Any = None, headers: Mapping[str, str | None] | None = None
    ) -> requests.Response:
        """`address` is a path below the base, or an href as the bank gave it."""
        given: dict[str, str | None] = {"X-Request-ID": str(uuid.uuid4()), **(headers or {})}
        prefix = urlsplit(self.base).path
        below = address.startswith("/") and not address.startswith(prefix)
        url = self.base + address if below else urljoin(self.base, address)
        answer = self.session.request(
            method, url, json=body, headers={n: v for n, v in given.items() if v is not None}, timeout=SECONDS
        )
        if given["X-Request-ID"] is not None:
            assert answer.headers["X-Request-ID"] == given["X-Request-ID"]
        if self.checked:
            self._check(method, urlsplit(url).path, answer)
        return answer

    def read(
        self, address: str, consent: str, *, attended: bool = True, status: int = 200, **query: str
    ) -> Any:
        """Body of a GET under a consent, which must answer with that status."""
        headers = {"Consent-ID": consent, "PSU-IP-Address": "192.0.2.7" if attended else None}
        if query:
            address += "?" + "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.call("GET", address, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ask_consent(self, *, psu: str | None = "anna", **changes: Any) -> requests.Response:
        body = {
            "access": ALL,
            "recurringIndicator": True,
            "validUntil": "9999-12-31",
            "frequencyPerDay": 4,
            "combinedServiceIndicator": False,
        }
        headers = changes.pop("headers", {})
        return self.call(
            "POST",
            "/consents",
            body={**body, **changes},
            headers={"PSU-IP-Address": "192.0.2.7", "PSU-ID": psu, **headers},
        )

    def consent(self, *, psu: str = "anna", **changes: Any) -> str:
        """Id of a consent that was asked for and confirmed, following the bank's links."""
        created = self.ask_consent(psu=psu, **changes)
        assert created.status_code == 201, created.text
        done = self.sign(created.json(), psu)
        assert done["scaStatus"] == "finalised", done
        return str(created.json()["consentId"])

    def sign(self, step: dict[str, Any], psu: str = "anna") -> dict[str, Any]:
        """Go on from the answer to a consent or a payment until nothing is left to do."""
        who, password = {"PSU-ID": psu}, {"psuData": {"password": PASSWORDS[psu]}}
        while True:
            links = {name: link["href"] for name, link in step["_links"].items()}
            if step.get("scaStatus") == "failed":
                return step
            if "startAuthorisationWithPsuAuthentication" in links:
                href = links["startAuthorisationWithPsuAuthentication"]
                answer = self.call("POST", href, body=password, headers=who)
            elif "updatePsuAuthentication" in links:
                answer = self.call("PUT", links["updatePsuAuthentication"], body=password, headers=who)
            elif "selectAuthenticationMethod" in links:
                method = {"authenticationMethodId": step["scaMethods"][0]["authenticationMethodId"]}
                answer = self.call("PUT", links["selectAuthenticationMethod"], body=method)
            elif "authoriseTransaction" in links:
                code = {"scaAuthenticationData": self.code(links["authoriseTransaction"])}
                answer = self.call("PUT", links["authoriseTransaction"], body=code)
            else:
                return step
            assert answer.status_code in (200, 201), answer.text
            step = answer.json()

    def code(self, href: str) -> str:
        """The code that waits for the authorisation of that href."""
        waiting = self.practice("GET", "otp")["codes"]
        return str(next(code["code"] for code in waiting if code["authorisationId"] in href))

    def status(self, consent: str) -> str:
        return str(self.call("GET", f"/consents/{consent}/status").json()["consentStatus"])

    def practice(self, method: str, name: str, expect: int = 200, **order: Any) -> Any:
        if order:
            order = {"bank": self.slug, **order}
        answer = self.session.request(
            method, urljoin(self.base, f"/practice/{name}"), json=order or None, timeout=SECONDS
        )
        assert answer.status_code == expect, answer.text
        return answer.json()

    def account(self, consent: str, name: str) -> dict[str, Any]:
        """The account or card account of that name."""
        accounts = self.read("/accounts", consent)["accounts"]
        accounts += self.read("/card-accounts", consent)["cardAccounts"]
        found: dict[str, Any] = next(account for account in accounts if account["name"] == name)
        return found

    def _check(self, method: str, path: str, answer: requests.Response) -> None:
        body: Any = answer.json() if answer.content else None
        if answer.status_code >= 400:
            message = body["tppMessages"][0]
            assert message["category"] == "ERROR"
            assert message["code"] in CODES[answer.status_code], (answer.status_code, message)
        known = specification()
        if known is not None and f"{urlsplit(self.base).path}/x/" not in path:
            faults = known.faults(method, re.sub(r"^/[a-z]+/v1", "/v1", path), answer.status_code, body)
            assert not faults, "\n" + "\n".join(faults)


def error_code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["tppMessages"][0]["code"]
