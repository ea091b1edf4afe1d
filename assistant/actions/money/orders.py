"""Payments and standing orders that the bank has and has not carried out: heard, changed, cancelled."""

from __future__ import annotations

from dataclasses import replace

from assistant.actions.accounts import label
from assistant.actions.base import BankingAction
from assistant.actions.guarded import may_list
from assistant.actions.listing import Entry, Listing
from assistant.actions.money.collect import merged
from assistant.actions.money.draft import Draft, Recipient, Source
from assistant.actions.money.heard import Parts, parts_of
from assistant.actions.money.opening import is_free, open_payment
from assistant.actions.names import resolve
from assistant.actions.turn import Turn
from assistant.bank.payment import Payment
from assistant.errors import BankError


class PendingPayments(BankingAction):
    """What was ordered here and is not settled; what banks do by themselves is told by what is due."""

    NAME = "action_pending_payments"

    def answer(self, turn: Turn) -> None:
        if not may_list(turn):
            return
        waiting = _open(turn)
        if not waiting:
            turn.say("utter_pending_none")
            return
        listing = Listing.of(_entry(turn, each) for each in waiting)
        number = turn.phrases.count("counts.waiting", len(waiting))
        turn.read_out(listing, "utter_pending", number=number)


class CancelOrder(BankingAction):
    NAME = "action_cancel_order"

    def answer(self, turn: Turn) -> None:
        if not is_free(turn):
            return
        payment = _meant(turn, parts_of(turn), "utter_cancel_which")
        if payment is not None:
            open_payment(turn, replace(_draft_of(turn, payment), cancels=payment.id))


class ChangeOrder(BankingAction):
    """Cancels, and then orders anew what is read back once more."""

    NAME = "action_change_order"

    def answer(self, turn: Turn) -> None:
        if not is_free(turn):
            return
        parts = parts_of(turn)
        payment = _meant(turn, parts, "utter_change_which")
        if payment is None:
            return
        draft = _draft_of(turn, payment)
        new = merged(turn, draft, replace(parts, payee="", target="", account="", remittance=""))
        if new == draft:
            turn.say("utter_change_what", payee=payment.order.payee.name)
            return
        open_payment(turn, replace(draft, cancels=payment.id, then=new.to_slot()))


def _open(turn: Turn) -> list[Payment]:
    """As the banks see them now; one that does not answer leaves what is known."""
    found = []
    for payment in turn.services.payments.open_payments():
        try:
            found.append(turn.services.payments.refresh(payment))
        except BankError as error:
            turn.mention((error,))
            found.append(payment)
    return [each for each in found if not each.state.is_final]


def _meant(turn: Turn, parts: Parts, which: str) -> Payment | None:
    """The one that the message names; None when there is none, or not one alone: `which` asks then."""
    waiting = [each for each in _open(turn) if each.bank_id]
    said = parts.payee or parts.target or parts.account
    if any(each["entity"] == "standing" for each in turn.entities):
        waiting = [each for each in waiting if each.order.schedule is not None]
    if said:
        names = {_called(turn, each): each for each in waiting}
        wanted = resolve(said, list(names))
        waiting = [each for each in waiting if _called(turn, each) in wanted]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        options = turn.wording.one_of([_entry(turn, each).speech for each in waiting])
        turn.say(which, options=options)
    elif said and _by_the_bank(turn, said):
        turn.say("utter_cancel_not_ours", name=said)
    else:
        turn.say("utter_pending_not_found", name=said) if said else turn.say("utter_pending_none")
    return None


def _by_the_bank(turn: Turn, said: str) -> bool:
    """Whether the bank has a standing order to it that was not ordered here."""
    accounts = turn.services.portfolio.accounts().items
    orders = turn.services.portfolio.standing_orders(accounts).items
    return bool(resolve(said, [each.counterparty for each in orders]))


def _called(turn: Turn, payment: Payment) -> str:
    """Who is paid, as the customer says it."""
    payee = payment.order.payee
    known = turn.services.payees.all()
    number = (payee.iban, payee.masked_pan)
    return next((each.name for each in known if (each.iban, each.masked_pan) == number), payee.name)


def _entry(turn: Turn, payment: Payment) -> Entry:
    order = payment.order
    often = turn.phrases(f"frequencies.{order.schedule.frequency.value}") if order.schedule else ""
    day = order.first_day
    values = {
        "name": _called(turn, payment),
        "amount": turn.wording.money(order.money),
        "when": turn.phrases("managing.repeats", often=often)
        if order.schedule
        else turn.phrases("managing.on", day=turn.day(day))
        if day
        else turn.phrases("managing.under_way"),
        "state": turn.phrases(f"managing.states.{payment.state.value}"),
    }
    return Entry(
        turn.phrases("items.waiting.speech", **values), turn.phrases("items.waiting.screen", **values)
    )


def _draft_of(turn: Turn, payment: Payment) -> Draft:
    order = payment.order
    accounts = turn.services.portfolio.accounts().items
    source = next((each for each in accounts if each.iban == order.debtor_iban), None)
    own = next((each for each in accounts if order.payee.iban and each.iban == order.payee.iban), None)
    name = _called(turn, payment)
    recipient = Recipient(name, order.payee.name, order.payee.iban, order.payee.masked_pan, own is not None)
    return Draft(
        to=recipient,
        value=order.money.amount,
        currency=order.money.currency,
        source=Source(source.bank, source.id, label(source, accounts), source.currency) if source else None,
        remittance=order.remittance,
        on=order.first_day,
        standing=order.schedule is not None,
        frequency=order.schedule.frequency if order.schedule else None,
        until=order.schedule.until if order.schedule else None,
    )
