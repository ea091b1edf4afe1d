"""What a customer can order and what becomes of it. Nothing about money has a default."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from assistant.bank.iban import check_iban
from assistant.bank.model import Account, AccountKind
from assistant.errors import AccountError, AmountError, OrderError, ScheduleError
from assistant.money import Money

_CENT = Decimal("0.01")
_MOST = Decimal("999999999.99")
"""The most that SEPA carries in one credit transfer."""
LONGEST_NAME = 70
LONGEST_REMITTANCE = 140
"""Characters, by XS2A and SEPA."""


class Product(str, Enum):
    """How a payment travels; the value is XS2A's `payment-product`."""

    SEPA = "sepa-credit-transfers"
    """In a working day or two."""
    INSTANT = "instant-sepa-credit-transfers"
    """Within ten seconds, and not to be called back."""


class Frequency(str, Enum):
    """XS2A `frequency`, where the customer need not name months."""

    DAILY = "Daily"
    WEEKLY = "Weekly"
    EVERY_TWO_WEEKS = "EveryTwoWeeks"
    MONTHLY = "Monthly"
    EVERY_TWO_MONTHS = "EveryTwoMonths"
    QUARTERLY = "Quarterly"
    SEMI_ANNUAL = "SemiAnnual"
    ANNUAL = "Annual"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a standing order is carried out."""

    start: date
    frequency: Frequency
    until: date | None = None
    """Last day; None for until it is cancelled."""
    day_of_month: int | None = None
    """1 to 31, where 31 is the last day of a month; None for the day of `start`."""


@dataclass(frozen=True, slots=True)
class Payee:
    name: str
    """The holder of the account, as the bank of the payee knows it."""
    iban: str = field(repr=False)
    """Electronic form; empty for a card of the customer's own."""
    masked_pan: str = ""
    """`414932******3241`, when a card's balance is paid."""


@dataclass(frozen=True, slots=True)
class Order:
    """A payment as the customer confirmed it. Made by `order_to_payee` and `order_to_own_account`."""

    bank: str
    """Name of the connected bank that pays."""
    debtor_iban: str = field(repr=False)
    payee: Payee
    money: Money
    product: Product
    remittance: str
    """What the payee reads beside it; may be empty."""
    on: date | None = None
    """The day on which it is to be carried out; None for now."""
    schedule: Schedule | None = None
    """Makes it a standing order."""
    request: str = field(default="", repr=False)
    """Id of the request to pay that it answers, at the bank that pays."""
    own: bool = False
    """The payee is another account of the customer's own, so the money stays theirs."""

    @property
    def first_day(self) -> date | None:
        """The first day on which money moves; None for the day of the order."""
        return self.schedule.start if self.schedule else self.on


def order_to_payee(
    account: Account,
    payee: Payee,
    money: Money,
    product: Product,
    *,
    remittance: str,
    today: date,
    on: date | None = None,
    schedule: Schedule | None = None,
) -> Order:
    """A payment from one of the customer's accounts, in that account's currency.

    Raises AccountError, AmountError, IbanError, ScheduleError or OrderError for what no bank would take.
    """
    payee = replace(payee, iban=check_iban(payee.iban))
    return _order(account, payee, money, product, remittance, on, schedule, today)


def order_to_own_account(
    source: Account,
    target: Account,
    money: Money,
    product: Product,
    *,
    remittance: str,
    today: date,
    on: date | None = None,
    schedule: Schedule | None = None,
) -> Order:
    """A payment between two accounts of the customer, or of a card's balance. Raises as `order_to_payee`."""
    holder = target.owner or source.owner
    if target.iban is not None:
        payee = Payee(holder, check_iban(target.iban))
    elif target.masked_pan is not None:
        payee = Payee(holder, "", target.masked_pan)
    else:
        raise AccountError("the account has no number")
    return replace(_order(source, payee, money, product, remittance, on, schedule, today), own=True)


def _order(
    account: Account,
    payee: Payee,
    money: Money,
    product: Product,
    remittance: str,
    on: date | None,
    schedule: Schedule | None,
    today: date,
) -> Order:
    if account.iban is None or account.kind is AccountKind.CARD:
        raise AccountError("the account has no IBAN")
    if money.currency != account.currency:
        raise AccountError(f"{money.currency} from an account in {account.currency}")
    if not 0 < money.amount <= _MOST or money.amount != money.amount.quantize(_CENT):
        raise AmountError("the amount cannot be paid")
    order = Order(
        bank=account.bank,
        debtor_iban=check_iban(account.iban),
        payee=replace(payee, name=one_line(payee.name, LONGEST_NAME)),
        money=money,
        product=product,
        remittance=one_line(remittance, LONGEST_REMITTANCE),
        on=on,
        schedule=schedule,
    )
    if not order.payee.name:
        raise OrderError("the payee has no name")
    if order.payee.iban == order.debtor_iban:
        raise AccountError("from an account to itself")
    _check_days(order, today)
    return order


def one_line(text: str, longest: int) -> str:
    """One line without the space around it. Raises OrderError when it is too long or cannot be written."""
    line = " ".join(text.split())
    if len(line) > longest or not line.isprintable():
        raise OrderError(f"more than {longest} characters, or signs that cannot be written")
    return line


def _check_days(order: Order, today: date) -> None:
    schedule = order.schedule
    if order.on is not None and (schedule is not None or order.on < today):
        raise ScheduleError("the day is past, or named beside a schedule")
    if schedule is None:
        return
    if schedule.start < today or (schedule.until is not None and schedule.until < schedule.start):
        raise ScheduleError("the first day is past, or after the last")
    if schedule.day_of_month is not None and not 1 <= schedule.day_of_month <= 31:
        raise ScheduleError("no day of a month")


class PaymentState(Enum):
    """What may be said of a payment. Only PAID and ARRIVED may be called paid."""

    UNKNOWN = "unknown"
    """It may or may not have reached the bank."""
    NOT_DONE = "not done"
    """Certainly nothing moved or will move: the bank never had it, or let it lapse."""
    RECEIVED = "received"
    """The bank has it and has not started."""
    ANOTHER_SIGNATURE = "another signature"
    """Another holder of the account must confirm as well."""
    CHECKED = "checked"
    """The bank has accepted it for its day."""
    CHANGED = "changed"
    """Accepted with a change, of the day for instance."""
    ON_ITS_WAY = "on its way"
    PAID = "paid"
    """It left the account."""
    ARRIVED = "arrived"
    REFUSED = "refused"
    CANCELLED = "cancelled"

    @property
    def is_paid(self) -> bool:
        return self in (PaymentState.PAID, PaymentState.ARRIVED)

    @property
    def is_final(self) -> bool:
        """Whether the assistant stops asking: what comes later, a return for instance, is a new entry."""
        return self.is_paid or self in (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED)


_STATES = {
    "RCVD": PaymentState.RECEIVED,
    "PDNG": PaymentState.RECEIVED,
    "PATC": PaymentState.ANOTHER_SIGNATURE,
    "ACTC": PaymentState.CHECKED,
    "ACCP": PaymentState.CHECKED,
    "ACFC": PaymentState.CHECKED,
    "ACWC": PaymentState.CHANGED,
    "ACWP": PaymentState.ON_ITS_WAY,
    "PART": PaymentState.ON_ITS_WAY,
    "ACSP": PaymentState.ON_ITS_WAY,
    "ACSC": PaymentState.PAID,
    "ACCC": PaymentState.ARRIVED,
    "RJCT": PaymentState.REFUSED,
    "CANC": PaymentState.CANCELLED,
}
"""ISO 20022 transaction status of XS2A 1.3.11. A code that is none of these says nothing: UNKNOWN."""


def state_of(transaction_status: str) -> PaymentState:
    return _STATES.get(transaction_status, PaymentState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Payment:
    """An order that was handed over, or was about to be."""

    id: str
    """Ours, of the journal."""
    order: Order
    request_id: str = field(repr=False)
    """`X-Request-ID` of the initiation."""
    end_to_end: str = field(repr=False)
    """`endToEndIdentification`: travels with the money up to the payee's statement."""
    began: datetime
    """With time zone."""
    bank_id: str = field(default="", repr=False)
    """XS2A `paymentId`; empty while the bank has not named it."""
    state: PaymentState = PaymentState.UNKNOWN
    told: PaymentState | None = None
    """The state that the customer has heard; None for none."""


class Match(Enum):
    """Whether the name belongs to the IBAN (verification of payee, Regulation (EU) 2024/886, article 5c)."""

    MATCH = "MATCH"
    CLOSE = "CLOSE_MATCH"
    NONE = "NO_MATCH"
    NOT_POSSIBLE = "NOT_POSSIBLE"


@dataclass(frozen=True, slots=True)
class PayeeCheck:
    match: Match
    name: str = ""
    """The holder's true name, which only a close match tells."""
