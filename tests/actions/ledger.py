"""Transactions and accounts as a bank would send them, for tests of pure functions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assistant.bank.model import Account, AccountKind, Merchant, Transaction
from assistant.money import Money

TODAY = date(2026, 3, 18)

EVERYDAY = Account(
    "Meadow Bank", "1", AccountKind.CURRENT, "Everyday account", "EUR",
    iban="IE29AIBK93115212345678", owner="Anna Keller",
)  # fmt: skip
SAVINGS = Account(
    "Meadow Bank", "2", AccountKind.SAVINGS, "Rainy day savings", "EUR", iban="IE64IRCE92050112345678",
    owner="Anna Keller",
)  # fmt: skip
JOINT = Account(
    "Harbour Bank", "3", AccountKind.CURRENT, "Joint account", "EUR", iban="IE92BOFI90001710027952"
)
VISA = Account(
    "Harbour Bank", "4", AccountKind.CARD, "Harbour Visa", "EUR",
    masked_pan="414932******3241", credit_limit=Money(Decimal("5000"), "EUR"),
)  # fmt: skip
STERLING = Account(
    "Harbour Bank", "5", AccountKind.CURRENT, "Sterling account", "GBP", iban="GB33BUKB20201555555555"
)
ACCOUNTS = (EVERYDAY, SAVINGS, JOINT, VISA, STERLING)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def paid(
    amount: str,
    name: str = "Tesco",
    on: date = TODAY,
    *,
    currency: str = "EUR",
    code: str | None = "5411",
    city: str | None = "Dublin",
    country: str | None = "IE",
    original: Money | None = None,
    account: Account = EVERYDAY,
    pending: bool = False,
) -> Transaction:
    """A card payment; a positive amount is a refund."""
    return Transaction(
        bank=account.bank,
        account_id=account.id,
        id=f"{name}-{on}-{amount}",
        money=Money(Decimal(amount), currency),
        on=on,
        pending=pending,
        counterparty=name,
        merchant=Merchant(name, city, country, code),
        original=original,
    )


def transfer(
    amount: str,
    name: str,
    on: date = TODAY,
    *,
    purpose: str | None = None,
    account: Account = EVERYDAY,
    currency: str = "EUR",
) -> Transaction:
    return Transaction(
        bank=account.bank,
        account_id=account.id,
        id=f"{name}-{on}-{amount}",
        money=Money(Decimal(amount), currency),
        on=on,
        pending=False,
        counterparty=name,
        purpose_code=purpose,
    )
