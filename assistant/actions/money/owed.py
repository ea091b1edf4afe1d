"""What is to be paid on a card of the customer's own."""

from __future__ import annotations

from assistant.actions.money.draft import Recipient
from assistant.actions.turn import Turn
from assistant.bank.model import spoken_balance
from assistant.errors import AssistantError
from assistant.money import Money


def owed_on(turn: Turn, recipient: Recipient) -> Money | None:
    """What is to be paid on a card, where its bank tells."""
    if not recipient.own or not recipient.masked_pan:
        return None
    try:
        balances = turn.services.portfolio.balances().items
    except AssistantError:
        return None
    for account, found in balances:
        if account.masked_pan == recipient.masked_pan:
            booked = next((each for each in found if each.kind == "interimBooked"), None)
            balance = booked or spoken_balance(found, account.currency)
            return -balance.money if balance and balance.money.is_negative else None
    return None
