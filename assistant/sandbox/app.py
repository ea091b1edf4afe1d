"""The Sanic application: two banks and the practice room over one database."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from sanic import Blueprint, Sanic
from sanic.exceptions import MethodNotSupported, NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.sandbox import (
    accounts_api,
    authorisations_api,
    cards_api,
    checks_api,
    consents_api,
    payments_api,
    requests_api,
)
from assistant.sandbox.cards import Cards
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.clock import Clock
from assistant.sandbox.consents import Consents
from assistant.sandbox.desk import Desk, Handler, endpoint, refuse
from assistant.sandbox.ledger import Ledger
from assistant.sandbox.matters import AUTHORISATIONS, CANCELLATIONS
from assistant.sandbox.orders import Service
from assistant.sandbox.pages import pages_blueprint
from assistant.sandbox.payment_requests import PaymentRequests
from assistant.sandbox.payments import Payments
from assistant.sandbox.practice_api import practice_blueprint
from assistant.sandbox.quirks import Quirk, read_quirks
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.remembering import Remembered
from assistant.sandbox.sca import Authorisations
from assistant.sandbox.schema import at_once, open_database

logger = logging.getLogger(__name__)


def _confirming(matter: str, name: str) -> tuple[tuple[str, str, Handler], ...]:
    """The routes that confirm what lies at that path."""
    one = f"{matter}/{name}/<authorisation_id>"
    return (
        ("POST", f"{matter}/{name}", authorisations_api.start_authorisation),
        ("GET", f"{matter}/{name}", authorisations_api.list_authorisations),
        ("GET", one, authorisations_api.read_authorisation),
        ("PUT", one, authorisations_api.update_authorisation),
    )


def _paying(service: Service) -> tuple[tuple[str, str, Handler], ...]:
    every = f"/{service.value}/<product>"
    one = f"{every}/<payment_id>"
    return (
        ("POST", every, payments_api.create_payment),
        ("GET", one, payments_api.read_payment),
        ("GET", f"{one}/status", payments_api.read_payment_status),
        ("DELETE", one, payments_api.cancel_payment),
        *_confirming(one, AUTHORISATIONS),
        *_confirming(one, CANCELLATIONS),
    )


_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/consents", consents_api.create_consent),
    ("GET", "/consents/<consent_id>", consents_api.read_consent),
    ("DELETE", "/consents/<consent_id>", consents_api.delete_consent),
    ("GET", "/consents/<consent_id>/status", consents_api.read_consent_status),
    ("GET", "/accounts", accounts_api.list_accounts),
    ("GET", "/accounts/<account_id>", accounts_api.read_account),
    ("GET", "/accounts/<account_id>/balances", accounts_api.read_balances),
    ("GET", "/accounts/<account_id>/transactions", accounts_api.read_transactions),
    ("GET", "/accounts/<account_id>/transactions/<transaction_id>", accounts_api.read_transaction),
    ("GET", "/card-accounts", accounts_api.list_card_accounts),
    ("GET", "/card-accounts/<account_id>", accounts_api.read_card_account),
    ("GET", "/card-accounts/<account_id>/balances", accounts_api.read_card_balances),
    ("GET", "/card-accounts/<account_id>/transactions", accounts_api.read_card_transactions),
    *_confirming("/consents/<consent_id>", AUTHORISATIONS),
    *_paying(Service.PAYMENTS),
    *_paying(Service.PERIODIC),
    ("POST", "/funds-confirmations", checks_api.confirm_funds),
    ("POST", "/x/payee-verifications", checks_api.check_payee),
    ("GET", "/x/cards", cards_api.list_cards),
    ("GET", "/x/cards/<card_id>", cards_api.read_card),
    ("PUT", "/x/cards/<card_id>/block", cards_api.block_card),
    ("PUT", "/x/cards/<card_id>/limit", cards_api.limit_card),
    ("GET", "/x/payment-requests", requests_api.list_requests),
    ("GET", "/x/payment-requests/<request_id>", requests_api.read_request),
    ("PUT", "/x/payment-requests/<request_id>/decline", requests_api.decline_request),
    ("GET", "/x/top-ups", requests_api.list_operators),
)


def create_app(
    database: Path,
    *,
    seed: int | None = None,
    today: date | None = None,
    reset: bool = False,
    quirks: Mapping[str, frozenset[Quirk]] | None = None,
    announce: Callable[[str], None],
) -> Sanic:
    """Open the database, made from `seed` when it is new, and lay the routes over it.

    `today` fixes the date; without it the clock of the machine decides. `quirks` by bank slug take the
    place of the bank's own. `announce` shows a line, one-time codes among them, on the console.
    Raises StorageError, SettingsError.
    """
    engine = open_database(database, reset=reset)
    clock = Clock(today)
    ledger = Ledger(engine, clock, seed)
    # Sanic keeps every application of the process in a registry and allows a name only once.
    name = f"practice-bank-{uuid.uuid4().hex}"
    app = Sanic(name, configure_logging=False)
    app.config.ACCESS_LOG = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 1.0
    app.config.KEEP_ALIVE_TIMEOUT = 120
    desks = {}
    for bank in BANKS:
        requests = PaymentRequests(engine, bank, ledger)
        desk = Desk(
            plan=bank,
            ledger=ledger,
            consents=Consents(engine, clock, bank, ledger),
            payments=Payments(engine, clock, bank, ledger, requests),
            payment_requests=requests,
            cards=Cards(engine),
            authorisations=Authorisations(engine, clock, bank, announce),
            quirks=(quirks or {}).get(bank.slug, read_quirks(bank.default_quirks)),
            at_once=partial(at_once, engine),
        )
        desks[bank.slug] = desk
        blueprint = Blueprint(f"{name}-{bank.slug}", url_prefix=bank.prefix)
        for method, path, handler in _ROUTES:
            blueprint.add_route(endpoint(desk, handler), path, methods=[method])
        app.blueprint(blueprint)
    app.blueprint(practice_blueprint(f"{name}-practice", desks, Remembered(engine, ledger)))
    app.blueprint(pages_blueprint(f"{name}-pages", desks))
    # Closing the last connection folds SQLite's write-ahead log into the database file.
    app.register_listener(lambda _app, _loop: engine.dispose(), "after_server_stop")
    app.error_handler.add(NotFound, _not_found)
    app.error_handler.add(MethodNotSupported, _wrong_method)
    app.error_handler.add(Exception, _broken)
    return app


def _not_found(request: Request, _error: Exception) -> HTTPResponse:
    return refuse(request, RefusalError("RESOURCE_UNKNOWN", "no such path"))


def _wrong_method(request: Request, _error: Exception) -> HTTPResponse:
    return refuse(request, RefusalError("SERVICE_INVALID", f"{request.method} is not possible here"))


def _broken(request: Request, error: Exception) -> HTTPResponse:
    if isinstance(error, SanicException) and 400 <= error.status_code < 500:
        return refuse(request, RefusalError("FORMAT_ERROR", str(error)))
    if not request.transport.is_closing():
        logger.error("practice bank failed", exc_info=error)
    return refuse(request, RefusalError("INTERNAL_SERVER_ERROR", "the practice bank made a mistake"))
