"""A question as it was asked: what to do and what it was narrowed down to. Follow-ups change parts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from assistant.actions.periods import Period, unit_before

_COMPARISONS = ("above", "below", "between", "about", "exactly")


@dataclass(frozen=True, slots=True)
class AmountFilter:
    """`above €50`: the size of a payment, whichever way it went."""

    value: Decimal
    comparison: str = "exactly"
    """above, below, between, about or exactly."""
    currency: str | None = None
    """ISO 4217; None matches the currency of every account, because none was said."""
    upper: Decimal | None = None
    """Upper end of `between`."""

    @classmethod
    def from_value(cls, value: Mapping[str, object]) -> AmountFilter:
        """Read the value of an `amount` entity. Raises ValueError when it is none."""
        comparison = str(value.get("comparison") or "exactly")
        if comparison not in _COMPARISONS:
            raise ValueError("not a comparison of amounts")
        upper = value.get("upper")
        currency = value.get("currency")
        return cls(
            value=_decimal(value.get("value")),
            comparison=comparison,
            currency=str(currency) if currency else None,
            upper=_decimal(upper) if upper is not None else None,
        )

    def to_value(self) -> dict[str, str | None]:
        return {
            "value": f"{self.value:f}",
            "currency": self.currency,
            "comparison": self.comparison,
            "upper": f"{self.upper:f}" if self.upper is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """What was said, word for word where it is a name: names are looked up afresh for every answer."""

    account: tuple[str, ...] = ()
    bank: tuple[str, ...] = ()
    merchant: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    direction: str | None = None
    period: tuple[Period, ...] = ()
    against: tuple[Period, ...] = ()
    """What the period is to be compared with."""
    earlier: Period | None = None
    """ "The month before" what was talked about last: see `in_time`."""
    amount: AmountFilter | None = None
    count: int | None = None

    @classmethod
    def from_entities(cls, entities: Sequence[Mapping[str, Any]]) -> Filters:
        """Read what the pipeline extracted; a value that does not keep its promise is left out."""
        names: dict[str, list[str]] = {}
        periods: dict[object, list[Period]] = {"": [], "against": [], "before": []}
        amount: AmountFilter | None = None
        direction: str | None = None
        count: int | None = None
        for entity in entities:
            kind, value = entity.get("entity"), entity.get("value")
            try:
                if kind == "period" and isinstance(value, Mapping):
                    role = entity.get("role") or ""
                    periods.get(role, periods[""]).append(Period.from_value(value))
                elif kind == "amount" and isinstance(value, Mapping):
                    amount = amount or AmountFilter.from_value(value)
                elif kind == "count" and isinstance(value, int) and value > 0:
                    count = count or value
                elif kind == "direction" and value in ("incoming", "outgoing"):
                    direction = str(value)
                elif kind in _SAID and isinstance(value, str):
                    said = names.setdefault(_SAID[kind], [])
                    if value.strip() and value not in said:
                        said.append(value)
            except ValueError:
                continue
        return cls(
            direction=direction,
            period=tuple(periods[""]),
            against=tuple(periods["against"]),
            earlier=next(iter(periods["before"]), None),
            amount=amount,
            count=count,
            **{kind: tuple(said) for kind, said in names.items()},
        )

    @classmethod
    def from_slot(cls, value: Mapping[str, Any]) -> Filters:
        amount = value.get("amount")
        names: dict[str, Any] = {kind: tuple(value.get(kind) or ()) for kind in _NAMES}
        return cls(
            **names,
            direction=value.get("direction"),
            period=tuple(Period.from_value(period) for period in value.get("period") or ()),
            against=tuple(Period.from_value(period) for period in value.get("against") or ()),
            amount=AmountFilter.from_value(amount) if amount else None,
            count=value.get("count"),
        )

    def to_slot(self) -> dict[str, Any]:
        """JSON without the parts that were not said."""
        said: dict[str, Any] = {kind: list(getattr(self, kind)) for kind in _NAMES if getattr(self, kind)}
        if self.direction:
            said["direction"] = self.direction
        for kind, periods in (("period", self.period), ("against", self.against)):
            if periods:
                said[kind] = [period.to_value() for period in periods]
        if self.amount:
            said["amount"] = self.amount.to_value()
        if self.count:
            said["count"] = self.count
        return said

    def __bool__(self) -> bool:
        return self != Filters()

    def refined(self, said: Filters) -> Filters:
        """These filters with the parts that were said now in place of the earlier ones.

        A shop replaces a category and the other way round, an account a bank: both answer the
        same "which ones". What a time was compared with goes with that time, and
        "only the ones above fifty" are not looked for among the last five alone.
        """
        changes: dict[str, Any] = {
            part: getattr(said, part)
            for part in (*_NAMES, "direction", "period", "against", "amount", "count")
            if getattr(said, part)
        }
        for part, other in _RIVALS:
            if part in changes and other not in changes:
                changes[other] = getattr(_NOTHING, other)
        return replace(self, **changes)

    def in_time(self, last: Filters | None, today: date) -> Filters:
        """With "the month before" counted back from the time of the last question, if there was one."""
        if self.earlier is None:
            return self
        if last is None:
            return replace(self, period=(*self.period, self.earlier), earlier=None)
        since = last.period[0].start if last.period else today
        return replace(self, period=(*self.period, unit_before(since, self.earlier)), earlier=None)


_NAMES = ("account", "bank", "merchant", "category", "place")
_SAID = {**{name: name for name in _NAMES}, "payee": "merchant"}
"""Entities by the field that they fill. Who is to be paid and who was paid are told apart by the intent."""
_RIVALS = (
    ("merchant", "category"),
    ("category", "merchant"),
    ("account", "bank"),
    ("bank", "account"),
    ("period", "against"),
    ("amount", "count"),
)


_NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Choice:
    """One short question that is open: which of these names was meant."""

    part: str
    """Field of the filters that the name belongs to."""
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The slot `query`."""

    action: str
    filters: Filters = field(default_factory=Filters)
    choice: Choice | None = None

    @classmethod
    def from_slot(cls, value: object) -> Question | None:
        """None for an empty slot, and for one that something else has written."""
        if not isinstance(value, Mapping) or not isinstance(value.get("action"), str):
            return None
        choice = value.get("choice")
        try:
            return cls(
                action=value["action"],
                filters=Filters.from_slot(value.get("filters") or {}),
                choice=Choice(choice["part"], tuple(choice["options"])) if choice else None,
            )
        except (ValueError, TypeError, KeyError):
            return None

    def to_slot(self) -> dict[str, Any]:
        slot: dict[str, Any] = {"action": self.action, "filters": self.filters.to_slot()}
        if self.choice:
            slot["choice"] = {"part": self.choice.part, "options": list(self.choice.options)}
        return slot

    def chosen(self, option: str) -> Question:
        """The same question with the open choice made."""
        if self.choice is None:
            raise ValueError("no choice is open")
        made: dict[str, Any] = {self.choice.part: (option,)}
        return Question(self.action, replace(self.filters, **made))


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if not number.is_finite() or number < 0:
        raise ValueError("not an amount")
    return number
