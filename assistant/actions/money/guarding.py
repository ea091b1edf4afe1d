"""The guard in a payment: after the yes, before the order leaves."""

from __future__ import annotations

from assistant.actions.guarded import is_question, question, say_demand
from assistant.actions.guarded import judged as judged_digits
from assistant.actions.money.draft import Draft, Step
from assistant.actions.money.said import Said
from assistant.actions.turn import Turn
from assistant.bank.payment import Order
from assistant.security.demands import Act, Demand, Need


def wanted(turn: Turn, draft: Draft, order: Order) -> Draft | None:
    """The draft with what the guard wants before this order; None when it is released."""
    demand = turn.services.guard.demand(
        Act.MOVE if order.own else Act.PAY,
        order=order,
        new_payee=_is_new(turn, order),
        resumes=draft.resumes,
        conversation=turn.conversation,
    )
    return None if demand is None else _asked(turn, draft, demand)


def _is_new(turn: Turn, order: Order) -> bool:
    """Whoever was only put on the list is new until something was paid."""
    return all(each.counterparty_iban != order.payee.iban for each in turn.services.portfolio.paid())


def wanted_for_change(turn: Turn, draft: Draft) -> Draft | None:
    """The same before something that was ordered is called back."""
    demand = turn.services.guard.demand(Act.CHANGE, conversation=turn.conversation)
    return None if demand is None else _asked(turn, draft, demand)


def judged(turn: Turn, draft: Draft, code: str) -> Draft | None:
    """The draft after the digits of the passcode; None when they were right."""
    outcome = judged_digits(turn, code)
    if outcome is None:
        return draft
    return None if outcome.right or outcome.demand is None else _asked(turn, draft, outcome.demand)


def _asked(turn: Turn, draft: Draft, demand: Demand) -> Draft:
    if is_question(demand):
        response, values = question(turn, demand)
        return draft.at(Step.PASSCODE, asks=(Said(response, values),))
    if demand.need is Need.REFUSED:
        say_demand(turn, demand)
        return draft.at(Step.CHANGE)
    response, values = question(turn, demand)
    return draft.end(Said(response, values))
