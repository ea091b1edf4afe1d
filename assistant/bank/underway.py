"""A payment, or the cancellation of one, between the hand-over and its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from assistant.bank.journal import Journal
from assistant.bank.payment import Payment, PaymentState, Product
from assistant.bank.reading import Json, UnreadableError
from assistant.bank.sca import Ask, Authorisation, Need, Wish, wants_confirmation
from assistant.bank.sca_person import Person, walk
from assistant.bank.wire import Wire
from assistant.bank.xs2a_payments import Standing, Xs2aPayments, unreadable
from assistant.errors import (
    BankError,
    CancellationUnknownError,
    FundsError,
    PaymentCancelledError,
    PaymentRefusedError,
    PaymentUnknownError,
    ScaError,
    ScaTimeoutError,
    TooLateToCancelError,
)

_U = TypeVar("_U", bound="Underway")
_P = TypeVar("_P", bound="PaymentUnderway")

_LOOKS = 5
"""Times that the status is looked at in the end: some banks take a moment."""
_SECONDS = 1.0
"""Between two of them."""


class Underway:
    """What is still to be confirmed, a question at a time: `ask`, `give` and `look` as at an
    `Authorisation`, then `finish`. For one thread at a time.

    When an error ends it, the order was withdrawn where that was possible, and the journal knows.
    """

    _lost: type[BankError]
    """Raised when nobody can tell whether it worked."""

    def __init__(self, bank: Xs2aPayments, journal: Journal, payment: Payment):
        self.payment = payment
        self.ask = Ask(Need.NOTHING)
        self._bank = bank
        self._journal = journal
        self._authorisation: Authorisation | None = None

    def to_json(self) -> dict[str, Any]:
        """For another process to go on with (`Payments.take_up`); holds nothing that the person gave."""
        kept = self._authorisation.to_json() if self._authorisation else None
        return {"payment": self.payment.id, "ask": self.ask.to_json(), "authorisation": kept}

    @classmethod
    def from_json(
        cls: type[_U], bank: Xs2aPayments, journal: Journal, payment: Payment, facts: Mapping[str, Any]
    ) -> _U:
        """What `to_json` wrote; `payment` as the journal has it now."""
        made = cls(bank, journal, payment)
        made.ask = Ask.from_json(facts["ask"])
        if facts["authorisation"]:
            made._authorisation = Authorisation.from_json(bank.wire, facts["authorisation"])
        return made

    @property
    def wire(self) -> Wire:
        return self._bank.wire

    @property
    def psu_id(self) -> str:
        return self._confirming.psu_id

    @property
    def codes_left(self) -> int:
        return self._confirming.codes_left

    def begin(self, first: Json, wish: Wish) -> None:
        """Start the confirmation from the answer that tells how, if the bank wants one."""
        authorisation = self._authorisation = self._bank.authorisation(wish)
        self._step(lambda: authorisation.begin(first) if wants_confirmation(first) else Ask(Need.NOTHING))

    def confirm(self, person: Person) -> Payment:
        """Have it confirmed by a person who answers at once, and `finish`."""
        try:
            walk(self, person)
        except ScaTimeoutError as error:
            self.failed(error)
        except BankError:
            raise
        except BaseException:
            self.give_up()
            raise
        return self.finish()

    def give(self, answer: str) -> Ask:
        """What was asked for. Raises ScaError, and while `codes_left` another code may be given."""
        return self._step(lambda: self._confirming.give(answer))

    def look(self) -> Ask:
        """How the confirmation stands at the bank now."""
        return self._step(self._confirming.look)

    def finish(self) -> Payment:
        """How it ended, once nothing is asked for any more."""
        raise NotImplementedError

    def failed(self, error: BankError) -> None:
        """A step failed for good. Returns when the bank went on all the same, else raises what to say."""
        self.give_up()
        if self._went_on():
            self.ask = Ask(Need.NOTHING)
        elif error.maybe_done and not self.payment.state.is_final:
            raise self._unknown(error) from error
        else:
            raise self._heard(error)

    def give_up(self) -> Payment:
        """End it as well as possible after the person went away. Raises no BankError: what the bank did
        not say stays open in the journal."""
        if self.payment.bank_id:
            with suppress(BankError):
                self._note(self._withdrawn())
        return self.payment

    def _withdrawn(self) -> Standing:
        raise NotImplementedError

    def _went_on(self) -> bool:
        """Whether the bank did what the customer wanted, as far as the payment tells."""
        raise NotImplementedError

    @property
    def _confirming(self) -> Authorisation:
        if self._authorisation is None:
            raise ValueError("nothing is to be confirmed")
        return self._authorisation

    def _step(self, move: Callable[[], Ask]) -> Ask:
        try:
            self.ask = move()
        except UnreadableError as error:
            self.failed(unreadable(self.wire.bank, error))
        except BankError as error:
            if self.ask.need is Need.CODE and self.codes_left and type(error) is ScaError:
                raise
            self.failed(error)
        return self.ask

    def _unknown(self, error: BankError) -> BankError:
        return self._lost(error.detail, bank=self.wire.bank, status=error.status, request_id=error.request_id)

    def _heard(self, error: BankError) -> BankError:
        """The error itself tells the customer how it ended."""
        if self.payment.state.is_final:
            self.payment = self._journal.note(self.payment, told=self.payment.state)
        return error

    def _note(self, standing: Standing) -> None:
        self.payment = self._journal.note(self.payment, state=standing.state)

    def _looked(self, enough: Callable[[PaymentState], bool]) -> Standing:
        """The status, looked at a few times until it is enough."""
        try:
            standing = self._bank.standing(self.payment)
            for _ in range(_LOOKS):
                if enough(standing.state):
                    break
                self.wire.patience.sleep(_SECONDS)
                standing = self._bank.standing(self.payment)
        except BankError as error:
            raise self._unknown(error) from error
        self._note(standing)
        return standing


class PaymentUnderway(Underway):
    _lost = PaymentUnknownError

    def __init__(self, bank: Xs2aPayments, journal: Journal, payment: Payment):
        super().__init__(bank, journal, payment)
        self._unconfirmed = {PaymentState.UNKNOWN, PaymentState.RECEIVED, payment.state}
        """Some banks call a payment checked before anybody has confirmed it."""

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "unconfirmed": [state.value for state in self._unconfirmed]}

    @classmethod
    def from_json(
        cls: type[_P], bank: Xs2aPayments, journal: Journal, payment: Payment, facts: Mapping[str, Any]
    ) -> _P:
        made = super().from_json(bank, journal, payment, facts)
        # Not by how it stands by now: another process may have brought it on.
        made._unconfirmed = set(map(PaymentState, facts["unconfirmed"]))
        return made

    def finish(self) -> Payment:
        """The payment, which is paid only if its state says so.

        Raises PaymentRefusedError, FundsError or PaymentCancelledError when nothing was paid, and
        PaymentUnknownError when the bank does not answer.
        """
        instant = self.payment.order.product is Product.INSTANT
        waiting = {PaymentState.RECEIVED, *([PaymentState.ON_ITS_WAY] if instant else [])}
        # Without the bank's id it was found on the account, and there is no status to read.
        if self.payment.bank_id:
            self.check(self._looked(lambda state: state not in waiting))
        return self.payment

    def check(self, standing: Standing) -> None:
        """Raises PaymentRefusedError, FundsError or PaymentCancelledError when it ended."""
        if standing.state is PaymentState.REFUSED:
            kind = FundsError if standing.funds_available is False else PaymentRefusedError
            raise self._heard(kind("RJCT", bank=self.wire.bank))
        if standing.state is PaymentState.CANCELLED:
            raise self._heard(PaymentCancelledError("CANC", bank=self.wire.bank))

    def _withdrawn(self) -> Standing:
        """Nobody has confirmed it, so it is called back; a bank that wants a confirmation for that keeps it
        and lets it lapse."""
        standing = self._bank.standing(self.payment)
        if standing.state not in self._unconfirmed:
            return standing
        with suppress(BankError):
            if self._bank.cancel(self.payment, Wish()) is None:
                return Standing(PaymentState.CANCELLED)
        return self._bank.standing(self.payment)

    def _went_on(self) -> bool:
        state = self.payment.state
        return state not in self._unconfirmed and (state.is_paid or not state.is_final)


class CancellationUnderway(Underway):
    _lost = CancellationUnknownError

    def finish(self) -> Payment:
        """The cancelled payment. Raises TooLateToCancelError, CancellationUnknownError."""
        if self.payment.state is PaymentState.CANCELLED:
            return self.payment
        standing = self._looked(lambda state: state is PaymentState.CANCELLED or state.is_paid)
        if standing.state is PaymentState.CANCELLED:
            return self.payment
        if standing.state.is_paid:
            raise TooLateToCancelError(standing.state.value, bank=self.wire.bank)
        raise CancellationUnknownError(standing.state.value, bank=self.wire.bank)

    def _withdrawn(self) -> Standing:
        return self._bank.standing(self.payment)

    def _went_on(self) -> bool:
        return self.payment.state is PaymentState.CANCELLED
