"""Faults at every step, the end of the process included: one booking or none, and never a wrong word."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bank.connections import Connections
from assistant.bank.payment import Order, Payment, PaymentState
from assistant.bank.payments import Payments
from assistant.bank.sca import Wish
from assistant.errors import (
    BankError,
    CancellationUnknownError,
    JournalError,
    PaymentOpenError,
    PaymentUnknownError,
)
from assistant.sandbox.process import RunningBank
from tests.bank.between import Between, Moment
from tests.bank.conftest import TODAY, Connect, journal_in
from tests.bank.crooked import Line, crooked_bank
from tests.bank.customer import Customer, order_fault, practice
from tests.bank.paying import ACCOUNTS, HASTE, MOVED, Till
from tests.bank.storm import rage
from tests.bank.test_journal import full_disk

CALLS = range(1, 5)
"""The calls of a payment that move something: the order, and up to three of its confirmation."""
MOMENTS = [
    Moment(call, worked, sent) for call in CALLS for worked, sent in ((False, 0.0), (True, 0.0), (True, 0.6))
]


class World:
    """Anna, whose line to one bank goes through somebody in between."""

    def __init__(self, server: RunningBank, connections: Connections, folder: Path, bank: str):
        self.server = server
        self.folder = folder
        self.bank = bank
        self.till = Till(connections)
        self.between = Between(server.base_url)
        self.payments = Payments(connections, journal_in(folder), patience=HASTE, today=lambda: TODAY)

    def order(self) -> Order:
        """A new one, like no other."""
        remittance = f"test {uuid4().hex[:12]}"
        return self.till.order(self.bank, ACCOUNTS[self.bank], amount="1.00", remittance=remittance)

    def strike_at(self, moment: Moment) -> None:
        self.between.moving.clear()
        self.between.moment = moment

    def peace(self) -> None:
        self.between.moment = None

    def pay(self, order: Order) -> Payment | BankError:
        try:
            return self.payments.pay(order, Customer(self.server.base_url), Wish())
        except BankError as error:
            return error

    def booked(self, order: Order) -> int:
        return len(self.till.entries(order.remittance, self.bank))

    def known(self, order: Order) -> Payment:
        """What is found out about it when the line is whole again."""
        self.payments.reconcile()
        (payment,) = self.payments.alike(order)
        return payment

    def run(self, order: Order) -> subprocess.Popen[str]:
        """Pay in a process of its own."""
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.bank.paying", str(self.folder), self.bank),
                *(self.server.base_url, ACCOUNTS[self.bank], "1.00", order.remittance),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


@pytest.fixture(params=ACCOUNTS)
def world(
    request: pytest.FixtureRequest,
    join: Connect,
    practice_bank: RunningBank,
    connections: Connections,
    tmp_path: Path,
) -> Iterator[World]:
    made = join(request.param)
    world = World(practice_bank, connections, tmp_path / "banks", request.param)
    with crooked_bank(world.between) as served:
        path = made.base_url.removeprefix(practice_bank.base_url)
        connections.save(replace(made, base_url=served.base_url.removesuffix("/v1") + path))
        yield world
    world.payments.close()


def tell_the_truth(world: World, order: Order, outcome: Payment | BankError | None) -> None:
    """At most one booking, and nothing was said or is known that the ledger does not bear out."""
    booked = world.booked(order)
    assert booked <= 1, "paid twice"
    if isinstance(outcome, Payment):
        assert booked == (outcome.state in MOVED)
    elif outcome is not None and not isinstance(outcome, PaymentUnknownError):
        assert booked == 0, f"{outcome.code} was said of a payment that went through"
    known = world.known(order)
    assert booked == (known.state in MOVED)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_line_that_is_cut(world: World, moment: Moment) -> None:
    order = world.order()
    world.strike_at(moment)
    outcome = world.pay(order)
    world.peace()
    tell_the_truth(world, order, outcome)


@given(call=st.sampled_from(CALLS), sent=st.floats(0, 1))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_that_is_cut_at_any_byte(world: World, call: int, sent: float) -> None:
    order = world.order()
    world.strike_at(Moment(call, True, sent))
    outcome = world.pay(order)
    world.peace()
    tell_the_truth(world, order, outcome)


FAULTS: list[dict[str, Any]] = [
    {"kind": "reset", "when": "before"},
    {"kind": "reset", "when": "after"},
    {"kind": "error", "when": "before"},
    {"kind": "error", "when": "after"},
    {"kind": "error", "when": "after", "code": "SERVICE_UNAVAILABLE"},
    {"kind": "malformed"},
    {"kind": "types", "field": "transactionStatus"},
    {"kind": "types", "field": "scaStatus"},
    {"kind": "types", "field": "_links"},
    {"kind": "page"},
]
STEPS = ("POST /payments/sepa-credit-transfers", "POST */authorisations", "PUT *", "GET */status", "DELETE *")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(fault.values()))
def test_faults_of_the_bank(world: World, fault: dict[str, Any], step: str) -> None:
    order = world.order()
    order_fault(world.server.base_url, world.bank.split()[0].lower(), path=step, calls=2, **fault)
    outcome = world.pay(order)
    practice(world.server.base_url, "DELETE", "faults")
    tell_the_truth(world, order, outcome)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_kill_9_at_every_step(world: World, moment: Moment) -> None:
    order = world.order()
    world.strike_at(moment)
    with world.run(order) as child:

        def kill(line: Line, _rest: bytes) -> None:
            os.kill(child.pid, signal.SIGKILL)
            line.reset()

        world.between.strike = kill
        child.communicate(timeout=60)
    reached = len(world.between.moving) >= moment.call
    assert child.returncode == (-signal.SIGKILL if reached else 0)
    world.peace()
    tell_the_truth(world, order, None)


@pytest.mark.parametrize("after", [0.0, 0.01, 0.02, 0.04, 0.06, 0.09, 0.13])
def test_kill_9_at_any_time(world: World, after: float) -> None:
    order = world.order()
    with world.run(order) as child:
        assert child.stdout
        child.stdout.readline()  # it is about to begin
        time.sleep(after)
        child.kill()
    if world.payments.alike(order):
        tell_the_truth(world, order, None)
    else:
        assert world.booked(order) == 0


def test_ctrl_c_does_not_cut_the_step_that_moves_money(world: World) -> None:
    order = world.order()
    with world.run(order) as child:

        def interrupt(line: Line, rest: bytes) -> None:
            os.kill(child.pid, signal.SIGINT)
            time.sleep(0.05)
            line.send(rest)

        last = {"Meadow Bank": 4, "Harbour Bank": 3}[world.bank]
        world.strike_at(Moment(last, True))
        world.between.strike = interrupt
        child.communicate(timeout=60)
    assert child.returncode != 0, "and it is not forgotten either"
    assert world.booked(order) == 1
    (payment,) = world.payments.alike(order)
    assert payment.state in MOVED, "the answer was written down before the process ended"


@pytest.mark.parametrize("quirks", [[], ["noReplay"]], ids=["replays", "takes it for another"])
def test_what_is_unknown_is_not_begun_again_and_resumed_only_at_the_customers_word(
    world: World, quirks: list[str]
) -> None:
    practice(world.server.base_url, "POST", "quirks", bank=world.bank.split()[0].lower(), quirks=quirks)
    for worked in (False, True):
        order = world.order()
        world.strike_at(Moment(1, worked))
        assert isinstance(world.pay(order), PaymentUnknownError)
        world.peace()
        assert isinstance(world.pay(order), PaymentOpenError)
        assert world.booked(order) == 0
        (payment,) = world.payments.reconcile()
        assert payment.state is PaymentState.UNKNOWN
        world.payments.told(payment)
        assert world.payments.reconcile() == (), "it is said once"
        resumed = world.payments.resume(payment, Wish()).confirm(Customer(world.server.base_url))
        assert resumed.request_id == payment.request_id
        assert world.booked(order) == 1
        again = world.payments.resume(resumed, Wish())
        assert again.payment.state is resumed.state
        assert world.booked(order) == 1
        world.payments.told(resumed)


def test_what_nobody_confirmed_is_gone_on_with(world: World) -> None:
    """The process ended while it waited for the code: the same payment is confirmed, and no second one."""
    order = world.order()
    left = world.payments.start(order, Wish())
    assert left.payment.state is PaymentState.RECEIVED
    unfinished = world.payments.unfinished(order)
    assert unfinished is not None
    assert unfinished.id == left.payment.id
    paid = world.payments.resume(unfinished, Wish()).confirm(Customer(world.server.base_url))
    assert paid.bank_id == left.payment.bank_id
    assert world.booked(order) == 1
    assert world.payments.unfinished(order) is None
    assert len(world.payments.alike(order)) == 1


def test_a_payment_that_nobody_finds_is_given_up_in_the_end(world: World) -> None:
    order = world.order()
    world.strike_at(Moment(1, worked=False))
    assert isinstance(world.pay(order), PaymentUnknownError)
    world.peace()
    later = Payments(
        world.till.connections,
        journal_in(world.folder),
        patience=HASTE,
        today=lambda: TODAY + timedelta(days=8),
    )
    (payment,) = later.reconcile()
    assert payment.state is PaymentState.NOT_DONE
    later.close()


def test_a_full_disk_sends_nothing(world: World) -> None:
    order = world.order()
    world.between.moving.clear()
    with full_disk(0), pytest.raises(JournalError):
        world.pay(order)
    assert world.between.moving == []
    assert world.payments.alike(order) == ()


def test_a_disk_that_is_full_after_the_first_answer_leaves_nothing_open(world: World) -> None:
    order = world.order()
    former = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(line: Line, rest: bytes) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, former[1]))
        line.send(rest)

    world.strike_at(Moment(1, True))
    world.between.strike = fill
    try:
        with pytest.raises(JournalError):
            world.pay(order)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert world.between.moving[-1].startswith("DELETE")
    assert world.booked(order) == 0
    assert world.known(order).state is PaymentState.UNKNOWN


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_cancellation_whose_line_is_cut(world: World, moment: Moment) -> None:
    order = replace(world.order(), on=TODAY + timedelta(days=5))
    payment = world.pay(order)
    assert isinstance(payment, Payment)
    world.strike_at(moment)
    try:
        cancelled = world.payments.cancel(payment, Customer(world.server.base_url), Wish())
        assert cancelled.state is PaymentState.CANCELLED
    except CancellationUnknownError:
        cancelled = None
    except BankError:
        cancelled = None
        world.peace()
        assert world.payments.refresh(payment).state is not PaymentState.CANCELLED
    world.peace()
    known = world.payments.refresh(payment)
    assert cancelled is None or known.state is PaymentState.CANCELLED


def test_a_storm() -> None:
    """The few rounds of it; `python -m tests.bank.storm` has the many."""
    log = rage(32, 3, seed=21)
    assert log.is_right, log
    assert Counter(each.fault for each in log.payments).keys() == {"calm", "cut", "kill"}
    ends = {each.said for each in log.payments}
    assert ends == {"paid", "not paid", "unknown", "refused", "killed"}, "every way of ending was met"
    assert any(each.behind for each in log.payments)
