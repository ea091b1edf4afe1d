"""Questions before a payment: is the money there, and is the payee who one thinks."""

from __future__ import annotations

from sanic.request import Request

from assistant.sandbox.access import names
from assistant.sandbox.desk import Answer, Desk, read_body, read_text
from assistant.sandbox.orders import read_minor
from assistant.sandbox.payees import verify_payee
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError


def confirm_funds(desk: Desk, request: Request) -> Answer:
    """The customers here have agreed to such questions at the bank, so no consent is needed."""
    if Quirk.NO_FUNDS_CONFIRMATION in desk.quirks:
        raise RefusalError("NO_PIIS_ACTIVATION", "the customer has not agreed to such questions")
    body = read_body(request)
    reference = body.get("account")
    if isinstance(reference, dict):
        for account in desk.ledger.accounts(desk.plan):
            if names(reference, account):
                money = body.get("instructedAmount")
                minor = read_minor(money, "instructedAmount", account.plan.currency)
                spendable = desk.ledger.sums([account])[account.id].available
                return Answer(200, {"fundsAvailable": spendable + (account.plan.credit_limit or 0) >= minor})
    raise RefusalError("FORMAT_ERROR", "no such account at this bank", path="account")


def check_payee(desk: Desk, request: Request) -> Answer:
    """`{"iban", "name"}`; not in XS2A 1.3.11, but every bank in the euro area must know it."""
    body = read_body(request)
    iban = read_text(body, "iban", 42).replace(" ", "")
    found = verify_payee(desk.ledger.all_accounts(), iban, read_text(body, "name", 140))
    return Answer(200, {"result": found.result.value, **({"name": found.name} if found.name else {})})
