"""The payment that is being talked about: the slot `payment`. Nothing in it is filled in by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from assistant.actions.money.said import Said
from assistant.bank.payment import Frequency, Match, Payee
from assistant.money import Money


class Step(str, Enum):
    """Which question is open."""

    PAYEE = "payee"
    AMOUNT = "amount"
    CURRENCY = "currency"
    SOURCE = "source"
    DAY = "day"
    OFTEN = "often"
    """How often a standing order is carried out."""
    PHONE = "phone"
    """Which number is to be topped up."""
    WHICH = "which"
    """One of `options` was meant, for `part`."""
    OTHER_SOURCE = "other source"
    """There is not enough money in the account."""
    READ_BACK = "read back"
    """The only question to which a yes moves money."""
    CHANGE = "change"
    """The read-back was denied."""
    RETRY = "retry"
    """A bank failed before anything was handed over."""
    PASSCODE = "passcode"
    """The yes was said, and the guard wants to know whose it was."""
    METHOD = "method"
    CODE = "code"
    CONFIRMATION = "confirmation"
    """The code that the bank's page shows at its end."""
    APP = "app"
    PAGE = "page"
    END = "end"
    """`ended` tells how."""

    @property
    def is_confirming(self) -> bool:
        """The order is at the bank, and the bank waits for the customer."""
        return self in (Step.METHOD, Step.CODE, Step.CONFIRMATION, Step.APP, Step.PAGE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is paid, found among those that the customer knows."""

    label: str
    """As the customer calls it: a name, or an own account's."""
    name: str
    """The holder of the account."""
    iban: str = field(default="", repr=False)
    masked_pan: str = ""
    own: bool = False
    """An account or a card of the customer's own."""
    known: bool = True
    """On the own list or paid before."""

    @property
    def payee(self) -> Payee:
        return Payee(self.name, self.iban, self.masked_pan)


@dataclass(frozen=True, slots=True)
class Source:
    """The account that pays."""

    bank: str
    id: str
    label: str
    currency: str


@dataclass(frozen=True, slots=True)
class Draft:
    said_payee: str = ""
    """The name that was said and is to be found yet."""
    said_target: str = ""
    """The same for an account of the customer's own that is to receive it."""
    said_source: str = ""
    refused: tuple[str, ...] = ()
    """Names of payees that were not meant."""
    to: Recipient | None = None
    value: Decimal | None = None
    currency: str | None = None
    """ISO 4217; None while nobody has said it and it is not certain."""
    rejected: tuple[str, ...] = ()
    """Amounts that were read back, and then corrected by voice."""
    spelled: bool = False
    """The amount is asked for digit by digit."""
    doubt: bool = False
    """The amount or the name could have been heard another way: the read-back says more."""
    source: Source | None = None
    remittance: str = ""
    on: date | None = None
    instant: bool = False
    standing: bool = False
    """A standing order, whose first day is `on`."""
    frequency: Frequency | None = None
    until: date | None = None
    """Its last day; None for until it is cancelled."""
    whole: bool = False
    """What is owed on the card that is paid, instead of an amount."""
    bank: str = ""
    """The only bank that can pay it; empty for any."""
    request: str = ""
    """Id of the request to pay that it answers: payee, amount and reference are the request's."""
    offered: tuple[str, ...] = ()
    """The only amounts that a top-up can have."""
    cancels: str = ""
    """Our id of the payment that is to be cancelled; nothing is paid."""
    then: Mapping[str, Any] = field(default_factory=dict)
    """The draft that takes the place of what is cancelled."""
    step: Step | None = None
    part: str = ""
    options: tuple[str, ...] = ()
    choices: tuple[tuple[str, str | None], ...] = ()
    """Amounts behind `options`, when `part` is the amount: value and currency."""
    checked: str = ""
    """What payee verification and funds were last asked for; empty for nothing."""
    match: Match | None = None
    """What the bank says of the payee's name."""
    right_name: str = ""
    """The name that it knows instead, on a close match."""
    twin: date | None = None
    """The day on which the very same was ordered before."""
    resumes: str = ""
    """Our id of that one where it was never finished: a yes goes on with it instead of ordering anew."""
    asks: tuple[Said, ...] = ()
    """The question of the bank's confirmation, ready to be said."""
    ended: tuple[Said, ...] = ()
    payment: str = ""
    """Our id of what was read back last, so that one yes is one payment whichever process hears it."""

    @property
    def money(self) -> Money | None:
        if self.value is None or self.currency is None:
            return None
        return Money(self.value, self.currency)

    def at(self, step: Step, **changes: Any) -> Draft:
        """With another open question."""
        settled: dict[str, Any] = {"part": "", "options": (), "choices": (), "asks": ()}
        return replace(self, step=step, **(settled | changes))

    def end(self, *said: Said) -> Draft:
        return self.at(Step.END, ended=said)

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Draft:
        """A new one for an empty slot. Raises ValueError, TypeError or KeyError for one that is not ours."""
        if slot is None:
            return cls()
        known = {each.name for each in fields(cls)}
        read = {name: _READ.get(name, _same)(value) for name, value in slot.items() if name in known}
        return cls(**read)

    def to_slot(self) -> dict[str, Any]:
        """JSON without the parts that nobody has said."""
        written = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _written(value) for name, value in written.items() if value not in _EMPTY}


_EMPTY: tuple[Any, ...] = (None, "", (), False, {})


def _same(value: Any) -> Any:
    return value


_READ: Mapping[str, Any] = {
    "refused": tuple,
    "rejected": tuple,
    "options": tuple,
    "choices": lambda value: tuple((each[0], each[1]) for each in value),
    "to": lambda value: Recipient(**value),
    "source": lambda value: Source(**value),
    "value": Decimal,
    "frequency": Frequency,
    "offered": tuple,
    "on": date.fromisoformat,
    "until": date.fromisoformat,
    "twin": date.fromisoformat,
    "step": Step,
    "match": Match,
    "asks": Said.read,
    "ended": Said.read,
}


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Said):
        return value.written()
    if isinstance(value, Recipient | Source):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    return value
