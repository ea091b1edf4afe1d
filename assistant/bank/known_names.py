"""Everybody the customer paid or was paid by: their names, for matching what was said; the last payments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from assistant.bank.connections import Connection
from assistant.bank.model import Transaction
from assistant.errors import AssistantError

DAYS = 456
"""Fifteen months: whoever is paid once a year is known, with a season to spare."""

Read = Callable[[date, date], Iterable[Transaction]]
"""Transactions from one day to another; may take its time, and may raise AssistantError."""


@dataclass(frozen=True, slots=True)
class Names:
    """All that is known at one moment."""

    begun: date | None = None
    """The day whose reading has begun."""
    names: tuple[str, ...] = ()
    """In alphabetical order."""
    paid: Mapping[str, Transaction] = field(default_factory=dict)
    """The last payment to each account number."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What a portfolio knows by the day's reading; see `Portfolio.acquaintance`."""

    names: Names
    unread: frozenset[Connection]
    """Banks of which that reading had nothing."""
    nicknames: frozenset[str]
    """What accounts and banks are called."""


class KnownNames:
    """Cheap to ask as often as needed: reading goes on in the background, once a day.

    Yesterday's names stay until today's are there. May be used from several threads.
    """

    def __init__(self, read: Read, today: Callable[[], date], known: Names | None = None):
        """`known`: from another one that has read the same."""
        self._read = read
        self._today = today
        self._lock = threading.Lock()
        self._known = known or Names()
        self._reading: threading.Thread | None = None
        self._generation = 0

    def now(self) -> Names:
        with self._lock:
            return self._known

    def known(self) -> tuple[str, ...]:
        """In alphabetical order. Begins the day's reading when nobody has yet."""
        today = self._today()
        with self._lock:
            if self._known.begun != today:
                self._known = replace(self._known, begun=today)
                work = (today, self._generation)
                self._reading = threading.Thread(target=self._refresh, args=work, daemon=True)
                self._reading.start()
            return self._known.names

    def paid(self) -> tuple[Transaction, ...]:
        """The last payment to every account number that money went to, the newest first, as far as known."""
        return tuple(sorted(self.now().paid.values(), key=lambda each: each.on, reverse=True))

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
            self._known = Names()

    def _refresh(self, today: date, generation: int) -> None:
        try:
            found = tuple(self._read(today - timedelta(days=DAYS), today))
        except AssistantError:
            return  # what later questions bring is learnt all the same
        with self._lock:
            if generation == self._generation:
                self._add(found)

    def _add(self, transactions: Sequence[Transaction]) -> None:
        paid = dict(self._known.paid)
        for each in transactions:
            iban = each.counterparty_iban
            if iban and each.counterparty and each.money.is_negative:
                known = paid.get(iban)
                if known is None or known.on <= each.on:
                    paid[iban] = each
        names = self._known.names
        new = _names_in(transactions).difference(names)
        if new:
            names = tuple(sorted((*names, *new), key=str.casefold))
        self._known = replace(self._known, names=names, paid=paid)


def _names_in(transactions: Iterable[Transaction]) -> frozenset[str]:
    return frozenset(
        name
        for each in transactions
        for name in (each.merchant.name if each.merchant else "", each.counterparty)
        if name
    )
