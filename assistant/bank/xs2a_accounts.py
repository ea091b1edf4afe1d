"""Accounts and balances as XS2A writes them, in our own words. Pure functions."""

from __future__ import annotations

import re

from assistant.bank.model import Account, AccountKind, Balance
from assistant.bank.reading import Json, UnreadableError, day, flag, money, objects, optional_text, text
from assistant.money import Money

_KINDS = {
    # ISO 20022 ExternalCashAccountType1Code
    "CACC": AccountKind.CURRENT,
    "TRAN": AccountKind.CURRENT,
    "CASH": AccountKind.CURRENT,
    "SLRY": AccountKind.CURRENT,
    "SVGS": AccountKind.SAVINGS,
    "ONDP": AccountKind.SAVINGS,
    "MOMA": AccountKind.SAVINGS,
    "CARD": AccountKind.CARD,
}
_SAVINGS_WORDS = re.compile(r"sav(?:er|ings)|spar|livret|deposit|tagesgeld", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_GONE = "deleted"
_OWED = frozenset({"closingBooked", "interimBooked", "openingBooked", "expected", "nonInvoiced"})
"""Card balances that a bank with `debitAccounting` writes as a positive debt."""


def read_accounts(bank: str, answer: Json) -> list[tuple[Account, Json]]:
    """`GET /accounts`: each account with the object it came from."""
    found = [entry for entry in objects(answer, "accounts") if optional_text(entry, "status") != _GONE]
    return [(_account(bank, entry), entry) for entry in found]


def read_card_accounts(bank: str, answer: Json) -> list[tuple[Account, Json]]:
    """`GET /card-accounts`, likewise."""
    found = [entry for entry in objects(answer, "cardAccounts") if optional_text(entry, "status") != _GONE]
    return [(_card_account(bank, entry), entry) for entry in found]


def read_balances(account: Account, source: Json, *, debts_positive: bool = False) -> tuple[Balance, ...]:
    """The `balances` of an account or of an answer; `debts_positive` is its `debitAccounting`."""
    found = []
    for entry in objects(source, "balances"):
        kind = text(entry, "balanceType")
        amount = money(entry, "balanceAmount")
        if debts_positive and account.kind is AccountKind.CARD and kind in _OWED:
            amount = -amount
        found.append(Balance(kind, amount, day(entry, "referenceDate")))
    return tuple(found)


def debts_are_positive(source: Json) -> bool:
    return flag(source, "debitAccounting") is True


def _account(bank: str, entry: Json) -> Account:
    product = optional_text(entry, "product")
    name = optional_text(entry, "displayName") or optional_text(entry, "name") or product
    kind = _KINDS.get(optional_text(entry, "cashAccountType"))
    if kind is None:
        known = bool(optional_text(entry, "cashAccountType"))
        savings = _SAVINGS_WORDS.search(f"{product} {name}")
        kind = AccountKind.SAVINGS if savings else AccountKind.OTHER if known else AccountKind.CURRENT
    iban = optional_text(entry, "iban").replace(" ", "").upper() or None
    if iban and not _IBAN.fullmatch(iban):
        raise UnreadableError("iban is no IBAN")
    return Account(
        bank=bank,
        id=text(entry, "resourceId"),
        kind=kind,
        name=name or f"{kind.value.capitalize()} account",
        currency=_currency(entry),
        iban=iban,
        masked_pan=optional_text(entry, "maskedPan") or None,
        owner=optional_text(entry, "ownerName"),
        bic=optional_text(entry, "bic") or None,
    )


def _card_account(bank: str, entry: Json) -> Account:
    name = optional_text(entry, "displayName") or optional_text(entry, "name")
    return Account(
        bank=bank,
        id=text(entry, "resourceId"),
        kind=AccountKind.CARD,
        name=name or optional_text(entry, "product") or "Card",
        currency=_currency(entry),
        masked_pan=text(entry, "maskedPan"),
        owner=optional_text(entry, "ownerName"),
        credit_limit=_credit_limit(entry),
    )


def _credit_limit(entry: Json) -> Money | None:
    return abs(money(entry, "creditLimit")) if entry.get("creditLimit") is not None else None


def _currency(entry: Json) -> str:
    currency = text(entry, "currency")
    if not _CURRENCY.fullmatch(currency):
        raise UnreadableError("currency is no currency code")
    return currency
