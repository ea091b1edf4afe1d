"""What a consent lets one read: XS2A `access` objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from assistant.sandbox.ledger import Account
from assistant.sandbox.refusals import RefusalError


class Right(Enum):
    """The value is the name of the list in a detailed `access`."""

    ACCOUNTS = "accounts"
    BALANCES = "balances"
    TRANSACTIONS = "transactions"


_GLOBAL = {
    "allPsd2": frozenset(Right),
    "availableAccounts": frozenset({Right.ACCOUNTS}),
    "availableAccountsWithBalance": frozenset({Right.ACCOUNTS, Right.BALANCES}),
}
_GLOBAL_VALUES = ("allAccounts", "allAccountsWithOwnerName")


def check_access(access: object, accounts: Sequence[Account]) -> dict[str, Any]:
    """The `access` of a request, found usable. Raises RefusalError FORMAT_ERROR with the faulty path."""
    if not isinstance(access, dict):
        raise RefusalError("FORMAT_ERROR", "access must be an object", path="access")
    lists = [right.value for right in Right if right.value in access]
    flags = [name for name in _GLOBAL if name in access]
    if len(flags) + bool(lists) != 1:
        raise RefusalError(
            "FORMAT_ERROR", "access is either a list of accounts or one global permission", path="access"
        )
    for name in flags:
        if access[name] not in _GLOBAL_VALUES:
            raise RefusalError(
                "FORMAT_ERROR", f"{name} must be one of {', '.join(_GLOBAL_VALUES)}", path=f"access.{name}"
            )
    for name in lists:
        _check_references(name, access[name], accounts)
    return access


def _check_references(name: str, references: object, accounts: Sequence[Account]) -> None:
    path = f"access.{name}"
    if not isinstance(references, list) or not all(isinstance(entry, dict) for entry in references):
        raise RefusalError("FORMAT_ERROR", f"{name} must be a list of account references", path=path)
    for reference in references:
        if not any(names(reference, account) for account in accounts):
            raise RefusalError("FORMAT_ERROR", "no such account at this bank", path=path)


def covers(access: Mapping[str, Any], right: Right, account: Account) -> bool:
    """True when that account may be read in that way."""
    for name, rights in _GLOBAL.items():
        if name in access:
            return right in rights
    if right is Right.ACCOUNTS:
        # Whoever may read balances or transactions may know the account too.
        return any(_listed(access, listed, account) for listed in Right)
    return _listed(access, right, account)


def _listed(access: Mapping[str, Any], right: Right, account: Account) -> bool:
    """An empty list leaves the choice to the customer, who at this bank chooses everything."""
    references = access.get(right.value)
    if references is None:
        return False
    return not references or any(names(reference, account) for reference in references)


def names(reference: Mapping[str, Any], account: Account) -> bool:
    """Whether an XS2A account reference is for that account."""
    if reference.get("currency", account.plan.currency) != account.plan.currency:
        return False
    if "iban" in reference:
        return account.iban is not None and str(reference["iban"]).replace(" ", "") == account.iban
    return (
        "maskedPan" in reference
        and account.plan.is_card_account
        and reference["maskedPan"] == account.plan.card
    )
