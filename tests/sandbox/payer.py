"""A customer who pays: orders, confirmations, and what the accounts show of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import requests

from tests.sandbox.caller import PASSWORDS, Caller

EVERYDAY, SAVINGS = "IE48MEAD99021231926819", "IE26MEAD99021231926827"
MARIE: dict[str, Any] = {
    "creditorName": "Marie Dubois",
    "creditorAccount": {"iban": "FR1420041010050500013M02606"},
}
TO_SAVINGS: dict[str, Any] = {"creditorName": "Anna Keller", "creditorAccount": {"iban": SAVINGS}}
SEPA, INSTANT = "payments/sepa-credit-transfers", "payments/instant-sepa-credit-transfers"
STANDING = "periodic-payments/sepa-credit-transfers"
NO_FUNDS = {"TPP-Rejection-NoFunds-Preferred": "true"}


def euros(amount: str) -> dict[str, str]:
    return {"currency": "EUR", "amount": amount}


class Payer:
    def __init__(self, bank: Caller, psu: str | None = "anna", debtor: str = EVERYDAY):
        self.bank = bank
        self._psu = psu
        self._debtor = debtor
        self._consent = ""

    def order(
        self,
        amount: str = "45.00",
        *,
        what: str = SEPA,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> requests.Response:
        """The answer to an order that is not confirmed yet, to Marie unless told otherwise."""
        body = {"debtorAccount": {"iban": self._debtor}, "instructedAmount": euros(amount), **MARIE, **fields}
        return self.bank.call(
            "POST",
            f"/{what}",
            body={name: value for name, value in body.items() if value is not None},
            headers={"PSU-IP-Address": "192.0.2.7", "PSU-ID": self._psu, **(headers or {})},
        )

    def pay(self, amount: str = "45.00", *, what: str = SEPA, **fields: Any) -> str:
        """Path of a payment that was ordered and confirmed."""
        created = self.order(amount, what=what, **fields)
        assert created.status_code == 201, created.text
        assert self.bank.sign(created.json())["scaStatus"] == "finalised"
        return f"/{what}/{created.json()['paymentId']}"

    def asked_for_code(self, created: Any) -> str:
        """Where the code for an order is wanted, once it was sent."""
        step = self.bank.call(
            "POST", created["_links"]["startAuthorisationWithPsuAuthentication"]["href"],
            body={"psuData": {"password": PASSWORDS["anna"]}}, headers={"PSU-ID": "anna"},
        ).json()  # fmt: skip
        chosen = {"authenticationMethodId": "SMS_OTP"}
        return str(
            self.bank.call("PUT", step["_links"]["selectAuthenticationMethod"]["href"], body=chosen).json()[
                "_links"
            ]["authoriseTransaction"]["href"]
        )

    def status(self, path: str) -> str:
        return str(self.bank.call("GET", f"{path}/status").json()["transactionStatus"])

    def available(self, account: str = "Everyday account") -> Decimal:
        return next(
            Decimal(balance["balanceAmount"]["amount"])
            for balance in self._read(account, "balances")["balances"]
            if balance["balanceType"] == "interimAvailable"
        )

    def entries(self, account: str = "Everyday account", kind: str = "booked") -> list[dict[str, Any]]:
        """Since the beginning of March, the newest first."""
        asked = {"bookingStatus": kind, "dateFrom": "2026-03-01", "itemsPerPage": "500"}
        found: list[dict[str, Any]] = self._read(account, "transactions", **asked)["transactions"][kind]
        return found

    @property
    def consent(self) -> str:
        """The one to read with; a second one would end it."""
        self._consent = self._consent or self.bank.consent()
        return self._consent

    def _read(self, account: str, link: str, **query: str) -> Any:
        href = self.bank.account(self.consent, account)["_links"][link]["href"]
        return self.bank.read(f"{href}?{urlencode(query)}", self.consent)
