"""Money that moves: orders to the connected banks, each written down first and never sent twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date
from typing import Any

from assistant.bank.connections import Connection, Connections
from assistant.bank.interface import Bank
from assistant.bank.journal import Journal, Watch
from assistant.bank.model import Account, PaymentCard
from assistant.bank.payment import Order, Payee, PayeeCheck, Payment, PaymentState
from assistant.bank.payment_requests import Operator, PaymentRequest
from assistant.bank.portfolio import patience_of
from assistant.bank.reconciliation import booking_of, first_day_to_search, is_given_up, is_standing
from assistant.bank.sca import Wish
from assistant.bank.sca_person import Person
from assistant.bank.underway import CancellationUnderway, PaymentUnderway, Underway
from assistant.bank.uninterrupted import uninterrupted
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a import Xs2aBank
from assistant.bank.xs2a_cards import Xs2aCards
from assistant.bank.xs2a_payments import Xs2aPayments
from assistant.bank.xs2a_requests import Xs2aRequests
from assistant.errors import (
    AccountError,
    BankError,
    JournalError,
    NoBankError,
    NotKnownError,
    PaymentUnknownError,
    StorageError,
    TooLateToCancelError,
    WrongStateError,
)
from assistant.events import Observer
from assistant.money import Money
from assistant.settings import Settings

_NOT_YET = (PaymentState.UNKNOWN, PaymentState.RECEIVED, PaymentState.CHECKED)


class Payments:
    """Paying from the connected banks. Every method may raise NoBankError, JournalError, StorageError and
    BankError; may be used from several threads at once."""

    def __init__(
        self,
        connections: Connections,
        journal: Journal,
        *,
        patience: Patience | None = None,
        today: Callable[[], date] = date.today,
        observe: Observer | None = None,
        watch: Watch | None = None,
    ):
        """`watch` must agree before a card is changed; the journal has one of its own for orders."""
        self._connections = connections
        self._journal = journal
        self._patience = patience or Patience()
        self._today = today
        self._observe = observe
        self._watch = watch
        self._lock = threading.Lock()
        self._wires: dict[Connection, Wire] = {}

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        today: Callable[[], date] = date.today,
        observe: Observer | None = None,
        watch: Watch | None = None,
    ) -> Payments:
        return cls(
            Connections.from_settings(settings),
            Journal.from_settings(settings, watch),
            patience=patience_of(settings.bank_timeout),
            today=today,
            observe=observe,
            watch=watch,
        )

    def close(self) -> None:
        with self._lock:
            wires, self._wires = self._wires, {}
        for wire in wires.values():
            wire.close()

    # --- paying -------------------------------------------------------------------------------

    def pay(self, order: Order, person: Person, wish: Wish) -> Payment:
        """`start`, with a person who confirms at once, and `finish`. Raises as those do."""
        return self.start(order, wish).confirm(person)

    def start(self, order: Order, wish: Wish, name: str = "") -> PaymentUnderway:
        """Write the order down and hand it over; what is left is to confirm it. `name`: see `Journal.begin`.

        Raises JournalError when it cannot be written down, and then nothing was sent; PaymentOpenError
        when the very same order is open and unknown; PaymentUnknownError when the answer was lost and the
        bank shows nothing of it yet; any other BankError when nothing was and nothing will be paid.
        """
        bank = self._bank(order.bank)
        with uninterrupted():
            return self._hand_over(bank, self._journal.begin(order, name), wish)

    def unfinished(self, order: Order) -> Payment | None:
        """The newest one of the same order that `resume` can go on with: nobody knows whether the bank has
        it, or it is there and nobody has confirmed it."""
        known = (self.refresh(each) for each in reversed(self._journal.alike(order)))
        return next((each for each in known if self._is_unfinished(each)), None)

    def resume(self, payment: Payment, wish: Wish) -> PaymentUnderway:
        """Go on with it, at the customer's word. What nobody knows about is handed over again, with the same
        ids, so that a bank which has it takes it for the one it has; what nobody confirmed is confirmed anew.
        What came to an end meanwhile is not begun again. Raises as `start` does.
        """
        payment = self.refresh(payment)
        bank = self._bank(payment.order.bank)
        underway = PaymentUnderway(bank, self._journal, payment)
        if self._is_unfinished(payment):
            self._journal.again(payment)
            with uninterrupted():
                if payment.state is PaymentState.UNKNOWN:
                    return self._hand_over(bank, payment, wish, again=True)
                underway.begin(bank.unconfirmed(payment), wish)
        return underway

    def begun(self, name: str) -> Payment | None:
        """The payment of that id of ours, whichever process began it; None when none did."""
        return self._journal.find(name)

    def take_up(self, facts: Mapping[str, Any], *, cancels: bool) -> Underway:
        """Go on with what `Underway.to_json` wrote; `cancels`: it was a cancellation."""
        payment = self._journal.find(facts["payment"])
        if payment is None:
            raise JournalError("the record of a payment is missing")
        kind = CancellationUnderway if cancels else PaymentUnderway
        return kind.from_json(self._bank(payment.order.bank), self._journal, payment, facts)

    def broken_off(self, payment: Payment) -> PaymentUnderway:
        """An order whose process died while it handed it over: called back where nobody can have confirmed
        it, else as it stands now."""
        underway = PaymentUnderway(self._bank(payment.order.bank), self._journal, payment)
        if payment.bank_id and payment.state in _NOT_YET:
            underway.give_up()
        else:
            underway.payment = self.refresh(payment)
        return underway

    # --- afterwards ---------------------------------------------------------------------------

    def refresh(self, payment: Payment) -> Payment:
        """Ask the bank how it stands: by the bank's id, else by looking for it on the account."""
        if payment.state.is_final:
            return payment
        if payment.bank_id:
            # Banks forget payments; accounts do not.
            with suppress(NotKnownError):
                standing = self._bank(payment.order.bank).standing(payment)
                return self._journal.note(payment, state=standing.state)
        return self._journal.note(payment, state=self._searched(payment))

    def reconcile(self) -> tuple[Payment, ...]:
        """Find out about everything that is open, as after a crash: what the customer has not heard yet.

        A bank that does not answer leaves its payments as they were. Raises JournalError.
        """
        found = []
        for payment in self._journal.unsettled():
            try:
                found.append(self.refresh(payment))
            except BankError:
                found.append(payment)
        return tuple(payment for payment in found if payment.state is not payment.told)

    def told(self, payment: Payment) -> Payment:
        """The customer has heard how this payment stands; to be called after it was said."""
        return self._journal.note(payment, told=payment.state)

    def alike(self, order: Order) -> tuple[Payment, ...]:
        """What was ordered before with the same amount, accounts, payee, day and text, the oldest first."""
        return self._journal.alike(order)

    def open_payments(self) -> tuple[Payment, ...]:
        """Ordered here, and neither paid nor ended as far as is known: dated payments and standing orders."""
        return tuple(each for each in self._journal.all() if not each.state.is_final)

    def history(self) -> tuple[Payment, ...]:
        """Everything that was ordered here, the oldest first."""
        return self._journal.all()

    def cancel(self, payment: Payment, person: Person, wish: Wish) -> Payment:
        """`start_cancelling`, with a person who confirms at once, and `finish`."""
        return self.start_cancelling(payment, wish).confirm(person)

    def start_cancelling(self, payment: Payment, wish: Wish) -> CancellationUnderway:
        """Call a payment or a standing order back; what is left is to confirm that.

        Raises TooLateToCancelError, and CancellationUnknownError when the answer was lost.
        """
        payment = self.refresh(payment)
        bank = self._bank(payment.order.bank)
        if not payment.bank_id or payment.state.is_paid:
            raise TooLateToCancelError(payment.state.value, bank=payment.order.bank)
        underway = CancellationUnderway(bank, self._journal, payment)
        with uninterrupted():
            try:
                first = bank.cancel(payment, wish)
            except BankError as error:
                underway.failed(error)
            else:
                if first is None:
                    underway.payment = self._journal.note(payment, state=PaymentState.CANCELLED)
                else:
                    underway.begin(first, wish)
        return underway

    # --- questions before a payment -----------------------------------------------------------

    def funds(self, account: Account, money: Money) -> bool:
        """Whether that much can be paid from the account now. Raises FundsUnknownError."""
        if account.iban is None:
            raise AccountError("the account has no IBAN")
        return self._bank(account.bank).funds(account.iban, money)

    def check_payee(self, bank: str, payee: Payee) -> PayeeCheck:
        """Whether the name belongs to the IBAN, as the paying bank finds out. To be said before a payment is
        confirmed; not needed between own accounts."""
        return self._bank(bank).check_payee(payee)

    # --- cards, bills and phones -------------------------------------------------------------

    def cards(self, bank: str) -> list[PaymentCard]:
        """Cards that can be frozen or limited. Raises NotKnownError at a bank that has no such service."""
        return self._cards(bank).cards()

    def block(self, card: PaymentCard, *, blocked: bool) -> PaymentCard:
        """Freeze a card or thaw it. Freezing waits for nobody's leave."""
        if self._watch is not None:
            with suppress(StorageError) if blocked else nullcontext():
                self._watch.changing("card frozen" if blocked else "card unfrozen", bank=card.bank)
        return self._cards(card.bank).block(card, blocked=blocked)

    def limit(self, card: PaymentCard, a_day: Money) -> PaymentCard:
        """Set what can be spent with a card in a day."""
        if self._watch is not None:
            self._watch.changing("card limit changed", bank=card.bank, day=str(a_day))
        return self._cards(card.bank).limit(card, a_day)

    def requests(self, bank: str) -> list[PaymentRequest]:
        """Bills and purchases that wait to be paid or declined. Raises NotKnownError at a bank that has no
        such service."""
        return self._requests(bank).open()

    def decline(self, request: PaymentRequest) -> PaymentRequest:
        """Tell whoever asks that nothing will be paid. Raises WrongStateError when that is too late."""
        return self._requests(request.bank).decline(request)

    def operators(self, bank: str) -> list[Operator]:
        """Of mobile phones that can be topped up by a payment from this bank."""
        return self._requests(bank).operators()

    # --- inside -------------------------------------------------------------------------------

    def _is_unfinished(self, payment: Payment) -> bool:
        if not payment.bank_id:
            return payment.state is PaymentState.UNKNOWN
        is_there = payment.state is PaymentState.RECEIVED
        return is_there and not self._bank(payment.order.bank).is_confirmed(payment)

    def _hand_over(
        self, bank: Xs2aPayments, payment: Payment, wish: Wish, *, again: bool = False
    ) -> PaymentUnderway:
        try:
            initiated = bank.initiate(payment, wish)
        except BankError as error:
            # 409 to the second try: the bank has the first one, and does not say what became of it.
            if error.maybe_done or (again and isinstance(error, WrongStateError)):
                return PaymentUnderway(bank, self._journal, self._found(payment, error))
            self._journal.note(payment, state=PaymentState.NOT_DONE, told=PaymentState.NOT_DONE)
            raise
        try:
            payment = self._journal.note(payment, bank_id=initiated.bank_id, state=initiated.standing.state)
        except JournalError:
            # After a crash nobody would know its id, so it must not go on.
            with suppress(BankError):
                bank.cancel(replace(payment, bank_id=initiated.bank_id), wish)
            raise
        underway = PaymentUnderway(bank, self._journal, payment)
        underway.check(initiated.standing)
        underway.begin(initiated.first, wish)
        return underway

    def _found(self, payment: Payment, lost: BankError) -> Payment:
        """What the account shows of it. Raises PaymentUnknownError when that is nothing."""
        with suppress(BankError):
            payment = self._journal.note(payment, state=self._searched(payment))
        if payment.state is PaymentState.UNKNOWN:
            bank, request_id = payment.order.bank, payment.request_id
            raise PaymentUnknownError(lost.detail, bank=bank, request_id=request_id) from lost
        return payment

    def _searched(self, payment: Payment) -> PaymentState:
        order = payment.order
        connection = self._connection(order.bank)
        bank: Bank = Xs2aBank(
            self._wire(connection), connection.consent_id, asked_by_customer=True, today=self._today
        )
        account = next((each for each in bank.accounts() if each.iban == order.debtor_iban), None)
        if account is None:
            return payment.state
        since, today = first_day_to_search(payment), self._today()
        entries = bank.transactions(account, since, max(since, today))
        entry = booking_of(payment, entries, self._journal.alike(order))
        if entry is not None:
            return PaymentState.ON_ITS_WAY if entry.pending else PaymentState.PAID
        if order.schedule is not None and is_standing(order, bank.standing_orders(account)):
            return PaymentState.CHECKED
        return PaymentState.NOT_DONE if is_given_up(payment, today) else payment.state

    def _bank(self, name: str) -> Xs2aPayments:
        connection = self._connection(name)
        return Xs2aPayments(self._wire(connection), connection.psu_id)

    def _cards(self, name: str) -> Xs2aCards:
        connection = self._connection(name)
        return Xs2aCards(self._wire(connection), connection.consent_id)

    def _requests(self, name: str) -> Xs2aRequests:
        connection = self._connection(name)
        return Xs2aRequests(self._wire(connection), connection.consent_id)

    def _connection(self, name: str) -> Connection:
        connection = self._connections.find(name)
        if connection is None:
            raise NoBankError("not connected", bank=name)
        return connection

    def _wire(self, connection: Connection) -> Wire:
        with self._lock:
            if connection not in self._wires:
                self._wires[connection] = Wire(
                    connection.name, connection.base_url, self._patience, self._observe
                )
            return self._wires[connection]
