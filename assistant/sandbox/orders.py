"""What somebody orders the bank to pay, read from the body of a payment initiation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, NoReturn

from assistant.sandbox.access import names
from assistant.sandbox.billers import OPERATORS
from assistant.sandbox.clock import read_day
from assistant.sandbox.days import following_business_day
from assistant.sandbox.ibans import is_iban
from assistant.sandbox.ledger import Account
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import amount
from assistant.sandbox.schedule import FOLLOWING, FREQUENCIES, PRECEDING, Schedule

CURRENCY = "EUR"
"""Of every SEPA payment."""
_PHONE = re.compile(r"\+?[0-9]{7,15}")
"""ITU-T E.164 has at most fifteen digits."""
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")


class Service(str, Enum):
    """The first part of a payment's path."""

    PAYMENTS = "payments"
    PERIODIC = "periodic-payments"


class Product(str, Enum):
    SEPA = "sepa-credit-transfers"
    INSTANT = "instant-sepa-credit-transfers"


@dataclass(frozen=True, slots=True)
class Order:
    product: Product
    debtor: Account
    minor: int
    """Cents, more than 0."""
    creditor: Account | None
    """Of this server's banks; None when the money leaves them."""
    creditor_iban: str | None
    """None for a card account."""
    creditor_name: str
    remittance: str
    end_to_end: str | None
    on: date | None
    """Requested execution date of a single payment, None for at once."""
    schedule: Schedule | None

    @property
    def says(self) -> str:
        """Amount, payee and day: what the customer is told before confirming."""
        money = amount(self.minor, CURRENCY)
        to = self.creditor_iban or (self.creditor and self.creditor.plan.card)
        text = f"{money['amount']} {money['currency']} to {self.creditor_name}, {to}"
        if self.schedule:
            return f"{text}, {self.schedule.frequency} from {self.schedule.start}"
        return f"{text} on {self.on}" if self.on else text

    def next_from(self, day: date) -> date | None:
        """When it is carried out first, on that day or later; SEPA payments but instant ones on
        business days only."""
        if self.schedule:
            return self.schedule.next_from(day)
        wanted = max(self.on or day, day)
        return wanted if self.product is Product.INSTANT else following_business_day(wanted)


def read_order(
    service: Service,
    product: Product,
    body: Mapping[str, Any],
    own: Sequence[Account],
    known: Sequence[Account],
) -> Order:
    """`own` are the accounts of the bank that is asked, `known` those of all banks here.

    Raises RefusalError FORMAT_ERROR, PRODUCT_INVALID or PERIOD_INVALID with the faulty path.
    """
    debtor = _account(body, "debtorAccount", own)
    if debtor is None or debtor.plan.is_card_account:
        raise RefusalError("FORMAT_ERROR", "no such payment account at this bank", path="debtorAccount")
    creditor = _account(body, "creditorAccount", known)
    for account in (debtor, creditor):
        if account is not None and account.plan.currency != CURRENCY:
            raise RefusalError(
                "PRODUCT_INVALID", f"an account in {account.plan.currency} has no SEPA payments"
            )
    iban = _iban(body["creditorAccount"])
    if creditor is None and not is_iban(iban):
        raise RefusalError("FORMAT_ERROR", "creditorAccount has no right IBAN", path="creditorAccount")
    if creditor == debtor:
        raise RefusalError("FORMAT_ERROR", "payer and payee are one account", path="creditorAccount")
    return Order(
        product=product,
        debtor=debtor,
        minor=read_minor(body.get("instructedAmount"), "instructedAmount"),
        creditor=creditor,
        creditor_iban=iban or None,
        creditor_name=_text(body, "creditorName", 70) or _missing("creditorName"),
        remittance=_text(body, "remittanceInformationUnstructured", 140),
        end_to_end=_text(body, "endToEndIdentification", 35) or None,
        on=_day(body, "requestedExecutionDate") if service is Service.PAYMENTS else None,
        schedule=_schedule(body) if service is Service.PERIODIC else None,
    )


def check_top_up(order: Order) -> None:
    """What an operator is paid is one of its amounts, for a phone. Raises RefusalError FORMAT_ERROR."""
    operator = next((each for each in OPERATORS if each.iban == order.creditor_iban), None)
    if operator is None:
        return
    if order.minor not in operator.amounts or order.schedule is not None:
        raise RefusalError("FORMAT_ERROR", f"{operator.name} sells no such top-up", path="instructedAmount")
    if not _PHONE.fullmatch(order.remittance):
        raise RefusalError(
            "FORMAT_ERROR", "a top-up needs a phone number", path="remittanceInformationUnstructured"
        )


def read_minor(money: object, path: str, currency: str = CURRENCY) -> int:
    """Cents or pence of an XS2A amount, more than nothing. Raises RefusalError FORMAT_ERROR."""
    if not isinstance(money, dict) or money.get("currency") != currency:
        raise RefusalError("FORMAT_ERROR", f"{path} must be an amount in {currency}", path=path)
    text = money.get("amount")
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    minor = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else 0
    if not minor:
        raise RefusalError("FORMAT_ERROR", "an amount is more than 0 and has two decimals", path=path)
    return minor


def _account(body: Mapping[str, Any], name: str, accounts: Sequence[Account]) -> Account | None:
    reference = body.get(name)
    if not isinstance(reference, dict):
        raise RefusalError("FORMAT_ERROR", f"{name} must be an account reference", path=name)
    return next((account for account in accounts if names(reference, account)), None)


def _iban(reference: Mapping[str, Any]) -> str:
    return str(reference.get("iban", "")).replace(" ", "")


def _schedule(body: Mapping[str, Any]) -> Schedule:
    start, until = _day(body, "startDate"), _day(body, "endDate")
    frequency, rule = body.get("frequency"), body.get("executionRule", FOLLOWING)
    day = _text(body, "dayOfExecution", 2)
    if start is None:
        raise RefusalError("FORMAT_ERROR", "startDate is missing", path="startDate")
    if frequency not in FREQUENCIES:
        raise RefusalError(
            "FORMAT_ERROR", f"frequency must be one of {', '.join(sorted(FREQUENCIES))}", path="frequency"
        )
    if rule not in (FOLLOWING, PRECEDING):
        raise RefusalError(
            "FORMAT_ERROR", "executionRule must be following or preceding", path="executionRule"
        )
    if day and not (day.isdecimal() and 1 <= int(day) <= 31 and str(int(day)) == day):
        raise RefusalError(
            "FORMAT_ERROR", "dayOfExecution must be a number from 1 to 31", path="dayOfExecution"
        )
    if until is not None and until < start:
        raise RefusalError("PERIOD_INVALID", "endDate lies before startDate", path="endDate")
    return Schedule(start, str(frequency), rule, int(day) if day else None, until)


def _day(body: Mapping[str, Any], name: str) -> date | None:
    if name not in body:
        return None
    try:
        return read_day(str(body[name]))
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", f"{name} must be a date, YYYY-MM-DD", path=name) from error


def _text(body: Mapping[str, Any], name: str, longest: int) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise RefusalError(
            "FORMAT_ERROR", f"{name} must be a text of at most {longest} characters", path=name
        )
    return value.strip()


def _missing(name: str) -> NoReturn:
    raise RefusalError("FORMAT_ERROR", f"{name} is missing", path=name)
