"""What became of payments while nobody was there to hear it."""

from __future__ import annotations

from assistant.actions.turn import Turn
from assistant.errors import AssistantError


def tell(turn: Turn) -> bool:
    """Ask the banks about every payment whose end was not heard, and say it. Raises AssistantError."""
    services = turn.services
    confirming = services.confirmations.ids()
    news = [each for each in services.payments.reconcile() if each.id not in confirming]
    for payment in news:
        order = payment.order
        facts = {"amount": turn.wording.money(order.money), "payee": order.payee.name}
        said = turn.phrases(f"paying.news.{payment.state.value}", **facts)
        turn.say("utter_payment_news", began=turn.day(payment.began.date()), news=said)
        services.payments.told(payment)
    if news:
        services.portfolio.forget()
    return bool(news)


def tell_first(turn: Turn) -> None:
    """At the first turn of a process. What fails here is no reason not to answer."""
    if not turn.is_guests and turn.services.confirmations.first_look():
        try:
            tell(turn)
        except AssistantError:
            return
