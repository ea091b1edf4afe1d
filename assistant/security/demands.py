"""What is asked of the guard, and what it asks back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from assistant.errors import GuardError
from assistant.security.passcode import Positions


class Act(Enum):
    PAY = "pay"
    """Money leaves for somebody else: limits and passcode."""
    MOVE = "move"
    """Money goes from one own account to another: passcode."""
    CHANGE = "change"
    """Payees, cards, standing orders, what is pending: passcode."""
    ANSWER = "answer"
    """Something about the accounts is told: passcode when it has been quiet for long."""


class Need(Enum):
    POSITIONS = "positions"
    """Two digits of the passcode, said or typed."""
    TYPED = "typed"
    """The whole passcode, typed: too many wrong answers were given."""
    WAIT = "wait"
    """Time."""
    SET = "set"
    """A passcode: none has been set."""
    REFUSED = "refused"
    """Nothing helps; `error` says why: a limit, or none for that currency."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is needed before an act."""

    need: Need
    positions: Positions | None = None
    """Counted from 1."""
    wait: float = 0.0
    """Seconds."""
    error: GuardError | None = None
    """What to say when it ends here."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer."""

    right: bool
    judged: bool = True
    """False when it could not have been one: the wrong number of digits, the whole passcode spoken, or too
    early. It then cost no try."""
    demand: Demand | None = None
    """What is needed now; None when it was right."""
