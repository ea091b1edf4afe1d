"""What is asked of the guard, and what it asks back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from assistant.errors import GuardError, GuestError, HeardElsewhereError
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


class Reach(Enum):
    """How far a request may go, by where it comes from; the passcode is asked for on top of that."""

    ALL = "all"
    LOOK = "look"
    """Its words were not heard here: nothing is begun that moves money or changes something."""
    GUEST = "guest"
    """Anybody may speak there: nothing about the customer is told."""

    def refusal(self, intent: str) -> GuardError | None:
        """What to say in the place of an answer; None when it may be given. Whatever is not known to be
        harmless is refused."""
        if self is Reach.GUEST and intent not in OPEN:
            return GuestError()
        if self is Reach.LOOK and intent not in OPEN | LOOKING:
            return HeardElsewhereError()
        return None


_OPEN = (
    "affirm cancel deny faster finished goodbye greet help more nlu_fallback out_of_scope repeat slower stop "
    "thank"
)
OPEN = frozenset(_OPEN.split())
"""Intents whose answers hold nothing about the customer, unless they go on from one that did."""
_LOOKING = (
    "account_details card_usage change_payment check_balance compare_spending income list_accounts "
    "list_payees list_transactions lock open_bills payment_arrived payment_news pending_payments "
    "recurring_payments refine search_transactions spending unlock upcoming_payments"
)
LOOKING = frozenset(_LOOKING.split())
"""Intents that look something up, or go on from where one is. By themselves they move and change nothing."""


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
