"""Quirks that change a finished answer."""

from __future__ import annotations

from typing import Any

from assistant.sandbox.quirks import Quirk

_AMOUNTS = ("transactionAmount", "originalAmount")
_OWED = frozenset({"closingBooked", "interimBooked", "nonInvoiced"})
_CARD = frozenset({"cardAccount", "cardAccounts", "cardTransactions"})


def disguise(body: Any, quirks: frozenset[Quirk]) -> Any:
    """The body as a bank with those quirks would send it."""
    if Quirk.POSITIVE_DEBITS in quirks:
        body = _flip_card(body) if isinstance(body, dict) and _CARD & body.keys() else _drop_signs(body)
    if Quirk.NO_END_TO_END in quirks:
        body = _without(body, "endToEndId")
    if Quirk.STRING_BOOLEANS in quirks:
        body = _string_booleans(body)
    return body


def _drop_signs(body: Any) -> Any:
    """Only the names of creditor and debtor tell the direction."""
    if isinstance(body, list):
        return [_drop_signs(value) for value in body]
    if not isinstance(body, dict):
        return body
    return {
        name: {**value, "amount": value["amount"].lstrip("-")} if name in _AMOUNTS else _drop_signs(value)
        for name, value in body.items()
    }


def _flip_card(body: Any) -> Any:
    """`debitAccounting` true: purchases and debts are positive, refunds and repayments negative."""
    if isinstance(body, list):
        return [_flip_card(value) for value in body]
    if not isinstance(body, dict):
        return body
    if body.get("balanceType") in _OWED:
        return {**body, "balanceAmount": _negated(body["balanceAmount"])}
    flipped = {
        name: _negated(value) if name in _AMOUNTS else _flip_card(value) for name, value in body.items()
    }
    if "debitAccounting" in flipped:
        flipped["debitAccounting"] = True
    return flipped


def _negated(money: dict[str, str]) -> dict[str, str]:
    amount = money["amount"]
    if amount.startswith("-"):
        amount = amount[1:]
    elif amount.strip("0."):
        amount = "-" + amount
    return {**money, "amount": amount}


def _without(body: Any, field: str) -> Any:
    if isinstance(body, dict):
        return {name: _without(value, field) for name, value in body.items() if name != field}
    if isinstance(body, list):
        return [_without(value, field) for value in body]
    return body


def _string_booleans(body: Any) -> Any:
    if isinstance(body, bool):
        return "true" if body else "false"
    if isinstance(body, dict):
        return {name: _string_booleans(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_string_booleans(value) for value in body]
    return body
