"""What the rest of the house asks of a bank, whatever protocol it speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Protocol

from assistant.bank.model import Account, Balance, StandingOrder, Transaction

CONSENT_ID = re.compile(r"[\x21-\x7e]{1,256}")
"""What can stand in a header and a path; whatever else comes as an id is none."""


class ConsentStatus(str, Enum):
    """XS2A `consentStatus`."""

    RECEIVED = "received"
    REJECTED = "rejected"
    VALID = "valid"
    REVOKED = "revokedByPsu"
    EXPIRED = "expired"
    TERMINATED = "terminatedByTpp"
    PARTIAL = "partiallyAuthorised"


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's permission to look at accounts. Its id opens them, so it is never shown."""

    id: str = field(repr=False)
    status: ConsentStatus
    valid_until: date | None = None
    """Last day; the bank may have shortened what was asked for."""


class Bank(Protocol):
    """One connected bank. Every method may raise any BankError; the error's `bank` is the name."""

    @property
    def name(self) -> str:
        """As the customer knows it; unique among the connected banks."""

    def accounts(self) -> list[Account]:
        """Accounts and card accounts."""

    def balances(self) -> list[tuple[Account, tuple[Balance, ...]]]:
        """The same with all balances that the bank sends, in as few calls as it allows."""

    def transactions(
        self, account: Account, since: date, until: date, *, pending: bool = True
    ) -> list[Transaction]:
        """Everything of these days, both included, from all pages."""

    def standing_orders(self, account: Account) -> list[StandingOrder]:
        """Empty when the bank does not tell."""

    def consent(self) -> Consent:
        """How the permission stands at the bank."""

    def revoke(self) -> None:
        """Give the permission back. It is no error when it has ended already."""
