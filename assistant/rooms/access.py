"""Who may connect, and how far what is asked there may go."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import NoAccessError
from assistant.rooms.room import Caller


class Access:
    """The satellites that were made known."""

    def __init__(self, satellites: Mapping[str, Caller]) -> None:
        """By token."""
        self._satellites = satellites

    def caller(self, token: str) -> Caller:
        """Raises NoAccessError for a token that belongs to none."""
        try:
            return self._satellites[token]
        except KeyError:
            raise NoAccessError("no such token") from None
