"""The actions that Rasa calls, by topic. Importing this package registers all of them."""

from assistant.actions.topics import (
    balances,
    cards,
    details,
    followups,
    help,
    income,
    manners,
    payments,
    spending,
    transactions,
)

__all__ = [
    "balances",
    "cards",
    "details",
    "followups",
    "help",
    "income",
    "manners",
    "payments",
    "spending",
    "transactions",
]
