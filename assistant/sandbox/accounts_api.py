"""`/accounts` and `/card-accounts`: what a valid consent lets one read."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from sanic.request import Request

from assistant.sandbox.access import Right
from assistant.sandbox.bills import STANDING_ORDERS
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.clock import read_day
from assistant.sandbox.consents import Consent
from assistant.sandbox.desk import Answer, Desk
from assistant.sandbox.ledger import Account
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import (
    Json,
    account_details,
    balance_list,
    card_transaction,
    path_of,
    reference,
    transaction,
)
from assistant.sandbox.standing_orders import ordered_standing_order, standing_order

PAGE = 100
"""Entries on a page unless `itemsPerPage` asks for another number."""
LONGEST_PAGE = 500
_STATUSES = {
    "accounts": ("booked", "pending", "both", "information", "all"),
    "card": ("booked", "pending", "both"),
}


def list_accounts(desk: Desk, request: Request) -> Answer:
    return Answer(200, {"accounts": _listed(desk, request, cards=False)})


def list_card_accounts(desk: Desk, request: Request) -> Answer:
    return Answer(200, {"cardAccounts": _listed(desk, request, cards=True)})


def read_account(desk: Desk, request: Request, account_id: str) -> Answer:
    consent, account = _admitted(desk, request, account_id, Right.ACCOUNTS, cards=False)
    return Answer(200, {"account": _details(desk, request, consent, [account])[0]})


def read_card_account(desk: Desk, request: Request, account_id: str) -> Answer:
    consent, account = _admitted(desk, request, account_id, Right.ACCOUNTS, cards=True)
    return Answer(200, {"cardAccount": _details(desk, request, consent, [account])[0]})


def read_balances(desk: Desk, request: Request, account_id: str) -> Answer:
    _, account = _admitted(desk, request, account_id, Right.BALANCES, cards=False)
    return Answer(200, {"account": reference(account), "balances": _balances(desk, [account])[account.id]})


def read_card_balances(desk: Desk, request: Request, account_id: str) -> Answer:
    _, account = _admitted(desk, request, account_id, Right.BALANCES, cards=True)
    return Answer(
        200,
        {
            "cardAccount": reference(account),
            "debitAccounting": False,
            "balances": _balances(desk, [account])[account.id],
        },
    )


def read_transactions(desk: Desk, request: Request, account_id: str) -> Answer:
    consent, account = _admitted(desk, request, account_id, Right.TRANSACTIONS, cards=False)
    report = _report(desk, request, account, _STATUSES["accounts"])
    report["_links"]["account"] = desk.link(request)(path_of(account))
    body: Json = {"account": reference(account), "transactions": report}
    if _flag(request, "withBalance") and consent.may_read(Right.BALANCES, account):
        body["balances"] = _balances(desk, [account])[account.id]
    return Answer(200, body)


def read_card_transactions(desk: Desk, request: Request, account_id: str) -> Answer:
    _, account = _admitted(desk, request, account_id, Right.TRANSACTIONS, cards=True)
    report = _report(desk, request, account, _STATUSES["card"])
    report["_links"]["cardAccount"] = desk.link(request)(path_of(account))
    return Answer(
        200, {"cardAccount": reference(account), "debitAccounting": False, "cardTransactions": report}
    )


def read_transaction(desk: Desk, request: Request, account_id: str, transaction_id: str) -> Answer:
    _, account = _admitted(desk, request, account_id, Right.TRANSACTIONS, cards=False)
    row = desk.ledger.entry(account, transaction_id)
    if row is None:
        raise RefusalError("RESOURCE_UNKNOWN", "no such transaction in this account")
    return Answer(200, {"transactionsDetails": transaction(account, row, desk.ledger.today().isoformat())})


def _listed(desk: Desk, request: Request, *, cards: bool) -> list[Json]:
    consent = admit(desk, request)
    accounts = [
        account
        for account in desk.ledger.accounts(desk.plan)
        if account.plan.is_card_account is cards and consent.may_read(Right.ACCOUNTS, account)
    ]
    return _details(desk, request, consent, accounts)


def _details(desk: Desk, request: Request, consent: Consent, accounts: list[Account]) -> list[Json]:
    sums = {}
    if _flag(request, "withBalance"):
        sums = _balances(desk, [account for account in accounts if consent.may_read(Right.BALANCES, account)])
    return [
        account_details(
            account,
            desk.link(request),
            balances=consent.may_read(Right.BALANCES, account),
            transactions=consent.may_read(Right.TRANSACTIONS, account),
            sums=sums.get(account.id),
            blocked=account.plan.is_card_account and desk.cards.of(account).blocked,
        )
        for account in accounts
    ]


def _balances(desk: Desk, accounts: list[Account]) -> dict[str, list[Json]]:
    today = desk.ledger.today()
    sums = desk.ledger.sums(accounts)
    return {account.id: balance_list(account, sums[account.id], today, desk.quirks) for account in accounts}


def admit(desk: Desk, request: Request) -> Consent:
    """The consent that the request names, once this read of its path is allowed. Raises RefusalError."""
    consent_id = request.headers.get("consent-id")
    if not consent_id:
        raise RefusalError("FORMAT_ERROR", "Consent-ID is missing", path="Consent-ID")
    return desk.consents.admit(
        consent_id,
        desk.below(request),
        attended="psu-ip-address" in request.headers,
        counted=request.args.get("pageIndex", "0") == "0",
    )


def _admitted(
    desk: Desk, request: Request, account_id: str, right: Right, *, cards: bool
) -> tuple[Consent, Account]:
    consent = admit(desk, request)
    for account in desk.ledger.accounts(desk.plan):
        if account.id == account_id and account.plan.is_card_account is cards:
            if consent.may_read(right, account):
                return consent, account
            raise RefusalError("CONSENT_INVALID", f"the consent does not cover {right.value} of this account")
    raise RefusalError("RESOURCE_UNKNOWN", "no such account")


def _report(desk: Desk, request: Request, account: Account, statuses: tuple[str, ...]) -> Json:
    """The lists of an account report, and the links that turn its pages."""
    status = request.args.get("bookingStatus")
    if status not in statuses:
        raise RefusalError(
            "FORMAT_ERROR", f"bookingStatus must be one of {', '.join(statuses)}", path="bookingStatus"
        )
    if _flag(request, "deltaList"):
        raise RefusalError("PARAMETER_NOT_SUPPORTED", "no delta lists here, use dateFrom", path="deltaList")
    if status == "information":
        return {"information": _standing_orders(desk, account), "_links": {}}
    today = desk.ledger.today()
    since, until = _period(request, today)
    index, size = (
        _number(request, "pageIndex", 0, 0, 1_000_000),
        _number(request, "itemsPerPage", PAGE, 1, LONGEST_PAGE),
    )
    render = card_transaction if account.plan.is_card_account else transaction
    report: Json = {"_links": {}}
    if status in ("booked", "both", "all"):
        page = desk.ledger.booked(
            account, since, until, limit=size, offset=index * size, after=_after(desk, request, account)
        )
        report["booked"] = [render(account, row, today.isoformat()) for row in page.rows]
        report["_links"] = _page_links(desk, request, account, index, size, page.total)
    # What is not paged is on the first page.
    if status in ("pending", "both", "all"):
        rows = desk.ledger.pending(account, since, until) if index == 0 else []
        report["pending"] = [render(account, row, today.isoformat()) for row in rows]
    if status == "all":
        report["information"] = _standing_orders(desk, account) if index == 0 else []
    return report


def _standing_orders(desk: Desk, account: Account) -> list[Json]:
    ibans = {other.plan.key: other.iban for bank in BANKS for other in desk.ledger.accounts(bank)}
    ordered = [ordered_standing_order(payment) for payment in desk.payments.standing_orders(account)]
    return ordered + [
        standing_order(order, desk.ledger.since, order.counterparty_iban or ibans.get(order.into or ""))
        for order in STANDING_ORDERS
        if order.account == account.plan.key
    ]


def _after(desk: Desk, request: Request, account: Account) -> tuple[str, str]:
    """Where a delta begins: behind the entry that `entryReferenceFrom` names."""
    named = request.args.get("entryReferenceFrom")
    if not named:
        return "", ""
    row = desk.ledger.entry(account, named)
    if row is None:
        raise RefusalError("FORMAT_ERROR", "no such entry in this account", path="entryReferenceFrom")
    return row.booked_on, row.id


def _page_links(desk: Desk, request: Request, account: Account, index: int, size: int, total: int) -> Json:
    last = max(0, (total - 1) // size)
    pages = {"first": 0, "last": last}
    if index < last:
        pages["next"] = index + 1
    if index > 0:
        pages["previous"] = index - 1
    if last == 0:
        return {}
    kept = [(name, value) for name, value in request.query_args if name not in ("pageIndex", "itemsPerPage")]
    link = desk.link(request)
    return {
        name: link(
            f"{path_of(account)}/transactions?"
            + urlencode([*kept, ("pageIndex", page), ("itemsPerPage", size)])
        )
        for name, page in pages.items()
    }


def _period(request: Request, today: date) -> tuple[str, str]:
    until = _date(request, "dateTo") or today
    since = _date(request, "dateFrom")
    if since is None:
        if not request.args.get("entryReferenceFrom"):
            raise RefusalError("FORMAT_ERROR", "dateFrom is missing", path="dateFrom")
        since = date.min
    if since > until:
        raise RefusalError("PERIOD_INVALID", "dateFrom lies after dateTo", path="dateFrom")
    return since.isoformat(), until.isoformat()


def _date(request: Request, name: str) -> date | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        return read_day(text)
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", f"{name} must be a date, YYYY-MM-DD", path=name) from error


def _flag(request: Request, name: str) -> bool:
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise RefusalError("FORMAT_ERROR", f"{name} must be true or false", path=name)
    return bool(text == "true")


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise RefusalError("FORMAT_ERROR", f"{name} must be a number from {low} to {high}", path=name)
    return int(text)
