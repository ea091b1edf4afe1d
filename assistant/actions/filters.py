"""Which transactions an answer is about: pure functions over what the bank sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from assistant.actions.categories import belongs
from assistant.actions.periods import Period
from assistant.actions.question import AmountFilter
from assistant.bank.model import Account, Transaction

_ABOUT = Decimal("0.1")
"""How far from "about fifty" a payment may be: a tenth."""

_OWN_PURPOSES = frozenset({"CCRD", "SAVG"})
"""ISO 20022 purposes of moving one's own money: a card bill, a transfer to savings."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where something was bought: in one of these cities or countries, or anywhere but at home."""

    cities: frozenset[str] = frozenset()
    """Case-folded."""
    countries: frozenset[str] = frozenset()
    """ISO 3166 alpha-2."""
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Sieve:
    """What a transaction must be to count; None and empty let everything through."""

    period: Period | None = None
    names: frozenset[str] = frozenset()
    """Case-folded names of merchants and other counterparties."""
    categories: frozenset[str] = frozenset()
    places: Places | None = None
    direction: str | None = None
    """incoming or outgoing."""
    amount: AmountFilter | None = None
    home: str | None = None
    """ISO 3166 alpha-2 country of the customer, for telling what is abroad."""

    def lets_through(self, transaction: Transaction) -> bool:
        return (
            (self.period is None or transaction.on in self.period)
            and (self.direction is None or direction_of(transaction) == self.direction)
            and (not self.names or bool(self.names & names_of(transaction)))
            and (not self.categories or belongs(transaction, self.categories))
            and (self.amount is None or amount_fits(transaction, self.amount))
            and (self.places is None or self._is_at(transaction, self.places))
        )

    def sift(self, transactions: Iterable[Transaction]) -> list[Transaction]:
        """Those that count, newest first."""
        return newest_first(each for each in transactions if self.lets_through(each))

    def _is_at(self, transaction: Transaction, places: Places) -> bool:
        merchant = transaction.merchant
        if merchant is None:
            return False
        return (
            (places.abroad and is_abroad(transaction, self.home))
            or (merchant.city or "").casefold() in places.cities
            or (merchant.country or "") in places.countries
        )


def newest_first(transactions: Iterable[Transaction]) -> list[Transaction]:
    return sorted(transactions, key=lambda each: each.on, reverse=True)


def display_name(transaction: Transaction) -> str:
    """Who was paid or who paid, empty when the bank told neither."""
    return (transaction.merchant.name if transaction.merchant else "") or transaction.counterparty


def names_of(transaction: Transaction) -> frozenset[str]:
    merchant = transaction.merchant.name if transaction.merchant else ""
    return frozenset(name.casefold() for name in (merchant, transaction.counterparty) if name)


def direction_of(transaction: Transaction) -> str:
    return "outgoing" if transaction.money.is_negative else "incoming"


def amount_fits(transaction: Transaction, wanted: AmountFilter) -> bool:
    """Compare sizes, not signs. A currency that was said must be that of the account or of the shop."""
    for money in (transaction.money, transaction.original):
        if money is None or wanted.currency not in (None, money.currency):
            continue
        if wanted.currency is None and money is transaction.original:
            continue
        if _size_fits(abs(money.amount), wanted):
            return True
    return False


def _size_fits(size: Decimal, wanted: AmountFilter) -> bool:
    if wanted.comparison == "above":
        return size > wanted.value
    if wanted.comparison == "below":
        return size < wanted.value
    if wanted.comparison == "between" and wanted.upper is not None:
        low, high = sorted((wanted.value, wanted.upper))
        return low <= size <= high
    if wanted.comparison == "about":
        return abs(size - wanted.value) <= wanted.value * _ABOUT
    return size == wanted.value


def is_card_payment(transaction: Transaction, card_accounts: Collection[tuple[str, str]]) -> bool:
    """Paid by card: a debit that names its merchant or its card, or any on a card account.

    `card_accounts` holds (bank, account id).
    """
    if not transaction.money.is_negative:
        return False
    on_card = (transaction.bank, transaction.account_id) in card_accounts
    return on_card or transaction.merchant is not None or transaction.card_masked_pan is not None


def is_own_transfer(transaction: Transaction, accounts: Iterable[Account]) -> bool:
    """The customer's own money moved between own accounts: neither spent nor earned."""
    if transaction.merchant is not None:
        return False
    if transaction.purpose_code in _OWN_PURPOSES:
        return True
    other = transaction.counterparty.casefold()
    return bool(other) and any(other in (each.owner.casefold(), each.name.casefold()) for each in accounts)


def is_abroad(transaction: Transaction, home: str | None) -> bool:
    country = transaction.merchant.country if transaction.merchant else None
    return country is not None and home is not None and country != home


def home_country(accounts: Iterable[Account]) -> str | None:
    """The country of most of the customer's IBANs, None when there is no IBAN."""
    countries = Counter(account.iban[:2] for account in accounts if account.iban)
    return countries.most_common(1)[0][0] if countries else None
