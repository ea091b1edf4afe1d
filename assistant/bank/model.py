"""What a bank tells us, in our own words: accounts, balances, transactions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from assistant.money import Money


class AccountKind(Enum):
    """ISO 20022 cash account types that a person distinguishes."""

    CURRENT = "current"
    SAVINGS = "savings"
    CARD = "card"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Account:
    """One account or card account at one bank."""

    bank: str
    """Name that the customer knows the bank by; unique among the connected banks."""
    id: str
    """XS2A `resourceId`; means something only to that bank, and only under the present consent."""
    kind: AccountKind
    name: str
    """The bank's or the customer's name for it, `Everyday account`."""
    currency: str
    iban: str | None = field(default=None, repr=False)
    """Electronic form, without spaces. A card account has none. Never in logs, so not in the repr."""
    masked_pan: str | None = None
    """`525412******3241`; card accounts only."""
    owner: str = ""
    bic: str | None = None
    credit_limit: Money | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    kind: str
    """XS2A `balanceType`, `interimAvailable` for instance."""
    money: Money
    as_of: date | None = None


# Which balance answers "how much do I have": what can be spent now, else the newest that is booked.
_SPOKEN_ORDER = ("interimAvailable", "expected", "interimBooked", "closingBooked", "openingBooked")


def spoken_balance(balances: tuple[Balance, ...], currency: str) -> Balance | None:
    """The balance to say aloud, or None when the bank sent none in the account's currency."""
    for kind in _SPOKEN_ORDER:
        for balance in balances:
            if balance.kind == kind and balance.money.currency == currency:
                return balance
    return None


@dataclass(frozen=True, slots=True)
class Merchant:
    name: str
    city: str | None = None
    country: str | None = None
    """ISO 3166 alpha-2."""
    category_code: str | None = None
    """ISO 18245, four digits."""


@dataclass(frozen=True, slots=True)
class Transaction:
    bank: str
    account_id: str
    id: str
    money: Money
    """In the account's currency; negative when it left the account."""
    on: date
    """Booking date, or for a pending card payment the day it was made."""
    pending: bool
    counterparty: str
    """Who was paid or who paid; empty when the bank does not say."""
    remittance: str = ""
    merchant: Merchant | None = None
    original: Money | None = None
    """The amount in the merchant's currency, when it was another."""
    card_masked_pan: str | None = None
    purpose_code: str | None = None
    """ISO 20022 external purpose code, `SALA` for instance."""
    counterparty_iban: str | None = field(default=None, repr=False)
    """Electronic form; None when the bank does not say."""
    end_to_end: str = field(default="", repr=False)
    """What whoever paid gave the payment to carry (`endToEndId`); empty for nothing."""


@dataclass(frozen=True, slots=True)
class PaymentCard:
    """A piece of plastic and what may be done with it."""

    bank: str
    id: str
    """Means something only to that bank."""
    masked_pan: str
    account: str
    """Name of the account that it spends from."""
    blocked: bool
    daily_limit: Money


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """A payment that the bank will make by itself."""

    bank: str
    account_id: str
    id: str
    money: Money
    counterparty: str
    next_on: date
    frequency: str
    """XS2A `frequency`: Daily, Weekly, Monthly …"""
    until: date | None = None
