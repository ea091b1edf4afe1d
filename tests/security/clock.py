"""A clock that tests set, and a guard that goes by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from assistant.bank.journal import Journal
from assistant.security.demands import Act, Demand, Need
from assistant.security.guard import Guard
from assistant.security.passcode import Cost
from assistant.security.trail import Trail
from assistant.security.waits import Moment

PASSCODE = "739158"
CHEAP = Cost(memory=8, iterations=1)
"""The least that Argon2 takes; what a guess costs is no matter here."""


@dataclass
class Machine:
    """Its clock can be set; its uptime only goes on, and begins anew when it is started anew."""

    wall: datetime = datetime(2026, 3, 18, 9, 0, tzinfo=timezone.utc)
    uptime: float = 1_000.0
    starts: int = 1
    conversations: list[str] = field(default_factory=list)

    def __call__(self) -> Moment:
        return Moment(self.wall, f"boot-{self.starts}", self.uptime)

    def wait(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.uptime += seconds

    def set_clock(self, seconds: float) -> None:
        """Forward, or back."""
        self.wall += timedelta(seconds=seconds)

    def restart(self, seconds: float = 60.0) -> None:
        self.wall += timedelta(seconds=seconds)
        self.uptime = 5.0
        self.starts += 1


def guard_in(folder: Path, machine: Machine, *, keyring: bool = False) -> Guard:
    """As a new process makes it: nothing is remembered but what lies in the folder."""
    trail = Trail(folder, keyring=keyring)
    journal = Journal(folder, keyring=keyring, now=lambda: machine.wall)
    return Guard(trail, journal, clock=machine, cost=CHEAP)


def digits_for(demand: Demand | None, passcode: str = PASSCODE) -> str:
    """The right answer."""
    assert demand is not None
    assert demand.need is Need.POSITIONS, demand
    assert demand.positions is not None
    first, second = demand.positions
    return passcode[first - 1] + passcode[second - 1]


def wrong(digits: str) -> str:
    return "".join(str((int(digit) + 1) % 10) for digit in digits)


def asked(guard: Guard, conversation: str = "desk") -> Demand:
    """What it wants before something is changed."""
    demand = guard.demand(Act.CHANGE, conversation=conversation)
    assert demand is not None
    return demand
