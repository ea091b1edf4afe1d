"""Cards that their owner froze, and what may be spent with one in a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Engine

from assistant.sandbox.ledger import Account
from assistant.sandbox.schema import cards

USUAL_LIMIT = 250_000
"""Cents or pence a day."""

HIGHEST_LIMIT = 500_000
"""Cents or pence a day that a customer can ask for."""


@dataclass(frozen=True, slots=True)
class Card:
    account: Account
    """Whose money it spends; its id is the card's."""
    blocked: bool
    limit: int
    """Cents or pence a day."""


class Cards:
    """An extension of ours: XS2A only reads cards."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def of(self, account: Account) -> Card:
        with self._engine.connect() as connection:
            row = connection.execute(select(cards).where(cards.c.account_id == account.id)).one_or_none()
        return Card(account, bool(row and row.blocked), row.day_limit if row else USUAL_LIMIT)

    def save(self, card: Card) -> None:
        values = {"account_id": card.account.id, "blocked": card.blocked, "day_limit": card.limit}
        with self._engine.begin() as connection:
            connection.execute(cards.insert().prefix_with("OR REPLACE").values(**values))
