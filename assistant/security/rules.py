"""What the customer has set: limits by currency, how long a passcode counts, what is said aloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from assistant.bank.payment import Payment, PaymentState
from assistant.errors import LimitError, NoLimitError
from assistant.money import Money

DAY = timedelta(hours=24)
"""What "a day" means for limits: the last 24 hours, so that midnight doubles nothing."""
_GONE_NOWHERE = (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Limits:
    """In one currency; no rate is guessed between two."""

    payment: Decimal
    """The most for one payment."""
    day: Decimal
    """The most within 24 hours, what may have left included."""
    new_payee: Decimal
    """The most for one payment to somebody who was never paid before."""

    def __post_init__(self) -> None:
        """Raises ValueError for limits that cannot be kept."""
        for each in (self.payment, self.day, self.new_payee):
            if not each.is_finite() or each < 0 or each != each.quantize(Decimal("0.01")):
                raise ValueError("a limit is an amount of zero or more, with cents at most")
        if not self.new_payee <= self.payment <= self.day:
            raise ValueError("for a new payee no more than for one payment, for that no more than for a day")


_USUAL = Limits(payment=Decimal(1_000), day=Decimal(2_000), new_payee=Decimal(250))
"""Rent fits; an account is not emptied in a day. A currency that is not in the first rules pays nothing."""


@dataclass(frozen=True, slots=True)
class Rules:
    limits: Mapping[str, Limits] = field(default_factory=lambda: {"EUR": _USUAL, "GBP": _USUAL})
    """By ISO 4217 code."""
    money_after: int = 5
    """Minutes without a guarded act after which money needs the passcode again; 0 asks every time."""
    answers_after: int | None = 15
    """The same for answers about accounts; None asks only after "lock"."""
    screen_only: bool = False
    """Answers about accounts are shown and not said."""

    def check(self, money: Money, *, new_payee: bool, spent: Money) -> None:
        """Raises LimitError or NoLimitError, whose sentence names the limit that is in the way."""
        limits = self.limits.get(money.currency)
        if limits is None:
            raise NoLimitError(f"no limit in {money.currency}")
        if new_payee and money.amount > limits.new_payee:
            raise LimitError(
                f"{money} is above {limits.new_payee} for a new payee",
                say=f"For somebody whom you pay for the first time your limit is {limits.new_payee:f} "
                f"{money.currency}.",
            )
        if money.amount > limits.payment:
            raise LimitError(
                f"{money} is above {limits.payment} for one payment",
                say=f"Your limit for one payment is {limits.payment:f} {money.currency}.",
            )
        if (spent + money).amount > limits.day:
            left = max(limits.day - spent.amount, Decimal(0))
            raise LimitError(
                f"{money} and {spent} are above {limits.day} for a day",
                say=f"Of your limit for a day {left:f} {money.currency} are left.",
            )

    def to_json(self) -> dict[str, Any]:
        return {
            "limits": {
                currency: [str(each.payment), str(each.day), str(each.new_payee)]
                for currency, each in self.limits.items()
            },
            "money_after": self.money_after,
            "answers_after": self.answers_after,
            "screen_only": self.screen_only,
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Rules:
        return cls(
            {currency: Limits(*map(Decimal, each)) for currency, each in facts["limits"].items()},
            facts["money_after"],
            facts["answers_after"],
            facts["screen_only"],
        )


def spent(payments: Iterable[Payment], currency: str, now: datetime) -> Money:
    """What left for others within the last day or may have left: everything that did not certainly stay.

    A payment of the future, after the clock was set back, counts. A dated one counts on the day of the order.
    """
    total = Money.zero(currency)
    for each in payments:
        counts = each.state not in _GONE_NOWHERE and not each.order.own and each.began > now - DAY
        if counts and each.order.money.currency == currency:
            total += each.order.money
    return total
