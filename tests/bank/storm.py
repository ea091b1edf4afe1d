"""Many payments over a bad line, and killed processes: `python -m tests.bank.storm [PAYMENTS [KILLS]]`.

Every payment goes past the guard and through the real client to the practice bank. The line is cut at a
random byte of a random step, before or after the bank did its work, or the paying process gets a SIGKILL
there. Some payments are above a limit, and some never asked the guard. What was said at once and what was
found out later are then held against the ledger of the bank, and the ledger against the limits.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.payment import Order, PaymentState
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.errors import BankError, GuardError, PaymentUnknownError
from assistant.money import Money
from assistant.sandbox.process import RunningBank, running_bank
from assistant.security.rules import DAY, Limits
from tests.bank.between import Between, Moment
from tests.bank.conftest import TODAY
from tests.bank.crooked import Line, crooked_bank
from tests.bank.customer import Customer
from tests.bank.guarded import at_the_desk, released, stranger
from tests.bank.paying import ACCOUNTS, HASTE, MOVED, Till
from tests.security.clock import PASSCODE, Machine

_CALM = 0.2
"""Part of the payments that nothing happens to."""
_STRANGERS = 0.2
"""Part that goes to somebody who was never paid."""
_BEHIND = 0.03
"""Part that does not ask the guard."""
_CALLS = {"Meadow Bank": 4, "Harbour Bank": 3}
"""Of a payment that move something."""
_SPAN = timedelta(days=4.5)
"""From the first payment to the last one. Longer, and some that are unknown would be given up."""
_NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=timezone.utc)
_PAYMENT, _NEW_PAYEE = Decimal("0.80"), Decimal("0.40")
_A_DAY = Decimal("0.05")
"""The limit of a day, for each payment of the storm: about three of four fit."""


@dataclass
class Paid:
    order: Order
    fault: str
    """`cut` or `kill` where that happened, else `calm`."""
    said: str
    """`paid`, `not paid`, `unknown`, `refused` by the guard; `killed` when nobody was left to tell."""
    at: datetime
    new: bool
    """Whether the payee was never paid."""
    behind: bool = False
    """The guard was not asked."""


@dataclass
class Log:
    """What happened, and what the ledger says of it."""

    limits: Limits
    payments: list[Paid] = field(default_factory=list)
    double: int = 0
    lost: int = 0
    """Said or found to be paid, and not booked."""
    wrong: int = 0
    """Said or found not to be paid, and booked."""
    unknown: int = 0
    """Nobody knows in the end, and nothing was booked."""
    above: int = 0
    """Booked above a limit, or without the guard's leave."""
    refused_wrongly: int = 0
    """No limit was in the way."""
    cents_amiss: int = 0
    """Between what was booked and what the balances lost."""
    acts: int = 0
    """In the record of acts, each one checked."""

    @property
    def is_right(self) -> bool:
        amiss = self.above or self.refused_wrongly or self.cents_amiss
        return not (self.double or self.lost or self.wrong or amiss)


class Storm:
    def __init__(self, server: RunningBank, folder: Path, seed: int, payments: int):
        self.server = server
        self.folder = folder
        self.draw = random.Random(seed)
        self.machine = Machine(wall=_NOON - _SPAN)
        self.step = _SPAN.total_seconds() / payments
        self.limits = Limits(payment=_PAYMENT, day=max(_A_DAY * payments, _PAYMENT), new_payee=_NEW_PAYEE)
        self.connections = Connections(folder, keyring=False)
        self.guard, self.payments = at_the_desk(folder, self.machine)
        self.guard.set_passcode(PASSCODE)
        self.guard.set_rules(replace(self.guard.rules, limits={"EUR": self.limits}))
        self.lines: dict[str, Between] = {}
        self.orders: dict[str, Order] = {}
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["tests.bank.paying"])

    @contextmanager
    def join(self, bank: str, base_url: str) -> Iterator[None]:
        """Connect Anna, and put somebody between her and the bank from then on."""
        anna = Customer(self.server.base_url)
        made = connect(self.connections, anna, name=bank, base_url=base_url, psu_id="anna", patience=HASTE)
        self.orders[bank] = Till(self.connections).order(bank, ACCOUNTS[bank], amount="1", remittance="")
        between = self.lines[bank] = Between(self.server.base_url)
        with crooked_bank(between) as served:
            path = made.base_url.removeprefix(self.server.base_url)
            self.connections.save(replace(made, base_url=served.base_url.removesuffix("/v1") + path))
            yield

    def pay(self, number: int, *, kill: bool) -> Paid:
        self.machine.wait(self.step)
        bank = self.draw.choice(list(ACCOUNTS))
        new = self.draw.random() < _STRANGERS
        behind = not kill and self.draw.random() < _BEHIND
        cents = self.draw.randint(1, 99)
        order = replace(
            self.orders[bank],
            money=Money(Decimal(cents) / 100, "EUR"),
            remittance=f"storm {number}",
            payee=stranger(number) if new else self.orders[bank].payee,
        )
        between = self.lines[bank]
        between.moving.clear()
        between.moment, between.struck = None, False
        if kill or self.draw.random() > _CALM:
            worked = self.draw.random() < 0.7
            sent = self.draw.random() if worked else 0.0
            between.moment = Moment(self.draw.randint(1, _CALLS[bank]), worked, sent)
        said = self._kill(order, new, between) if kill else self._say(order, new, behind=behind)
        between.moment = None
        fault = "kill" if said == "killed" else "cut" if between.struck else "calm"
        return Paid(order, fault, said, self.machine.wall, new, behind)

    def _say(self, order: Order, new: bool, *, behind: bool) -> str:
        customer = Customer(self.server.base_url)
        try:
            if not behind and not released(self.guard, order, new):
                return "refused"
            payment = self.payments.pay(order, customer, Wish())
        except GuardError:
            return "refused"
        except PaymentUnknownError:
            return "unknown"
        except BankError:
            return "not paid"
        return "paid" if payment.state in MOVED else "not paid"

    def _kill(self, order: Order, new: bool, between: Between) -> str:
        """In a process of its own, `killed` if it came to the moment; what it says otherwise nobody hears."""
        told = self.processes.SimpleQueue()
        order_of = (self.folder, self.server.base_url, order, new, self.machine, told)
        process = self.processes.Process(target=_pay, args=order_of)

        def strike(line: Line, _rest: bytes) -> None:
            os.kill(process.pid or 0, signal.SIGKILL)
            line.reset()

        usual, between.strike = between.strike, strike
        process.start()
        process.join()
        between.strike = usual
        assert process.exitcode in (0, -signal.SIGKILL), "it failed by itself"
        return "killed" if process.exitcode else told.get()

    def check(self, log: Log, before: dict[str, Money]) -> None:
        """Find out about everything, as at the next start, and hold it against the ledger."""
        self.payments.reconcile()
        booked: Counter[str] = Counter()
        gone = 0
        for bank in ACCOUNTS:
            for entry in Till(self.connections).all_entries(bank):
                if entry.remittance.startswith("storm "):
                    booked[entry.remittance] += 1
                    gone += int(-entry.money.amount * 100)
        for paid in log.payments:
            times = booked[paid.order.remittance]
            states = [each.state for each in self.payments.alike(paid.order)]
            log.double += times > 1
            found = any(state in MOVED for state in states)
            log.lost += times == 0 and (paid.said == "paid" or found)
            log.wrong += times == 1 and (paid.said in ("not paid", "refused") or not found)
            log.unknown += times == 0 and PaymentState.UNKNOWN in states
        _hold_limits(log, booked)
        log.acts = len(self.guard.trail.entries())
        after = self.balances()
        log.cents_amiss = sum(int((before[each] - after[each]).amount * 100) for each in before) - gone

    def balances(self) -> dict[str, Money]:
        """What can be spent from the paying accounts, by bank."""
        portfolio = Portfolio(self.connections, patience=HASTE, today=lambda: TODAY)
        try:
            return {
                account.bank: balance.money
                for account, balances in portfolio.balances().items
                for balance in balances
                if ACCOUNTS[account.bank] == account.name and balance.kind == "interimAvailable"
            }
        finally:
            portfolio.close()


def _pay(folder: Path, base_url: str, order: Order, new: bool, machine: Machine, told: Any) -> None:
    guard, payments = at_the_desk(folder, machine)
    if not released(guard, order, new):
        told.put("refused")
        return
    told.put("paid" if payments.pay(order, Customer(base_url), Wish()).state in MOVED else "not paid")


def _hold_limits(log: Log, booked: Counter[str]) -> None:
    """By the ledger and the clock alone."""
    limits = log.limits
    for paid in log.payments:
        amount = paid.order.money.amount
        largest = limits.new_payee if paid.new else limits.payment
        day = [each for each in log.payments if paid.at - DAY < each.at <= paid.at]
        if paid.said == "refused":
            perhaps = [each for each in day if each.at < paid.at and each.said not in ("refused", "not paid")]
            in_the_way = amount > largest or _sum(perhaps) + amount > limits.day
            log.refused_wrongly += not (paid.behind or in_the_way)
        elif booked[paid.order.remittance]:
            left = [each for each in day if booked[each.order.remittance]]
            log.above += paid.behind or amount > largest or _sum(left) > limits.day


def _sum(payments: Iterable[Paid]) -> Decimal:
    return sum((each.order.money.amount for each in payments), Decimal())


def rage(payments: int, kills: int, *, seed: int) -> Log:
    """So many payments, and more where that is not enough for so many kills: not every one comes that far."""
    with TemporaryDirectory() as folder, running_bank(Path(folder) / "bank.sqlite", today=TODAY) as server:
        storm = Storm(server, Path(folder) / "banks", seed, payments)
        meadow, harbour = server.banks.items()
        with storm.join(*meadow), storm.join(*harbour):
            log = Log(storm.limits)
            before = storm.balances()
            for number in itertools.count():
                left = max(payments - number, 1)
                if number >= payments and kills <= 0:
                    break
                paid = storm.pay(number, kill=storm.draw.random() < kills / left)
                kills -= paid.said == "killed"
                log.payments.append(paid)
            storm.check(log, before)
            return log


def main() -> None:
    payments, kills = (int(each) for each in (*sys.argv[1:], "2000", "200")[:2])
    log = rage(payments, kills, seed=1)
    said = Counter((each.fault, each.said) for each in log.payments)
    lines = [f"{fault:>6} {words:>9} {count:>6}" for (fault, words), count in sorted(said.items())]
    refused = [each for each in log.payments if each.said == "refused"]
    table = {
        "payments": len(log.payments),
        "refused, guard not asked": sum(each.behind for each in refused),
        "refused, above a limit": sum(not each.behind for each in refused),
        "double": log.double,
        "lost": log.lost,
        "announced wrongly": log.wrong,
        "unknown, unpaid": log.unknown,
        "booked above a limit, or unasked": log.above,
        "refused, no limit in the way": log.refused_wrongly,
        "cents amiss": log.cents_amiss,
        "acts on record, all in order": log.acts,
    }
    lines += [f"{name:>32} {count:>6}" for name, count in table.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(0 if log.is_right else 1)


if __name__ == "__main__":
    main()
