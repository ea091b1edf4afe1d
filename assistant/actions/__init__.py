"""Rasa custom actions by topic: each asks the bank and fills a response template.

`rasa run actions --actions assistant.actions` and the assistant's own process both load this
package by its name.
"""

from assistant.actions import topics
from assistant.actions.money import (
    again,
    arrived,
    bills,
    card_control,
    form,
    orders,
    payee_list,
    task,
    top_ups,
)

__all__ = [
    "again",
    "arrived",
    "bills",
    "card_control",
    "form",
    "orders",
    "payee_list",
    "task",
    "top_ups",
    "topics",
]
