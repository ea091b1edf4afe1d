"""Paying as a test does it, and as a process of its own that may be killed: `python -m tests.bank.paying`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from assistant.bank.connections import Connections
from assistant.bank.model import Account, StandingOrder, Transaction
from assistant.bank.payment import Order, Payee, PaymentState, Product, Schedule, order_to_payee
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.bank.wire import Patience
from assistant.errors import BankError
from assistant.money import Money
from tests.bank.conftest import TODAY, journal_in
from tests.bank.customer import Customer

MARIE = Payee("Marie Dubois", "DE89370400440532013000")
ACCOUNTS = {"Meadow Bank": "Everyday account", "Harbour Bank": "Joint account"}
"""Those that pay, by bank."""
MOVED = (PaymentState.PAID, PaymentState.ARRIVED, PaymentState.ON_ITS_WAY)
HASTE = Patience(sleep=lambda _: None, draw=lambda: 0.0)


@dataclass(frozen=True)
class Till:
    """Anna's accounts at her banks, and what was booked on them."""

    connections: Connections

    def account(self, bank: str, name: str) -> Account:
        with_them = Portfolio(self.connections, patience=HASTE, today=lambda: TODAY)
        try:
            found = with_them.accounts()
            assert not found.failures
            return next(each for each in found.items if (each.bank, each.name) == (bank, name))
        finally:
            with_them.close()

    def order(
        self,
        bank: str = "Meadow Bank",
        account: str = "Everyday account",
        *,
        amount: str,
        remittance: str,
        payee: Payee = MARIE,
        product: Product = Product.SEPA,
        on: date | None = None,
        schedule: Schedule | None = None,
    ) -> Order:
        source = self.account(bank, account)
        return order_to_payee(
            source,
            payee,
            Money(Decimal(amount), source.currency),
            product,
            remittance=remittance,
            today=TODAY,
            on=on,
            schedule=schedule,
        )

    def entries(self, remittance: str, bank: str = "Meadow Bank") -> Sequence[Transaction]:
        """What left any account of the bank with that text, booked or pending."""
        return [each for each in self.all_entries(bank) if each.remittance == remittance]

    def all_entries(self, bank: str) -> Sequence[Transaction]:
        """What left the accounts of the bank today."""
        with_them = Portfolio(self.connections, patience=HASTE, today=lambda: TODAY)
        try:
            accounts = [each for each in with_them.accounts().items if each.bank == bank]
            found = with_them.transactions(accounts, TODAY, TODAY)
            assert not found.failures
            return [each for each in found.items if each.money.is_negative]
        finally:
            with_them.close()

    def standing_orders(self, bank: str) -> Sequence[StandingOrder]:
        with_them = Portfolio(self.connections, patience=HASTE, today=lambda: TODAY)
        try:
            found = with_them.standing_orders([a for a in with_them.accounts().items if a.bank == bank])
            assert not found.failures
            return found.items
        finally:
            with_them.close()


def main() -> None:
    """`FOLDER BANK PRACTICE_URL ACCOUNT AMOUNT REMITTANCE`: pay Marie once and tell how it ended."""
    folder, bank, base_url, account, amount, remittance = sys.argv[1:]
    connections = Connections(Path(folder), keyring=False)
    payments = Payments(connections, journal_in(Path(folder)), patience=HASTE, today=lambda: TODAY)
    order = Till(connections).order(bank, account, amount=amount, remittance=remittance)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        told = {"state": payments.pay(order, Customer(base_url), Wish()).state.value}
    except BankError as error:
        told = {"error": error.code}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
