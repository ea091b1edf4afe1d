"""Many payments over a bad line, and killed processes: `python -m tests.bank.storm [PAYMENTS [KILLS]]`.

Every payment goes to the practice bank through the real client. The line is cut at a random byte of a random
step, before or after the bank did its work, or the paying process gets a SIGKILL there. What was said at once
and what was found out later are then held against the ledger of the bank.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.bank.connecting import connect
from assistant.bank.connections import Connections
from assistant.bank.payment import Order, Payment, PaymentState
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.errors import BankError, PaymentUnknownError
from assistant.money import Money
from assistant.sandbox.process import RunningBank, running_bank
from tests.bank.between import Between, Moment
from tests.bank.conftest import TODAY, journal_in
from tests.bank.crooked import Line, crooked_bank
from tests.bank.customer import Customer
from tests.bank.paying import ACCOUNTS, HASTE, MOVED, Till

_CALM = 0.2
"""Part of the payments that nothing happens to."""
_CALLS = 4
"""Of a payment that move something, at most."""


@dataclass
class Paid:
    order: Order
    fault: str
    said: str
    """`paid`, `not paid`, `unknown`; `killed` when nobody was left to say anything."""


@dataclass
class Log:
    """What happened, and what the ledger says of it."""

    payments: list[Paid] = field(default_factory=list)
    double: int = 0
    lost: int = 0
    """Said or found to be paid, and not booked."""
    wrong: int = 0
    """Said or found not to be paid, and booked."""
    unknown: int = 0
    """Nobody knows in the end, and nothing was booked."""
    cents_amiss: int = 0
    """Between what was booked and what the balances lost."""

    @property
    def is_right(self) -> bool:
        return not (self.double or self.lost or self.wrong or self.cents_amiss)


class Storm:
    def __init__(self, server: RunningBank, folder: Path, seed: int):
        self.server = server
        self.folder = folder
        self.draw = random.Random(seed)
        self.connections = Connections(folder, keyring=False)
        self.payments = Payments(self.connections, journal_in(folder), patience=HASTE, today=lambda: TODAY)
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
        bank = self.draw.choice(list(ACCOUNTS))
        cents = self.draw.randint(1, 99)
        money = Money(self.orders[bank].money.amount * cents / 100, "EUR")
        order = replace(self.orders[bank], money=money, remittance=f"storm {number}")
        between = self.lines[bank]
        between.moving.clear()
        between.moment = None
        if kill or self.draw.random() > _CALM:
            worked = self.draw.random() < 0.7
            sent = self.draw.random() if worked else 0.0
            between.moment = Moment(self.draw.randint(1, _CALLS), worked, sent)
        fault = "kill" if kill else "cut" if between.moment else "calm"
        said = self._kill(order, between) if kill else self._say(order)
        between.moment = None
        return Paid(order, fault, said)

    def _say(self, order: Order) -> str:
        try:
            payment = self.payments.pay(order, Customer(self.server.base_url), Wish())
        except PaymentUnknownError:
            return "unknown"
        except BankError:
            return "not paid"
        return "paid" if payment.state in MOVED else "not paid"

    def _kill(self, order: Order, between: Between) -> str:
        process = self.processes.Process(target=_pay, args=(self.folder, self.server.base_url, order))

        def strike(line: Line, _rest: bytes) -> None:
            os.kill(process.pid or 0, signal.SIGKILL)
            line.reset()

        usual, between.strike = between.strike, strike
        process.start()
        process.join()
        between.strike = usual
        return "killed"

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
            log.wrong += times == 1 and (paid.said == "not paid" or not found)
            log.unknown += times == 0 and PaymentState.UNKNOWN in states
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


def _pay(folder: Path, base_url: str, order: Order) -> Payment:
    connections = Connections(folder, keyring=False)
    payments = Payments(connections, journal_in(folder), patience=HASTE, today=lambda: TODAY)
    return payments.pay(order, Customer(base_url), Wish())


def rage(payments: int, kills: int, *, seed: int) -> Log:
    """That many payments, of which that many are killed."""
    with TemporaryDirectory() as folder, running_bank(Path(folder) / "bank.sqlite", today=TODAY) as server:
        storm = Storm(server, Path(folder) / "banks", seed)
        meadow, harbour = server.banks.items()
        with storm.join(*meadow), storm.join(*harbour):
            log = Log()
            before = storm.balances()
            killed = set(storm.draw.sample(range(payments), kills))
            for number in range(payments):
                log.payments.append(storm.pay(number, kill=number in killed))
            storm.check(log, before)
            return log


def main() -> None:
    payments, kills = (int(each) for each in (*sys.argv[1:], "2000", "200")[:2])
    log = rage(payments, kills, seed=1)
    said = Counter((each.fault, each.said) for each in log.payments)
    lines = [f"{fault:>6} {words:>9} {count:>6}" for (fault, words), count in sorted(said.items())]
    lines += [f"{'payments':>16} {len(log.payments):>6}", f"{'double':>16} {log.double:>6}"]
    lines += [f"{'lost':>16} {log.lost:>6}", f"{'announced wrongly':>16} {log.wrong:>5}"]
    lines += [f"{'unknown, unpaid':>16} {log.unknown:>6}", f"{'cents amiss':>16} {log.cents_amiss:>6}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(0 if log.is_right else 1)


if __name__ == "__main__":
    main()
