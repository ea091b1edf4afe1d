"""Double postings: what leaves one account reaches another, in the transaction of whoever asks."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from assistant.sandbox import entry as kinds
from assistant.sandbox.days import business_days_after
from assistant.sandbox.ledger import Account, Ledger
from assistant.sandbox.orders import Order, Product
from assistant.sandbox.rendering import owner_name
from assistant.sandbox.schema import entries


def has_funds(connection: Connection, ledger: Ledger, account: Account, minor: int) -> bool:
    """Whether that much can be spent: no account here may be overdrawn."""
    return ledger.sums([account], connection)[account.id].available >= minor


def post(connection: Connection, ledger: Ledger, payment_id: str, order: Order, day: date) -> date:
    """Take the amount from the payer and give it to the payee, or to the clearing account when the
    payee's bank is none of ours. Returns the day on which it is booked."""
    at_once = order.creditor is not None or order.product is Product.INSTANT
    booked_on = day if at_once else business_days_after(day, 1)
    posted = connection.execute(
        select(func.count()).select_from(entries).where(entries.c.payment_id.is_not(None))
    ).scalar_one()
    shared = {
        "made_on": day.isoformat(),
        "booked_on": booked_on.isoformat(),
        "remittance": order.remittance,
        "end_to_end": order.end_to_end,
        "payment_id": payment_id,
    }
    payer = {
        "id": _entry_id(day, order.debtor.plan.key, posted),
        "account_id": order.debtor.id,
        "minor": -order.minor,
        "counterparty": order.creditor_name,
        "counterparty_iban": order.creditor_iban,
        "bank_code": _issued(order),
    }
    payee: dict[str, Any] = {
        "minor": order.minor,
        "counterparty": owner_name(order.debtor),
        "counterparty_iban": order.debtor.iban,
        "bank_code": _received(order),
    }
    if order.creditor is not None:
        payee |= {
            "id": _entry_id(day, order.creditor.plan.key, posted),
            "account_id": order.creditor.id,
        }
    else:
        bank = order.debtor.bank.slug
        payee |= {"id": _entry_id(day, f"clearing {bank}", posted), "account_id": ledger.clearing[bank]}
    connection.execute(entries.insert(), [{**shared, **payer}, {**shared, **payee}])
    return booked_on


def _entry_id(day: date, key: str, posted: int) -> str:
    """Later than all of that day's own life, in the order of posting."""
    return f"{day:%Y%m%d}-{key[:2].upper()}-P{posted:06d}"


def _issued(order: Order) -> str:
    if order.schedule:
        return kinds.STANDING_ORDER
    return kinds.INSTANT_TRANSFER if order.product is Product.INSTANT else kinds.CREDIT_TRANSFER


def _received(order: Order) -> str:
    if order.creditor is not None and order.creditor.plan.is_card_account:
        return kinds.CARD_REPAYMENT
    return kinds.RECEIVED_INSTANT if order.product is Product.INSTANT else kinds.RECEIVED_TRANSFER
