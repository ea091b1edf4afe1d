"""Entries of account and card reports as XS2A writes them, in our own words. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assistant.bank.model import Account, AccountKind, Merchant, Transaction
from assistant.bank.reading import (
    Json,
    UnreadableError,
    day,
    flag,
    member,
    money,
    optional_member,
    optional_objects,
    optional_text,
)
from assistant.money import Money

# Outside card accounts 1.3.11 has no place for a merchant. Banks put the category (ISO 18245) into
# their own code and merchant, town, country and card into the free text of a card payment.
_CARD_CODE = re.compile(r"\bCARD/(?P<category>[0-9]{4})\b")
_CARD_FAMILIES = re.compile(r"PMNT-[CM]CRD\b")
_CARD_TEXT = re.compile(
    r"(?P<name>.+), (?P<town>[^,]*), (?P<country>[A-Z]{2}), (?P<pan>[0-9]{0,6}[*xX]{2,}[0-9]{1,4})"
)
# ISO 20022 families whose entries are debits: credit transfers issued, direct debits received.
_ISSUED = re.compile(r"PMNT-(ICDT|IRCT|RDDT)\b")
_NO_ID = "NOTPROVIDED"
"""What SEPA writes for a payment that was given no id."""
_CATEGORY = re.compile(r"[0-9]{4}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_report(account: Account, answer: Json, until: date) -> list[Transaction]:
    """Booked and pending entries of one page.

    A pending entry without a day, or with an expected one that is still to come, counts as of `until`,
    the day up to which was asked. Raises
    UnreadableError when anything in it is not what the protocol promises: a report that lacks one
    entry would make a wrong sum.
    """
    read = _card_entry if account.kind is AccountKind.CARD else _account_entry
    flipped = flag(answer, "debitAccounting") is True
    return [read(account, entry, pending, until, flipped) for pending, entry in _entries(_report(answer))]


def next_page(answer: Json) -> object:
    """`_links.next.href` of a page, None on the last one."""
    link = optional_member(_report(answer), "_links").get("next")
    return link.get("href") if isinstance(link, dict) else link


def _report(answer: Json) -> Json:
    """`transactions`, or for cards `cardTransactions`; some banks use the first for both."""
    name = "cardTransactions" if "cardTransactions" in answer else "transactions"
    report = member(answer, name)
    if not report.keys() & {"booked", "pending"}:
        raise UnreadableError(f"{name} holds no entries")
    return report


def _entries(report: Json) -> Iterator[tuple[bool, Json]]:
    for entry in optional_objects(report, "booked"):
        yield False, entry
    for entry in optional_objects(report, "pending"):
        yield True, entry


def _account_entry(account: Account, entry: Json, pending: bool, until: date, _flipped: bool) -> Transaction:
    leaves = _leaves(account, entry)
    amount = money(entry, "transactionAmount")
    parties = ("creditorName", "ultimateCreditor") if leaves else ("debtorName", "ultimateDebtor")
    merchant, pan = _merchant_of_text(entry)
    end_to_end = optional_text(entry, "endToEndId")
    return Transaction(
        bank=account.bank,
        account_id=account.id,
        id=optional_text(entry, "transactionId") or optional_text(entry, "entryReference"),
        money=-abs(amount) if leaves else amount,
        on=_day(entry, pending, until, ("bookingDate", "valueDate")),
        pending=pending,
        counterparty=_first(entry, parties) or (merchant.name if merchant else ""),
        remittance=_remittance(entry),
        merchant=merchant,
        card_masked_pan=pan,
        purpose_code=optional_text(entry, "purposeCode") or None,
        counterparty_iban=_iban(entry, "creditorAccount" if leaves else "debtorAccount") or None,
        end_to_end=end_to_end if end_to_end != _NO_ID else "",
    )


def _leaves(account: Account, entry: Json) -> bool:
    """Whether the money left the account.

    The standard writes a debit with a minus. Some banks leave it out, as the standard's own example
    does, and then the party that is not the customer tells; between the customer's own accounts,
    where both are, the bank's code does.
    """
    if money(entry, "transactionAmount").is_negative:
        return True
    to_other, from_other = _is_other(account, entry, "creditor"), _is_other(account, entry, "debtor")
    if to_other or from_other:
        return not from_other
    return bool(_ISSUED.match(optional_text(entry, "bankTransactionCode")))


def _is_other(account: Account, entry: Json, side: str) -> bool:
    """Whether that side is named and is not the account's own holder."""
    iban = _iban(entry, f"{side}Account")
    if iban and account.iban:
        return iban != account.iban
    name = optional_text(entry, f"{side}Name").casefold()
    # A joint account's owner is "Anna Keller and Conor Walsh".
    return bool(iban) or bool(name and name not in account.owner.casefold())


def _iban(entry: Json, name: str) -> str:
    """Electronic form; empty when the account is not named or has none."""
    return optional_text(optional_member(entry, name), "iban").replace(" ", "").upper()


def _merchant_of_text(entry: Json) -> tuple[Merchant | None, str | None]:
    """Merchant and masked card of a payment by debit card."""
    code = _CARD_CODE.search(optional_text(entry, "proprietaryBankTransactionCode"))
    if code is None and not _CARD_FAMILIES.match(optional_text(entry, "bankTransactionCode")):
        return None, None
    told = _CARD_TEXT.fullmatch(optional_text(entry, "additionalInformation"))
    category = code["category"] if code else None
    if told:
        return Merchant(told["name"], told["town"] or None, told["country"], category), told["pan"]
    name = _first(entry, ("creditorName", "debtorName"))
    return (Merchant(name, category_code=category) if name else None), None


def _card_entry(account: Account, entry: Json, pending: bool, until: date, flipped: bool) -> Transaction:
    amount = money(entry, "transactionAmount")
    if flipped:
        amount = -amount
    merchant = _acceptor(entry)
    counterparty = merchant.name if merchant else ""
    if not merchant and not amount.is_negative:
        # What comes in on a card without a shop is its holder paying the bill.
        counterparty = account.owner or account.name
    return Transaction(
        bank=account.bank,
        account_id=account.id,
        id=optional_text(entry, "cardTransactionId"),
        money=amount,
        on=_day(entry, pending, until, ("bookingDate", "transactionDate", "valueDate")),
        pending=pending,
        counterparty=counterparty,
        remittance=optional_text(entry, "transactionDetails"),
        merchant=merchant,
        original=_original(entry, amount),
        card_masked_pan=optional_text(entry, "maskedPAN") or account.masked_pan,
    )


def _acceptor(entry: Json) -> Merchant | None:
    """Who took the card. Some banks send the terminal's number as its id: then the text names the shop."""
    name = optional_text(entry, "cardAcceptorId")
    address = optional_member(entry, "cardAcceptorAddress")
    category = optional_text(entry, "merchantCategoryCode")
    if not any(letter.isalpha() for letter in name):
        name = optional_text(entry, "transactionDetails") if name or address or category else ""
    if not name:
        return None
    country = optional_text(address, "country").upper()
    return Merchant(
        name=name,
        city=optional_text(address, "townName") or None,
        country=country if _COUNTRY.fullmatch(country) else None,
        category_code=category if _CATEGORY.fullmatch(category) else None,
    )


def _original(entry: Json, amount: Money) -> Money | None:
    """In the merchant's currency, with the sign of the amount that was billed."""
    if entry.get("originalAmount") is None:
        return None
    original = abs(money(entry, "originalAmount"))
    if original.currency == amount.currency:
        return None
    return -original if amount.is_negative else original


def _day(entry: Json, pending: bool, until: date, names: tuple[str, ...]) -> date:
    for name in names:
        found = day(entry, name)
        if found is not None:
            return min(found, until) if pending else found
    if pending:
        return until
    raise UnreadableError("bookingDate is missing")


def _remittance(entry: Json) -> str:
    plain = optional_text(entry, "remittanceInformationUnstructured")
    if plain:
        return plain
    lines = entry.get("remittanceInformationUnstructuredArray")
    if isinstance(lines, list):
        return " ".join(line for line in lines if isinstance(line, str))
    return ""


def _first(entry: Json, names: tuple[str, ...]) -> str:
    return next((found for found in (optional_text(entry, name) for name in names) if found), "")
