"""Bills and requests to pay: heard, paid in the form of a payment, declined."""

from __future__ import annotations

from assistant.actions.base import BankingAction
from assistant.actions.guarded import may_list
from assistant.actions.listing import Entry, Listing
from assistant.actions.money.draft import Draft, Recipient
from assistant.actions.money.every_bank import of_every_bank
from assistant.actions.money.heard import parts_of
from assistant.actions.money.opening import is_free, open_payment
from assistant.actions.money.said import Said
from assistant.actions.money.task import Kind, Step, Task, open_task, picked
from assistant.actions.names import pick, resolve
from assistant.actions.turn import Turn
from assistant.bank.payment_requests import PaymentRequest, RequestKind
from assistant.errors import RequestClosedError
from assistant.nlu.matching import plain_words

_SENTENCE = 12
"""Words around a name that nobody marked as one."""


class OpenBills(BankingAction):
    NAME = "action_open_bills"

    def answer(self, turn: Turn) -> None:
        if not may_list(turn):
            return
        found = _requests(turn)
        if not found:
            turn.say("utter_bills_none")
            return
        listing = Listing.of(
            Entry(_line(turn, each, "speech"), _line(turn, each, "screen")) for each in found
        )
        turn.read_out(listing, "utter_bills", number=turn.phrases.count("counts.requests", len(found)))


class PayBill(BankingAction):
    NAME = "action_pay_bill"

    def answer(self, turn: Turn) -> None:
        if not is_free(turn):
            return
        found = _requests(turn)
        meant = _meant(turn, found)
        if len(meant) == 1:
            asked = meant[0]
            recipient = Recipient(asked.payee.name, asked.payee.name, asked.payee.iban)
            parts = parts_of(turn)
            draft = Draft(
                to=recipient,
                value=asked.money.amount,
                currency=asked.money.currency,
                remittance=asked.reference,
                bank=asked.bank,
                request=asked.id,
                on=parts.on,
                said_source=parts.source or parts.account,
            )
            if asked.due is not None:
                turn.say("utter_bill_due", payee=asked.payee.name, day=turn.day(asked.due))
            open_payment(turn, draft)
        elif meant:
            options = turn.wording.one_of([_line(turn, each, "speech") for each in meant])
            turn.say("utter_bill_which", options=options)
        else:
            _nothing(turn)


class DeclineRequest(BankingAction):
    NAME = "action_decline_request"

    def answer(self, turn: Turn) -> None:
        meant = _meant(turn, _requests(turn))
        task = Task(Decline.NAME)
        if len(meant) > 1:
            open_task(turn, task.at(Step.WHICH, options=tuple(each.payee.name for each in meant)))
        elif meant:
            open_task(turn, Decline().about(task, meant[0], turn))
        else:
            _nothing(turn)


class Decline(Kind):
    NAME = "decline request"

    def about(self, task: Task, asked: PaymentRequest, turn: Turn) -> Task:
        return task.at(
            Step.CONFIRM,
            name=asked.payee.name,
            subject=asked.id,
            bank=asked.bank,
            value=turn.wording.money(asked.money),
        )

    def taken(self, turn: Turn, task: Task) -> Task | None:
        option = picked(turn, task) if task.step is Step.WHICH else None
        if option is None:
            return None
        return self.about(task, next(each for each in _requests(turn) if each.payee.name == option), turn)

    def question(self, turn: Turn, task: Task) -> Said:
        if task.step is Step.WHICH:
            return Said("utter_which", {"options": turn.wording.one_of(task.options)})
        return Said("utter_request_decline", {"payee": task.name, "amount": task.value})

    def done(self, turn: Turn, task: Task) -> Task:
        for asked in turn.services.payments.requests(task.bank):
            if asked.id == task.subject:
                turn.services.payments.decline(asked)
                return task.end("utter_request_declined", payee=task.name)
        raise RequestClosedError("not open any more", bank=task.bank)


def _requests(turn: Turn) -> list[PaymentRequest]:
    return of_every_bank(turn, turn.services.payments.requests)


def _meant(turn: Turn, found: list[PaymentRequest]) -> list[PaymentRequest]:
    """Those that the message can mean: by who asks, or by what people call such a bill."""
    said = parts_of(turn).payee
    if not said:
        named = pick(turn.text, [each.payee.name for each in found], (), _SENTENCE)
        return [each for each in found if named in (None, each.payee.name)]
    names = resolve(said, [each.payee.name for each in found])
    if not names:
        other = [
            word for word in plain_words(said) for word in turn.phrases.table("bill_words").get(word, ())
        ]
        names = [each.payee.name for each in found if set(other) & set(plain_words(each.payee.name))]
    return [each for each in found if each.payee.name in names]


def _nothing(turn: Turn) -> None:
    said = parts_of(turn).payee
    if said:
        turn.say("utter_bill_not_found", name=said)
    else:
        turn.say("utter_bills_none")


def _line(turn: Turn, asked: PaymentRequest, form: str) -> str:
    kind = "bill" if asked.kind is RequestKind.BILL else "purchase"
    due = turn.phrases("managing.due", day=turn.day(asked.due)) if asked.due else ""
    amount = turn.wording.money(asked.money)
    return turn.phrases(f"items.{kind}.{form}", name=asked.payee.name, amount=amount, due=due)
