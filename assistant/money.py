"""Amounts: a `Decimal` and a currency, never a float and never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# XS2A 1.3 writes amounts with at most 14 digits before the point and 3 behind it.
_XS2A_AMOUNT = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class CurrencyMismatchError(ValueError):
    """Two amounts in different currencies were added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one ISO 4217 currency. Negative means that money left the account."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("an amount is a Decimal, not " + type(self.amount).__name__)
        if not self.amount.is_finite():
            raise ValueError("an amount must be finite")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"not an ISO 4217 currency code: {self.currency!r}")

    @classmethod
    def parse(cls, amount: object, currency: object) -> Money:
        """Read the two strings of an XS2A `Amount` object.

        Raises ValueError for anything else than a decimal string of the standard's pattern: a
        bank that sends a JSON number has already rounded it once.
        """
        if not isinstance(amount, str) or not _XS2A_AMOUNT.fullmatch(amount):
            raise ValueError(f"not an XS2A amount: {amount!r}")
        if not isinstance(currency, str):
            raise ValueError(f"not a currency: {currency!r}")
        try:
            return cls(Decimal(amount), currency)
        except InvalidOperation as error:  # unreachable by the pattern, kept as one error type
            raise ValueError(f"not an XS2A amount: {amount!r}") from error

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @property
    def is_negative(self) -> bool:
        return self.amount < 0

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        """The form for logs and errors, `12.50 EUR`; people get `assistant.actions.wording`."""
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency}")
        return other.amount


def sum_by_currency(amounts: list[Money]) -> list[Money]:
    """One total for each currency, the currency with most entries first.

    Totals are never converted: a rate would be a guess.
    """
    totals: dict[str, Money] = {}
    counts: dict[str, int] = {}
    for money in amounts:
        totals[money.currency] = totals.get(money.currency, Money.zero(money.currency)) + money
        counts[money.currency] = counts.get(money.currency, 0) + 1
    return sorted(totals.values(), key=lambda total: (-counts[total.currency], total.currency))
