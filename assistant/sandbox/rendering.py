"""From rows to the JSON objects of XS2A 1.3.11."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Row

from assistant.sandbox.catalogue import CUSTOMERS
from assistant.sandbox.ledger import Account, Sums
from assistant.sandbox.quirks import Quirk

Json = dict[str, Any]
Link = Callable[[str], dict[str, str]]
"""Turns a path below the bank's prefix into an XS2A `hrefType`."""


def amount(minor: int, currency: str) -> Json:
    whole, rest = divmod(abs(minor), 100)
    return {"currency": currency, "amount": f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"}


def owner_name(account: Account) -> str:
    return " and ".join(CUSTOMERS[login].name for login in account.plan.owners)


def reference(account: Account) -> Json:
    named = {"maskedPan": account.plan.card} if account.plan.is_card_account else {"iban": account.iban}
    return {**named, "currency": account.plan.currency}


def path_of(account: Account) -> str:
    return f"/{'card-accounts' if account.plan.is_card_account else 'accounts'}/{account.id}"


def account_details(
    account: Account,
    link: Link,
    *,
    balances: bool,
    transactions: bool,
    blocked: bool,
    sums: list[Json] | None = None,
) -> Json:
    """`balances` and `transactions` say which links the consent allows."""
    plan = account.plan
    details: Json = {
        "resourceId": account.id,
        **reference(account),
        "name": plan.name,
        "displayName": plan.name,
        "product": plan.product,
        "ownerName": owner_name(account),
        "status": "blocked" if blocked else "enabled",
        "usage": "PRIV",
    }
    if plan.credit_limit is not None:
        details["debitAccounting"] = False
        details["creditLimit"] = amount(plan.credit_limit, plan.currency)
    else:
        details["cashAccountType"] = plan.cash_account_type
        details["bic"] = account.bank.bic
    links = {}
    if balances:
        links["balances"] = link(f"{path_of(account)}/balances")
    if transactions:
        links["transactions"] = link(f"{path_of(account)}/transactions")
    if links:
        details["_links"] = links
    if sums is not None:
        details["balances"] = sums
    return details


def balance_list(account: Account, sums: Sums, today: date, quirks: frozenset[Quirk]) -> list[Json]:
    """Booked yesterday, booked now, and what can be spent: for a card, its limit included."""
    currency = account.plan.currency
    limit = account.plan.credit_limit
    yesterday = (today - timedelta(days=1)).isoformat()
    now = today.isoformat()
    found: list[Json] = [
        _balance("closingBooked", sums.closed, currency, yesterday),
        _balance("interimBooked", sums.booked, currency, now),
        {
            **_balance("interimAvailable", sums.available + (limit or 0), currency, now),
            "creditLimitIncluded": bool(limit),
        },
    ]
    if limit:
        found.insert(2, _balance("nonInvoiced", sums.this_month, currency, now))
    if Quirk.MANY_BALANCES in quirks:
        found.insert(0, _balance("interimAvailable", 0, "CHF" if currency == "GBP" else "USD", now))
        found.append(
            _balance("forwardAvailable", sums.available, currency, (today + timedelta(days=7)).isoformat())
        )
    return found


def _balance(kind: str, minor: int, currency: str, day: str) -> Json:
    return {"balanceAmount": amount(minor, currency), "balanceType": kind, "referenceDate": day}


def transaction(account: Account, row: Row, today: str) -> Json:
    """An entry of an account. What is pending has no `bookingDate` yet."""
    currency = account.plan.currency
    leaves = row.minor < 0
    party = "creditor" if leaves else "debtor"
    pending = row.booked_on > today
    found: Json = {"transactionId": row.id, "entryReference": row.id}
    if row.end_to_end:
        found["endToEndId"] = row.end_to_end
    if not pending:
        found["bookingDate"] = row.booked_on
    found["valueDate"] = row.made_on
    found["transactionAmount"] = amount(row.minor, currency)
    found[f"{party}Name"] = row.counterparty
    if row.counterparty_iban:
        found[f"{party}Account"] = {"iban": row.counterparty_iban}
    found["remittanceInformationUnstructured"] = row.remittance
    found["bankTransactionCode"] = row.bank_code
    if row.purpose:
        found["purposeCode"] = row.purpose
    if row.category:
        # 1.3.11 has no field for the merchant's category outside card accounts; banks put it into
        # their own code, and the place into the free text for the customer.
        found["proprietaryBankTransactionCode"] = f"CARD/{row.category}"
        found["additionalInformation"] = f"{row.counterparty}, {row.city}, {row.country}, {account.plan.card}"
    if row.original_currency:
        found["currencyExchange"] = [_exchange(row, currency)]
    return found


def card_transaction(account: Account, row: Row, today: str) -> Json:
    currency = account.plan.currency
    pending = row.booked_on > today
    found: Json = {"cardTransactionId": row.id, "transactionDate": row.made_on}
    if not pending:
        found["bookingDate"] = row.booked_on
    found["transactionAmount"] = amount(row.minor, currency)
    if row.original_currency:
        found["originalAmount"] = amount(row.original_minor, row.original_currency)
        found["currencyExchange"] = [_exchange(row, currency)]
    if row.category:
        found["cardAcceptorId"] = row.counterparty
        found["cardAcceptorAddress"] = {"townName": row.city, "country": row.country}
        found["merchantCategoryCode"] = row.category
    found["maskedPAN"] = account.plan.card
    found["transactionDetails"] = row.counterparty if row.category else row.remittance
    found["invoiced"] = not pending and row.booked_on < today[:8]
    found["proprietaryBankTransactionCode"] = row.bank_code
    return found


def _exchange(row: Row, currency: str) -> Json:
    return {
        "sourceCurrency": row.original_currency,
        "exchangeRate": row.rate,
        "unitCurrency": row.original_currency,
        "targetCurrency": currency,
        "quotationDate": row.made_on,
    }
