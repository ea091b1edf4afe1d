"""Standing orders as `bookingStatus=information` lists them."""

from __future__ import annotations

from datetime import date

from assistant.sandbox.bills import Bill
from assistant.sandbox.entry import STANDING_ORDER
from assistant.sandbox.payments import Payment
from assistant.sandbox.rendering import Json, amount


def ordered_standing_order(payment: Payment) -> Json:
    """One that was ordered here."""
    order, schedule = payment.order, payment.order.schedule
    assert schedule is not None  # noqa: S101
    details: Json = {
        "startDate": schedule.start.isoformat(),
        "frequency": schedule.frequency,
        "executionRule": schedule.rule,
        "withinAMonthFlag": False,
        "dayOfExecution": str(schedule.day or schedule.start.day),
    }
    if schedule.until:
        details["endDate"] = schedule.until.isoformat()
    return {
        "transactionAmount": amount(-order.minor, order.debtor.plan.currency),
        "creditorName": order.creditor_name,
        **({"creditorAccount": {"iban": order.creditor_iban}} if order.creditor_iban else {}),
        **({"endToEndId": order.end_to_end} if order.end_to_end else {}),
        "remittanceInformationUnstructured": order.remittance,
        "bankTransactionCode": STANDING_ORDER,
        "additionalInformationStructured": {"standingOrderDetails": details},
    }


def standing_order(order: Bill, start: date, creditor_iban: str | None) -> Json:
    """One of the made-up life."""
    return {
        "transactionAmount": amount(order.low, "EUR"),
        "creditorName": order.counterparty,
        **({"creditorAccount": {"iban": creditor_iban}} if creditor_iban else {}),
        "remittanceInformationUnstructured": order.remittance,
        "bankTransactionCode": STANDING_ORDER,
        **({"purposeCode": order.purpose} if order.purpose else {}),
        "additionalInformationStructured": {
            "standingOrderDetails": {
                "startDate": start.isoformat(),
                "frequency": "Monthly",
                "executionRule": "following",
                "withinAMonthFlag": False,
                "dayOfExecution": str(order.day),
            }
        },
    }
