"""Everybody the customer paid or was paid by: their names, for matching what was said; the last payments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from assistant.bank.model import Transaction
from assistant.errors import AssistantError

DAYS = 456
"""Fifteen months: whoever is paid once a year is known, with a season to spare."""

Read = Callable[[date, date], Iterable[Transaction]]
"""Transactions from one day to another; may take its time, and may raise AssistantError."""


class KnownNames:
    """Cheap to ask as often as needed: reading goes on in the background, once a day.

    Yesterday's names stay until today's are there. May be used from several threads.
    """

    def __init__(self, read: Read, today: Callable[[], date]):
        self._read = read
        self._today = today
        self._lock = threading.Lock()
        self._names: frozenset[str] = frozenset()
        self._sorted: tuple[str, ...] = ()
        self._paid: dict[str, Transaction] = {}
        self._begun: date | None = None
        self._reading: threading.Thread | None = None
        self._generation = 0

    def known(self) -> tuple[str, ...]:
        """In alphabetical order. Begins the day's reading when nobody has yet."""
        today = self._today()
        with self._lock:
            if self._begun != today:
                self._begun = today
                work = (today, self._generation)
                self._reading = threading.Thread(target=self._refresh, args=work, daemon=True)
                self._reading.start()
            return self._sorted

    def paid(self) -> tuple[Transaction, ...]:
        """The last payment to every account number that money went to, the newest first, as far as known."""
        with self._lock:
            return tuple(sorted(self._paid.values(), key=lambda each: each.on, reverse=True))

    def wait(self) -> None:
        """Until the day's reading is over, well or badly; at once when none has begun."""
        with self._lock:
            reading = self._reading
        if reading is not None:
            reading.join()

    def learn(self, transactions: Iterable[Transaction]) -> None:
        """Take names from what was read for another purpose."""
        found = tuple(transactions)
        with self._lock:
            self._add(found)

    def clear(self) -> None:
        """Forget all, because other banks are connected now."""
        with self._lock:
            self._generation += 1
            self._begun = None
            self._names, self._sorted, self._paid = frozenset(), (), {}

    def _refresh(self, today: date, generation: int) -> None:
        try:
            found = tuple(self._read(today - timedelta(days=DAYS), today))
        except AssistantError:
            return  # what later questions bring is learnt all the same
        with self._lock:
            if generation == self._generation:
                self._add(found)

    def _add(self, transactions: Sequence[Transaction]) -> None:
        for each in transactions:
            iban = each.counterparty_iban
            if iban and each.counterparty and each.money.is_negative:
                known = self._paid.get(iban)
                if known is None or known.on <= each.on:
                    self._paid[iban] = each
        names = _names_in(transactions)
        if not names <= self._names:
            self._names |= names
            self._sorted = tuple(sorted(self._names, key=str.casefold))


def _names_in(transactions: Iterable[Transaction]) -> frozenset[str]:
    return frozenset(
        name
        for each in transactions
        for name in (each.merchant.name if each.merchant else "", each.counterparty)
        if name
    )
