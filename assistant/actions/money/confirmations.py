"""Payments between the hand-over and the bank's word that they were confirmed, in this process alone.

After a restart none is known any more; the journal has every one of them, and `news` tells what became of it.
"""

from __future__ import annotations

import threading

from assistant.bank.underway import Underway


class Confirmations:
    """By conversation, one at a time each. May be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._underway: dict[str, Underway] = {}
        self._looked = False

    def put(self, conversation: str, underway: Underway) -> None:
        with self._lock:
            self._underway[conversation] = underway

    def get(self, conversation: str) -> Underway | None:
        with self._lock:
            return self._underway.get(conversation)

    def pop(self, conversation: str) -> Underway | None:
        with self._lock:
            return self._underway.pop(conversation, None)

    def ids(self) -> frozenset[str]:
        """Our ids of the payments that somebody is confirming just now."""
        with self._lock:
            return frozenset(each.payment.id for each in self._underway.values())

    def first_look(self) -> bool:
        """True once in the life of a process: whoever asks tells what happened before it."""
        with self._lock:
            looked, self._looked = self._looked, True
            return not looked
