"""`/x/cards`: frozen, unfrozen and limited under a consent that covers the account behind the card."""

from __future__ import annotations

from dataclasses import replace

from sanic.request import Request

from assistant.sandbox.access import Right
from assistant.sandbox.accounts_api import admit
from assistant.sandbox.cards import HIGHEST_LIMIT, Card
from assistant.sandbox.desk import Answer, Desk, check_attended, read_body
from assistant.sandbox.ledger import Account
from assistant.sandbox.orders import read_minor
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.rendering import Json, amount


def list_cards(desk: Desk, request: Request) -> Answer:
    return Answer(200, {"cards": [_shown(desk.cards.of(account)) for account in _accounts(desk, request)]})


def read_card(desk: Desk, request: Request, card_id: str) -> Answer:
    return Answer(200, {"card": _shown(_card(desk, request, card_id))})


def block_card(desk: Desk, request: Request, card_id: str) -> Answer:
    """`{"blocked": true|false}`"""
    check_attended(request)
    card, wanted = _card(desk, request, card_id), read_body(request).get("blocked")
    if not isinstance(wanted, bool):
        raise RefusalError("FORMAT_ERROR", "blocked must be true or false", path="blocked")
    return _saved(desk, replace(card, blocked=wanted))


def limit_card(desk: Desk, request: Request, card_id: str) -> Answer:
    """`{"dailyLimit": {"currency", "amount"}}`"""
    check_attended(request)
    card = _card(desk, request, card_id)
    limit = read_minor(read_body(request).get("dailyLimit"), "dailyLimit", card.account.plan.currency)
    if limit > HIGHEST_LIMIT:
        raise RefusalError(
            "PARAMETER_NOT_SUPPORTED", "more than the bank lets anybody spend", path="dailyLimit"
        )
    return _saved(desk, replace(card, limit=limit))


def _saved(desk: Desk, card: Card) -> Answer:
    desk.cards.save(card)
    return Answer(200, {"card": _shown(card)})


def _card(desk: Desk, request: Request, card_id: str) -> Card:
    for account in _accounts(desk, request):
        if account.id == card_id:
            return desk.cards.of(account)
    raise RefusalError("RESOURCE_UNKNOWN", "no such card")


def _accounts(desk: Desk, request: Request) -> list[Account]:
    consent = admit(desk, request)
    return [
        account
        for account in desk.ledger.accounts(desk.plan)
        if account.plan.card and consent.may_read(Right.ACCOUNTS, account)
    ]


def _shown(card: Card) -> Json:
    plan = card.account.plan
    return {
        "cardId": card.account.id,
        "maskedPan": plan.card,
        "account": plan.name,
        "status": "blocked" if card.blocked else "enabled",
        "dailyLimit": amount(card.limit, plan.currency),
    }
