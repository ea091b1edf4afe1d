"""Paying past the guard, as a conversation does it."""

from __future__ import annotations

from pathlib import Path

from assistant.bank.connections import Connections
from assistant.bank.journal import Journal
from assistant.bank.payment import Order, Payee
from assistant.bank.payments import Payments
from assistant.errors import LimitError
from assistant.sandbox.ibans import irish_iban
from assistant.security.demands import Act, Need
from assistant.security.guard import Guard
from tests.bank.conftest import TODAY
from tests.bank.paying import HASTE
from tests.security.clock import Machine, digits_for, guard_in

_TALK = "storm"


def released(guard: Guard, order: Order, new: bool) -> bool:
    """Ask the guard as a conversation does, and give it the digits that it wants."""
    demand = guard.demand(Act.PAY, order=order, new_payee=new, conversation=_TALK)
    if demand is not None and demand.need is Need.POSITIONS:
        guard.answer(_TALK, digits_for(demand))
        demand = guard.demand(Act.PAY, order=order, new_payee=new, conversation=_TALK)
    assert demand is None or isinstance(demand.error, LimitError)
    return demand is None


def at_the_desk(folder: Path, machine: Machine) -> tuple[Guard, Payments]:
    """What a process pays with: nothing is written down that the guard did not release."""
    guard = guard_in(folder, machine)
    journal = Journal(folder, keyring=False, now=lambda: machine.wall, watch=guard)
    connections = Connections(folder, keyring=False)
    return guard, Payments(connections, journal, patience=HASTE, today=lambda: TODAY)


def stranger(number: int) -> Payee:
    """Somebody with an account number that nobody was paid to."""
    return Payee(f"Stranger {number}", irish_iban(f"AIBK931152{number:08}"))
