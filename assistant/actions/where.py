"""What an answer was narrowed down to, said back: ` at Tesco above €50.00 last month`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.actions.phrases import Phrases
from assistant.actions.question import AmountFilter
from assistant.actions.wording import Wording
from assistant.bank.model import AccountKind
from assistant.money import Money


@dataclass(frozen=True, slots=True)
class Where:
    """The parts, each in the words of the customer's own data."""

    merchants: tuple[str, ...] = ()
    are_people: bool = False
    """Money goes *to* people and is spent *at* shops."""
    categories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    abroad: bool = False
    accounts: tuple[str, ...] = ()
    account_kind: AccountKind | None = None
    """Of all accounts that are named, None when they differ."""
    banks: tuple[str, ...] = ()
    direction: str | None = None
    amount: AmountFilter | None = None
    currency: str | None = None
    """For writing an amount that was said without one: that of the accounts looked at."""
    period: str = ""


def describe(where: Where, manner: str, phrases: Phrases, wording: Wording) -> str:
    """The phrase with a space before it, empty when nothing was narrowed down.

    `manner` is spent, received, found or due.
    """
    parts: list[str] = []

    def add(kind: str, names: Sequence[str]) -> None:
        if names:
            parts.append(phrases(f"where.{kind}.{manner}", name=wording.all_of(names)))

    if where.direction:
        parts.append(phrases(f"where.{where.direction}"))
    add("person" if where.are_people else "merchant", where.merchants)
    add("category", where.categories)
    add("place", where.places)
    if where.abroad:
        parts.append(phrases(f"where.abroad.{manner}"))
    if where.amount:
        parts.append(_amount(where.amount, where.currency, phrases, wording))
    add("card" if where.account_kind is AccountKind.CARD else "account", where.accounts)
    add("bank", where.banks)
    if where.period:
        parts.append(where.period)
    return "".join(f" {part}" for part in parts if part)


def _amount(amount: AmountFilter, currency: str | None, phrases: Phrases, wording: Wording) -> str:
    known = amount.currency or currency

    def written(value: Decimal) -> str:
        return wording.money(Money(value, known)) if known else f"{value:f}"

    comparison = amount.comparison
    upper = amount.upper if amount.upper is not None else amount.value
    return phrases(f"where.{comparison}", amount=written(amount.value), upper=written(upper))
