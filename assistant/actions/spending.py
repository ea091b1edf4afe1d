"""Sums, shares and comparisons, all exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.bank.model import Transaction
from assistant.money import Money, sum_by_currency


@dataclass(frozen=True, slots=True)
class Spent:
    """What went out, with what came back from shops taken off."""

    totals: tuple[Money, ...]
    """Positive; one for each currency, the most frequent first."""
    refunds: tuple[Money, ...]
    """Positive; already taken off the totals."""
    payments: int
    """How many went out."""


def spent(transactions: Iterable[Transaction]) -> Spent:
    """Debits less refunds. A credit is a refund when it comes from a merchant.

    A currency in which more came back than went out has a total of zero: nothing was spent in it.
    """
    debits = [each for each in transactions if each.money.is_negative]
    credits_ = [each for each in transactions if not each.money.is_negative and each.merchant is not None]
    refunds = {money.currency: money for money in sum_by_currency([each.money for each in credits_])}
    totals = []
    for total in sum_by_currency([-each.money for each in debits]):
        left = total - refunds.get(total.currency, Money.zero(total.currency))
        totals.append(left if not left.is_negative else Money.zero(total.currency))
    return Spent(tuple(totals), tuple(refunds.values()), len(debits))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two totals of one currency."""

    now: Money
    then: Money

    @property
    def difference(self) -> Money:
        """Positive: how far apart they are."""
        return abs(self.now - self.then)

    @property
    def is_more(self) -> bool:
        return self.then < self.now

    @property
    def is_same(self) -> bool:
        return self.now == self.then

    @property
    def ratio(self) -> Decimal | None:
        """The difference as a share of the earlier total, None when there was nothing before."""
        return self.difference.amount / self.then.amount if self.then.amount else None


def compare(now: Sequence[Money], then: Sequence[Money]) -> list[Comparison]:
    """One comparison for each currency of either side, in their order; never across currencies."""
    earlier = {money.currency: money for money in then}
    later = {money.currency: money for money in now}
    return [
        Comparison(
            later.get(currency, Money.zero(currency)),
            earlier.get(currency, Money.zero(currency)),
        )
        for currency in dict.fromkeys([*later, *earlier])
    ]


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    total: Money
    """Positive."""
    payments: int


def largest_groups(
    transactions: Iterable[Transaction], key: Callable[[Transaction], str | None]
) -> list[Group]:
    """Debits less refunds by key and currency, the largest first; what has no key is left out.

    Groups in different currencies are ordered by their plain figures, without any rate.
    """
    members: dict[tuple[str, str], list[Transaction]] = {}
    for transaction in transactions:
        if transaction.money.is_negative or transaction.merchant is not None:
            name = key(transaction)
            if name:
                members.setdefault((name, transaction.money.currency), []).append(transaction)
    groups = [
        Group(
            name,
            sum((-each.money for each in belonging), Money.zero(currency)),
            sum(each.money.is_negative for each in belonging),
        )
        for (name, currency), belonging in members.items()
    ]
    return sorted(
        (group for group in groups if group.total.amount > 0),
        key=lambda group: (-group.total.amount, group.key),
    )
