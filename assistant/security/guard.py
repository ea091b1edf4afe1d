"""The guard: asked before money moves and before something private is told; what it needs is one question.

`demand` says what is missing before an act, `answer` takes the digits, and `permit` stands at the only door
to money (`Journal.begin`): an order that was not released here is not written down, and so never sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from random import SystemRandom

from assistant.bank.journal import Journal
from assistant.bank.payment import Order, Payment
from assistant.errors import (
    GuardError,
    LimitError,
    LockedError,
    NoLimitError,
    NoPasscodeError,
    WrongPasscodeError,
)
from assistant.money import Money
from assistant.security.demands import Act, Demand, Need, Outcome
from assistant.security.passcode import Cost, Passcode, Positions
from assistant.security.rules import Rules, spent
from assistant.security.state import State
from assistant.security.trail import Deed, Page, Trail
from assistant.security.waits import Clock, Moment, Tries, now
from assistant.settings import Settings

_RELEASE = 600.0
"""Seconds within which a released payment must be handed over."""
_JUST_NOW = 60.0
"""Seconds in which an answer stands for the act that it was asked for."""
_CONVERSATIONS = 256
"""Beyond this the conversation that proved itself first must do so again."""

Choose = Callable[[list[Positions]], Positions]


class Guard:
    """May be used from several threads. Every method may raise AuditError, and does nothing then."""

    def __init__(
        self,
        trail: Trail,
        journal: Journal,
        *,
        clock: Clock = now,
        choose: Choose | None = None,
        cost: Cost | None = None,
    ):
        """`choose`: picks the two digits to ask for. `cost`: of a guess at a passcode that is set."""
        self._trail = trail
        self._journal = journal
        self._clock = clock
        self._choose = choose or SystemRandom().choice
        self._cost = cost or Cost()
        self._lock = threading.Lock()
        self._proved: dict[str, _Proof] = {}
        self._released: list[_Release] = []

    @classmethod
    def from_settings(cls, settings: Settings) -> Guard:
        trail = Trail(settings.connections, keyring=settings.keyring)
        return cls(trail, Journal.from_settings(settings))

    @property
    def trail(self) -> Trail:
        return self._trail

    # --- before an act ------------------------------------------------------------------------

    def demand(
        self,
        act: Act,
        *,
        order: Order | None = None,
        new_payee: bool = False,
        resumes: str = "",
        conversation: str,
    ) -> Demand | None:
        """What is needed before it; None when it may be done. `order` belongs to PAY and MOVE; `resumes` is
        the id of the payment that it goes on with, which is not counted twice.

        Asked again after the passcode was given, it releases the order: this one, and once.
        """
        moment = self._clock()
        if act is Act.PAY and order is not None:
            try:
                before = self.spent(order.money.currency, but=resumes)
                self.rules.check(order.money, new_payee=new_payee, spent=before)
            except (LimitError, NoLimitError) as error:
                return Demand(Need.REFUSED, error=error)
        with self._trail.open() as page:
            state = State.of(page)
            if state.passcode is None:
                none = Demand(Need.SET, error=NoPasscodeError())
                return None if act is Act.ANSWER else none
            if not self._is_proved(act, state, conversation, moment):
                return self._ask(page, state, moment)
            if order is not None:
                payee = "new" if new_payee else "known"
                facts = {"amount": str(order.money), "act": act.value, "payee": payee, "to": _end(order)}
                page.note(Deed.RELEASED, moment.wall, facts)
        with self._lock:
            if conversation in self._proved:
                self._proved[conversation] = _Proof(moment, state.locks)
            if order is not None:
                self._released.append(_Release(order, new_payee, moment))
                if not state.rules.money_after:
                    self._proved.pop(conversation, None)
        return None

    def answer(self, conversation: str, digits: str, *, typed: bool = False) -> Outcome:
        """Judge the digits that were given for the last demand; two of them, or typed the whole passcode."""
        moment = self._clock()
        with self._trail.open() as page:
            state = State.of(page)
            if state.passcode is None:
                return Outcome(False, judged=False, demand=Demand(Need.SET, error=NoPasscodeError()))
            whole = typed and len(digits) == state.passcode.length
            pair = len(digits) == 2 and state.asked is not None and not state.tries.typed_only
            if state.tries.wait(moment) > 0 or not (whole or pair):
                return Outcome(False, judged=False, demand=self._ask(page, state, moment))
            # On the disk before it is judged: whoever ends the program now has used up a try.
            state = replace(state, tries=state.tries.another(moment))
            state.put(page, Deed.PASSCODE_TRIED, moment, how="typed" if typed else "said")
        if not self._is_right(state, digits, whole=whole):
            with self._trail.open() as page:
                state = State.of(page)
                if state.tries.typed_only:
                    page.note(Deed.PASSCODE_LOCKED, moment.wall, {"wrong": str(state.tries.wrong)})
                return Outcome(False, demand=self._ask(page, state, moment))
        with self._trail.open() as page:
            state = State.of(page)
            recent = (*state.recent, state.asked) if state.asked else state.recent
            state = replace(state, tries=Tries(), asked=None, recent=recent, locked=False)
            state.put(page, Deed.PASSCODE_RIGHT, moment)
        with self._lock:
            self._proved.pop(conversation, None)
            self._proved[conversation] = _Proof(moment, state.locks)
            while len(self._proved) > _CONVERSATIONS:
                del self._proved[next(iter(self._proved))]
        return Outcome(True)

    def lock(self) -> bool:
        """From now on everything private needs the passcode again, in every conversation and after a restart;
        False when none was set."""
        with self._trail.open() as page:
            state = State.of(page)
            if state.passcode is None:
                return False
            state = replace(state, locked=True, locks=state.locks + 1)
            state.put(page, Deed.LOCKED, self._clock())
        with self._lock:
            self._proved.clear()
        return True

    def spent(self, currency: str, *, but: str = "") -> Money:
        """What left for others within 24 hours, or may have left, by the payment journal; `but`: the id of
        one that does not count."""
        payments = [each for each in self._journal.all() if each.id != but]
        return spent(payments, currency, self._clock().wall)

    # --- at the door --------------------------------------------------------------------------

    def permit(self, order: Order, known: Iterable[Payment]) -> None:
        """Called by the journal in the transaction that writes the order down; `known` are all others.

        Raises GuardError when it was not released, LimitError or NoLimitError when the limits are spent by
        another payment meanwhile, AuditError when it cannot be written down.
        """
        moment = self._clock()
        with self._lock:
            fresh = [each for each in self._released if moment.since(each.at) < _RELEASE]
            release = next((each for each in fresh if each.order == order), None)
            self._released = [each for each in fresh if each is not release]
        if release is None:
            raise GuardError("the order was not released")
        if not order.own:
            before = spent(known, order.money.currency, moment.wall)
            self.rules.check(order.money, new_payee=release.new_payee, spent=before)
        facts = {"bank": order.bank, "amount": str(order.money), "to": _end(order)}
        self._trail.note(Deed.PAYMENT_BEGUN, moment.wall, **facts)

    def changing(self, what: str, **facts: str) -> None:
        """Called before a payee or a card is changed; when it cannot be written down, it is not changed."""
        self.note(Deed(what), **facts)

    def became(self, payment: Payment) -> None:
        """Called by the journal after it noted another state of a payment."""
        facts = {"state": payment.state.value, "amount": str(payment.order.money), "to": _end(payment.order)}
        self._trail.note(Deed.PAYMENT_STATE, self._clock().wall, **facts)

    # --- what is set --------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        with self._trail.open() as page:
            return State.of(page).rules

    @property
    def has_passcode(self) -> bool:
        with self._trail.open() as page:
            return State.of(page).passcode is not None

    def set_passcode(self, digits: str) -> None:
        """Raises WeakPasscodeError. Who may set a new one was asked before, with `prove`."""
        passcode = Passcode.of(digits, self._trail.key(), self._cost)
        with self._trail.open() as page:
            state = replace(State.of(page), passcode=passcode, tries=Tries(), asked=None, recent=())
            state.put(page, Deed.PASSCODE_SET, self._clock())

    def set_rules(self, rules: Rules, **facts: str) -> None:
        """Who may do that was asked before, with `prove`. `facts` say in the record what was changed."""
        with self._trail.open() as page:
            replace(State.of(page), rules=rules).put(page, Deed.RULES_CHANGED, self._clock(), **facts)

    def note(self, deed: Deed, **facts: str) -> None:
        """Write down an act that is about to happen; when this raises it must not."""
        self._trail.note(deed, self._clock().wall, **facts)

    def prove(self, digits: str) -> None:
        """The whole passcode, typed. Raises NoPasscodeError, WrongPasscodeError or LockedError; also ends a
        lock-out."""
        outcome = self.answer("", digits, typed=True)
        if outcome.right:
            return
        demand = outcome.demand
        if demand is not None and demand.need is Need.SET:
            raise NoPasscodeError("none is set")
        if demand is not None and demand.need is Need.WAIT and not outcome.judged:
            raise LockedError(f"{demand.wait:.0f} seconds are left to wait")
        raise WrongPasscodeError

    def tries(self) -> tuple[int, float]:
        """Wrong answers in a row, and the seconds that are left to wait."""
        moment = self._clock()
        with self._trail.open() as page:
            tries = State.of(page).tries
        return tries.wrong, tries.wait(moment)

    # --- inside -------------------------------------------------------------------------------

    def _is_proved(self, act: Act, state: State, conversation: str, moment: Moment) -> bool:
        rules = state.rules
        if act is Act.ANSWER and rules.answers_after is None:
            return not state.locked
        with self._lock:
            proved = self._proved.get(conversation)
        minutes = rules.answers_after if act is Act.ANSWER else rules.money_after
        # Just now counts even where every payment is asked for: it is this one that was answered.
        seconds = max((minutes or 0) * 60.0, _JUST_NOW)
        if state.locked or proved is None or proved.locks != state.locks:
            return False
        return moment.since(proved.at) < seconds

    def _ask(self, page: Page, state: State, moment: Moment) -> Demand:
        wait = state.tries.wait(moment)
        if wait > 0:
            error = LockedError(f"{wait:.0f} seconds are left to wait")
            return Demand(Need.WAIT, wait=wait, error=error)
        if state.tries.typed_only:
            return Demand(Need.TYPED)
        if state.asked is None and state.passcode is not None:
            every = list(combinations(range(1, state.passcode.length + 1), 2))
            recent = state.recent[-(len(every) // 2) :]
            asked = self._choose([each for each in every if each not in recent])
            state = replace(state, asked=asked, recent=recent)
            state.put(page, Deed.PASSCODE_ASKED, moment)
        return Demand(Need.POSITIONS, positions=state.asked)

    def _is_right(self, state: State, digits: str, *, whole: bool) -> bool:
        if state.passcode is None:
            return False
        if whole:
            return state.passcode.is_whole(digits, self._trail.key())
        return state.asked is not None and state.passcode.has(state.asked, digits, self._trail.key())


@dataclass(frozen=True, slots=True)
class _Proof:
    at: Moment
    locks: int
    """`State.locks` at that time."""


@dataclass(frozen=True, slots=True)
class _Release:
    order: Order
    new_payee: bool
    at: Moment


def _end(order: Order) -> str:
    """The last four signs of the payee's number."""
    return f"•••• {(order.payee.iban or order.payee.masked_pan)[-4:]}"
