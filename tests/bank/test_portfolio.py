"""Several banks as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from assistant.bank.connections import Connection, Connections
from assistant.bank.model import Account, AccountKind
from assistant.bank.portfolio import MONEY_SECONDS, NAMES_SECONDS, Gathered, Portfolio, patience_of
from assistant.bank.wire import Patience
from assistant.errors import (
    BankAnswerError,
    BankBusyError,
    BankServerError,
    BankTimeoutError,
    BankUnreachableError,
    ConsentRevokedError,
    NoBankError,
)
from assistant.events import BankCalled, Event
from assistant.sandbox.process import RunningBank
from assistant.settings import Settings
from tests.bank.conftest import TODAY, Connect, Hasty
from tests.bank.crooked import CrookedBank, Line, Seen, crooked_bank
from tests.bank.customer import order_fault, practice

SINCE = TODAY - timedelta(days=30)


def stored(connections: Connections, name: str, bank: CrookedBank) -> None:
    connections.save(Connection(name, bank.base_url, "anna", f"consent-of-{name}", None))


def account_list(line: Line, seen: Seen) -> None:
    """One account, named after the consent."""
    if seen.path.endswith("/card-accounts"):
        line.json({"cardAccounts": []})
    elif seen.path.endswith("/accounts"):
        line.json({"accounts": [{"resourceId": "1", "currency": "EUR", "name": seen.headers["consent-id"]}]})
    else:
        line.json({"transactions": {"booked": []}})


def calls_of(portfolio: Portfolio, ask: Callable[[], Any]) -> list[BankCalled]:
    events: list[Event] = []
    unsubscribe = portfolio.subscribe(events.append)
    ask()
    unsubscribe()
    return [event for event in events if isinstance(event, BankCalled)]


def test_without_any_bank(connections: Connections) -> None:
    portfolio = Portfolio(connections)
    asks: list[Callable[[], Any]] = [
        portfolio.accounts,
        portfolio.balances,
        lambda: portfolio.transactions([], SINCE, TODAY),
        lambda: portfolio.standing_orders([]),
    ]
    for ask in asks:
        with pytest.raises(NoBankError):
            ask()
    assert portfolio.names() == ()


def test_banks_are_read_side_by_side(connections: Connections) -> None:
    """Each bank answers only once the other has been asked too: one after the other would never end."""
    both_asked = threading.Barrier(2, timeout=20)

    def together(line: Line, seen: Seen) -> None:
        if seen.path.endswith("/card-accounts"):
            both_asked.wait()
        account_list(line, seen)

    with crooked_bank(together) as first, crooked_bank(together) as second:
        stored(connections, "First", first)
        stored(connections, "Second", second)
        gathered = Portfolio(connections).accounts()
    assert not gathered.failures
    assert [account.bank for account in gathered.items] == ["First", "Second"]


def test_accounts_of_one_bank_are_read_side_by_side(connections: Connections) -> None:
    all_asked = threading.Barrier(3, timeout=20)

    def together(line: Line, seen: Seen) -> None:
        if seen.path.endswith("/transactions"):
            all_asked.wait()
        account_list(line, seen)

    accounts = [Account("First", str(n), AccountKind.CURRENT, str(n), "EUR") for n in range(3)]
    with crooked_bank(together) as first:
        stored(connections, "First", first)
        assert Portfolio(connections).transactions(accounts, SINCE, TODAY) == Gathered(())


def test_a_bank_that_is_down_costs_only_its_part(
    connections: Connections, hasty: Hasty, free_tcp_port: int
) -> None:
    with crooked_bank(account_list) as good:
        stored(connections, "Good", good)
        stored(connections, "Down", CrookedBank(free_tcp_port))
        gathered = Portfolio(connections, patience=hasty.patience).accounts()
    assert [account.bank for account in gathered.items] == ["Good"]
    (failure,) = gathered.failures
    assert type(failure) is BankUnreachableError
    assert failure.bank == "Down"


def test_a_bank_that_drips_its_headers_does_not_hold_the_others(connections: Connections) -> None:
    released = threading.Event()

    def drip(line: Line, _seen: Seen) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not released.wait(0.02):
            line.send(b"x")

    with crooked_bank(account_list) as good, crooked_bank(drip) as slow:
        stored(connections, "Good", good)
        stored(connections, "Slow", slow)
        gathered = Portfolio(connections, patience=Patience(connect=5, read=0.5, total=1)).accounts()
        released.set()
    assert [account.bank for account in gathered.items] == ["Good"]
    assert [type(failure) for failure in gathered.failures] == [BankTimeoutError]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "error", "code": "INTERNAL_SERVER_ERROR"}, BankServerError),
        ({"kind": "error", "code": "ACCESS_EXCEEDED"}, BankBusyError),
        ({"kind": "malformed"}, BankAnswerError),
        ({"kind": "types", "field": "amount"}, BankAnswerError),
        ({"kind": "types", "field": "currency"}, BankAnswerError),
        ({"kind": "reset", "calls": 9}, BankUnreachableError),
    ],
)
def test_faults_of_one_bank(
    portfolio: Portfolio, practice_bank: RunningBank, fault: dict[str, Any], kind: type[Exception]
) -> None:
    order_fault(practice_bank.base_url, "harbour", path="/accounts*", **{"calls": 1, **fault})
    gathered = portfolio.balances()
    assert {account.bank for account, _ in gathered.items} == {"Meadow Bank"}
    assert [(failure.bank, type(failure)) for failure in gathered.failures] == [("Harbour Bank", kind)]


def test_of_a_bank_that_failed_in_part_nothing_is_kept(
    portfolio: Portfolio, practice_bank: RunningBank
) -> None:
    accounts = portfolio.accounts().items
    order_fault(
        practice_bank.base_url,
        "harbour",
        "error",
        path="/card-accounts/*/transactions",
        code="SERVICE_BLOCKED",
    )
    gathered = portfolio.transactions(accounts, SINCE, TODAY)
    assert {each.bank for each in gathered.items} == {"Meadow Bank"}
    assert len(gathered.failures) == 1


def test_one_failure_a_bank(
    portfolio: Portfolio, connections: Connections, practice_bank: RunningBank
) -> None:
    accounts = portfolio.accounts().items
    harbour = connections.find("Harbour Bank")
    assert harbour is not None
    order = {"bank": "harbour", "consentId": harbour.consent_id, "status": "revokedByPsu"}
    practice(practice_bank.base_url, "POST", "consents", **order)
    gathered = portfolio.transactions(accounts, SINCE, TODAY)
    assert [type(failure) for failure in gathered.failures] == [ConsentRevokedError]


# --- what is asked, and how often ------------------------------------------------------------


def test_few_calls_for_balances(portfolio: Portfolio) -> None:
    calls = calls_of(portfolio, portfolio.balances)
    assert sorted((call.bank, call.path) for call in calls) == [
        ("Harbour Bank", "/accounts"),
        ("Harbour Bank", "/card-accounts"),
        ("Harbour Bank", "/card-accounts/*/balances"),
        ("Meadow Bank", "/accounts"),
        ("Meadow Bank", "/card-accounts"),
    ]
    assert {(call.method, call.status) for call in calls} == {("GET", 200)}
    assert all(call.milliseconds > 0 for call in calls)
    portfolio.forget()
    again = calls_of(portfolio, portfolio.balances)
    assert sorted(call.path for call in again) == ["/accounts", "/accounts", "/card-accounts/*/balances"]


def test_a_card_that_was_replaced_is_found(connections: Connections, hasty: Hasty) -> None:
    number = ["1"]

    def cards(line: Line, seen: Seen) -> None:
        card = {"resourceId": number[0], "maskedPan": "41******3241", "currency": "EUR"}
        balance = {"balanceType": "interimBooked", "balanceAmount": {"amount": "-5", "currency": "EUR"}}
        if seen.path.endswith("/card-accounts"):
            line.json({"cardAccounts": [card]})
        elif seen.path.endswith(f"/card-accounts/{number[0]}/balances"):
            line.json({"balances": [balance]})
        elif seen.path.endswith("/accounts"):
            line.json({"accounts": []})
        else:
            line.json({"tppMessages": [{"category": "ERROR", "code": "RESOURCE_UNKNOWN"}]}, 404)

    with crooked_bank(cards) as bank:
        stored(connections, "Good", bank)
        portfolio = Portfolio(connections, patience=hasty.patience)
        for each in ("1", "2"):
            number[0] = each
            portfolio.forget()
            gathered = portfolio.balances()
            assert not gathered.failures
            assert [account.id for account, _ in gathered.items] == [each]


def test_one_call_an_account_for_transactions(portfolio: Portfolio) -> None:
    accounts = portfolio.accounts().items
    calls = calls_of(portfolio, lambda: portfolio.transactions(accounts[:2], SINCE, TODAY))
    assert [call.path for call in calls] == ["/accounts/*/transactions"] * 2


def test_an_event_tells_of_failed_tries_too(portfolio: Portfolio, practice_bank: RunningBank) -> None:
    order_fault(practice_bank.base_url, "meadow", "reset", path="/accounts")
    calls = calls_of(portfolio, portfolio.accounts)
    assert [call.status for call in calls if call.bank == "Meadow Bank" and call.path == "/accounts"] == [
        0,
        200,
    ]


@pytest.mark.parametrize("asked", [True, False])
def test_the_bank_learns_of_the_customer_only_when_there_is_one(
    connections: Connections, asked: bool
) -> None:
    with crooked_bank(account_list) as bank:
        stored(connections, "Good", bank)
        Portfolio(connections, asked_by_customer=asked).accounts()
        assert len(bank.seen) == 2
        for seen in bank.seen:
            assert ("psu-ip-address" in seen.headers) is asked
            assert seen.headers["consent-id"] == "consent-of-Good"
            assert seen.headers["accept"] == "application/json"


def test_every_call_has_an_id_of_its_own(connections: Connections) -> None:
    with crooked_bank(account_list) as bank:
        stored(connections, "Good", bank)
        portfolio = Portfolio(connections)
        portfolio.accounts()
        portfolio.forget()
        portfolio.accounts()
        assert len({seen.headers["x-request-id"] for seen in bank.seen}) == len(bank.seen) == 4


class Clock:
    """A clock that a test turns."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_was_read_just_now_is_not_asked_for_again(join: Connect, connections: Connections) -> None:
    join("Meadow Bank")
    clock = Clock()
    portfolio = Portfolio(connections, patience=Patience(monotonic=clock), today=lambda: TODAY)
    first = portfolio.balances()
    assert calls_of(portfolio, portfolio.balances) == []
    assert calls_of(portfolio, portfolio.accounts) == []
    assert portfolio.balances() == first
    clock.now += MONEY_SECONDS
    assert calls_of(portfolio, portfolio.accounts) == []
    assert [call.path for call in calls_of(portfolio, portfolio.balances)] == ["/accounts"]
    clock.now += NAMES_SECONDS
    assert len(calls_of(portfolio, portfolio.accounts)) == 2
    portfolio.forget()
    assert len(calls_of(portfolio, portfolio.accounts)) == 2


def test_a_shorter_period_is_taken_from_a_longer_one(portfolio: Portfolio) -> None:
    accounts = portfolio.accounts().items
    half = TODAY - timedelta(days=15)
    fresh = portfolio.transactions(accounts, half, TODAY)
    portfolio.forget()
    portfolio.transactions(accounts, SINCE, TODAY)
    calls = calls_of(portfolio, lambda: portfolio.transactions(accounts, half, TODAY))
    assert calls == []
    assert portfolio.transactions(accounts, half, TODAY) == fresh
    longer = calls_of(portfolio, lambda: portfolio.transactions(accounts, SINCE - timedelta(days=1), TODAY))
    assert len(longer) == len(accounts)


def test_a_failure_is_not_remembered(portfolio: Portfolio, practice_bank: RunningBank) -> None:
    order_fault(practice_bank.base_url, "meadow", "error", path="/accounts")
    assert portfolio.accounts().failures
    assert not portfolio.accounts().failures


def test_banks_come_and_go_while_a_conversation_runs(
    portfolio: Portfolio, connections: Connections, join: Connect
) -> None:
    accounts = portfolio.accounts().items
    harbour = connections.find("Harbour Bank")
    assert harbour is not None
    connections.remove(harbour)
    gathered = portfolio.transactions(accounts, SINCE, TODAY)
    assert {each.bank for each in gathered.items} == {"Meadow Bank"}
    assert [(failure.bank, type(failure)) for failure in gathered.failures] == [("Harbour Bank", NoBankError)]
    join("Harbour Bank")
    assert {account.bank for account in portfolio.accounts().items} == {"Meadow Bank", "Harbour Bank"}


# --- names -----------------------------------------------------------------------------------


def wait_for_names(portfolio: Portfolio, wanted: str) -> tuple[str, ...]:
    deadline = time.monotonic() + 60
    while wanted not in portfolio.names() and time.monotonic() < deadline:
        time.sleep(0.02)
    return portfolio.names()


def test_names_are_read_in_the_background_and_once_a_day(portfolio: Portfolio) -> None:
    events: list[Event] = []
    portfolio.subscribe(events.append)
    assert portfolio.names() == ()
    names = wait_for_names(portfolio, "Ryanair")
    assert {"Tesco", "Starbucks", "Marie Dubois", "Brightwater Design", "Liffey Homes"} <= set(names)
    assert list(names) == sorted(names, key=str.casefold)
    before = len(events)
    assert portfolio.names() == names
    assert len(events) == before


def test_names_are_read_again_on_a_new_day(join: Connect, connections: Connections, hasty: Hasty) -> None:
    join("Meadow Bank")
    today = [TODAY]
    portfolio = Portfolio(connections, patience=hasty.patience, today=lambda: today[0])
    names = wait_for_names(portfolio, "Tesco")
    today[0] += timedelta(days=1)
    events: list[Event] = []
    portfolio.subscribe(events.append)
    assert portfolio.names() == names
    deadline = time.monotonic() + 60
    while not events and time.monotonic() < deadline:
        time.sleep(0.02)
    assert events


def test_names_come_from_questions_where_the_background_may_not_read(
    connections: Connections, hasty: Hasty
) -> None:
    def only_attended(line: Line, seen: Seen) -> None:
        if "psu-ip-address" not in seen.headers:
            line.json({"tppMessages": [{"category": "ERROR", "code": "ACCESS_EXCEEDED"}]}, 429)
        elif seen.path.endswith("transactions"):
            entry = {
                "bookingDate": TODAY.isoformat(),
                "creditorName": "Tesco",
                "transactionAmount": {"amount": "-1", "currency": "EUR"},
            }
            line.json({"transactions": {"booked": [entry]}})
        else:
            account_list(line, seen)

    with crooked_bank(only_attended) as bank:
        stored(connections, "Good", bank)
        portfolio = Portfolio(connections, patience=hasty.patience, today=lambda: TODAY)
        portfolio.names()
        portfolio.transactions(portfolio.accounts().items, SINCE, TODAY)
        assert portfolio.names() == ("Tesco",)


# --- settings --------------------------------------------------------------------------------


def test_made_from_settings(settings: Settings, join: Connect, connections: Connections) -> None:
    made = join("Meadow Bank")
    Connections.from_settings(settings).save(made)
    portfolio = Portfolio.from_settings(settings, lambda: TODAY)
    assert {account.bank for account in portfolio.accounts().items} == {"Meadow Bank"}


def test_the_total_allows_one_read_that_times_out() -> None:
    patience = patience_of((3.0, 10.0))
    assert (patience.connect, patience.read, patience.total) == (3.0, 10.0, 20.0)
