"""What is found out before a read-back: the payee's true name, the money, the same order before."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import uuid4

from assistant.actions.money.draft import Draft, Source, Step
from assistant.actions.money.said import Said
from assistant.actions.turn import Turn
from assistant.bank.model import Account
from assistant.bank.payment import (
    Match,
    Order,
    PayeeCheck,
    Payment,
    PaymentState,
    Product,
    Schedule,
    order_to_own_account,
    order_to_payee,
)
from assistant.errors import (
    AccountError,
    AmountError,
    BankError,
    NoBankError,
    NotOfferedError,
    OrderError,
    ScheduleError,
)

_UNDONE = (PaymentState.NOT_DONE, PaymentState.REFUSED, PaymentState.CANCELLED)


def checked(turn: Turn, draft: Draft, account: Account) -> Draft:
    """Ready to be read back, or with a question about what cannot be paid as it is."""
    try:
        draft = _verified(turn, draft, account)
        order = _order(turn, draft, account)
    except OrderError as error:
        return _put_right(turn, draft, error)
    money = order.money
    facts = f"{account.bank}/{account.id}/{money}"
    if order.first_day is None and draft.checked != facts and not _enough(turn, account, order):
        turn.say("utter_payment_no_funds", account=_label(draft.source), amount=turn.wording.money(money))
        return draft.at(Step.OTHER_SOURCE, checked="")
    unfinished = _unfinished(turn, order)
    twins = [each for each in turn.services.payments.alike(order) if each.state not in _UNDONE]
    twin = twins[-1].began.date() if twins else None
    resumes = unfinished.id if unfinished else ""
    return draft.at(Step.READ_BACK, checked=facts, twin=twin, resumes=resumes, payment=uuid4().hex)


def _unfinished(turn: Turn, order: Order) -> Payment | None:
    """The same order from before, if a yes can go on with it: nobody is confirming it just now."""
    with suppress(BankError):
        found = turn.services.payments.unfinished(order)
        if found is not None and found.id not in turn.services.confirmations.ids():
            return found
    return None


def order_of(turn: Turn, draft: Draft) -> Order:
    """What was read back, as an order. Raises AssistantError."""
    accounts = turn.services.portfolio.accounts().items
    source = draft.source
    paying = [each for each in accounts if source and (each.bank, each.id) == (source.bank, source.id)]
    if not paying:
        raise NoBankError("the account that pays is gone", bank=source.bank if source else "")
    return _order(turn, draft, paying[0])


def _order(turn: Turn, draft: Draft, account: Account) -> Order:
    money, recipient = draft.money, draft.to
    if money is None or recipient is None:
        raise OrderError("not everything was said")
    product = Product.INSTANT if draft.instant else Product.SEPA
    on, schedule = _when(draft)
    if recipient.own:
        accounts = turn.services.portfolio.accounts().items
        number = recipient.iban or recipient.masked_pan
        target = next((each for each in accounts if (each.iban or each.masked_pan) == number), None)
        if target is None:
            raise AccountError("the account that is paid is gone")
        return order_to_own_account(
            account,
            target,
            money,
            product,
            remittance=draft.remittance,
            today=turn.today,
            on=on,
            schedule=schedule,
        )
    payee = recipient.payee
    if draft.match is Match.CLOSE:
        payee = replace(payee, name=draft.right_name)
    order = order_to_payee(
        account,
        payee,
        money,
        product,
        remittance=draft.remittance,
        today=turn.today,
        on=on,
        schedule=schedule,
    )
    return replace(order, request=draft.request)


def _verified(turn: Turn, draft: Draft, account: Account) -> Draft:
    """With the bank's word on the name (verification of payee), asked once for a payee."""
    if draft.to is None or draft.to.own or draft.match is not None:
        return draft
    try:
        check = turn.services.payments.check_payee(account.bank, draft.to.payee)
    except NotOfferedError:
        check = PayeeCheck(Match.NOT_POSSIBLE)
    return replace(draft, match=check.match, right_name=check.name)


def _when(draft: Draft) -> tuple[date | None, Schedule | None]:
    """The day of a payment, or when a standing order is carried out."""
    if not draft.standing:
        return draft.on, None
    if draft.on is None or draft.frequency is None:
        raise OrderError("not everything was said")
    return None, Schedule(draft.on, draft.frequency, draft.until)


def _enough(turn: Turn, account: Account, order: Order) -> bool:
    """A bank that does not tell finds out by itself: it refuses."""
    with suppress(BankError):
        return turn.services.payments.funds(account, order.money)
    return True


def _put_right(turn: Turn, draft: Draft, error: OrderError) -> Draft:
    """Say what no bank would take, and ask for that part again."""
    turn.fail(error)
    if isinstance(error, AmountError):
        return replace(draft, value=None).at(Step.AMOUNT)
    if isinstance(error, ScheduleError):
        return replace(draft, on=None).at(Step.DAY)
    if isinstance(error, AccountError):
        return replace(draft, source=None).at(Step.SOURCE)
    return draft.end(Said("utter_payment_dropped"))


def _label(source: Source | None) -> str:
    return source.label if source else ""
