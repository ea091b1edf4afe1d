"""All connected banks as one: read side by side, and one that is down costs only its own part."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from assistant.bank.connections import Connection, Connections
from assistant.bank.interface import Bank
from assistant.bank.known_names import DAYS, Acquaintance, KnownNames
from assistant.bank.model import Account, Balance, StandingOrder, Transaction
from assistant.bank.recent import Recent
from assistant.bank.side_by_side import TooSlowError, side_by_side
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a import Xs2aBank
from assistant.errors import BankError, BankTimeoutError, NoBankError
from assistant.events import Event, Observer
from assistant.settings import MEMORY, Settings

T = TypeVar("T")

MONEY_SECONDS = 20.0
"""How long balances and transactions count as read just now: a follow-up question, not a new one."""
NAMES_SECONDS = 300.0
"""The same for which accounts there are and what they are called."""
_MOVED = "money-moved"
"""Empty file whose time tells the servers that share conversations when one of them moved money."""
_PATIENT = 5
"""How many times longer than a question the reading of fifteen months may take."""


@dataclass(frozen=True, slots=True)
class Gathered(Generic[T]):
    """What the banks sent, and the banks that sent nothing: one failure each, and nothing of theirs."""

    items: tuple[T, ...]
    failures: tuple[BankError, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class _Member:
    """A connected bank with what makes it go."""

    connection: Connection
    wire: Wire
    bank: Bank
    unattended: Bank
    """The same bank, for reads that no question waits for."""


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    """Something to be had from one bank."""

    member: _Member
    look: Callable[[], tuple[T, ...] | None]
    """What is still known of it, without asking the bank."""
    read: Callable[[], tuple[T, ...]]


class Portfolio:
    """The customer's banks. Every reading method raises NoBankError when none is connected and
    StorageError when the connections cannot be read; what goes wrong at a bank is in the result."""

    def __init__(
        self,
        connections: Connections,
        *,
        patience: Patience | None = None,
        asked_by_customer: bool = True,
        today: Callable[[], date] = date.today,
        shared: Path | None = None,
        known: Acquaintance | None = None,
    ):
        """`shared`: see `Recent`. `known`: of another portfolio of the same banks in the same state."""
        self._connections = connections
        self._patience = patience or Patience()
        self._asked = asked_by_customer
        self._today = today
        self._observers: list[Observer] = []
        self._recent = Recent(self._patience.monotonic, shared)
        self._lock = threading.Lock()
        self._members: tuple[_Member, ...] = ()
        self._names = KnownNames(self._read_names, today, known.names if known else None)
        self._unread = known.unread if known else frozenset()
        self._nicknames = known.nicknames if known else frozenset()

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        today: Callable[[], date] = date.today,
        known: Acquaintance | None = None,
    ) -> Portfolio:
        """The banks that `assistant banks connect` stored, read for a customer who asks just now."""
        return cls(
            Connections.from_settings(settings),
            patience=patience_of(settings.bank_timeout),
            today=today,
            shared=None if settings.store == MEMORY else settings.connections / _MOVED,
            known=known,
        )

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Tell of every `BankCalled`, in the thread of the call; the returned function ends it."""
        self._observers = [*self._observers, observer]

        def unsubscribe() -> None:
            self._observers = [each for each in self._observers if each is not observer]

        return unsubscribe

    def forget(self) -> None:
        """Ask the banks again even for what was read just now."""
        self._recent.clear()

    def accounts(self) -> Gathered[Account]:
        """All accounts, bank by bank."""
        return self._gather([self._accounts(member) for member in self._all()])

    def balances(self) -> Gathered[tuple[Account, tuple[Balance, ...]]]:
        """All accounts with all their balances."""
        return self._gather([self._balances(member) for member in self._all()])

    def transactions(self, accounts: Iterable[Account], since: date, until: date) -> Gathered[Transaction]:
        """Everything on these accounts from `since` to `until`, both included, pending entries too."""
        gathered = self._of_accounts(
            accounts, lambda member, account: self._transactions(member, account, since, until)
        )
        self._names.learn(gathered.items)
        return gathered

    def standing_orders(self, accounts: Iterable[Account]) -> Gathered[StandingOrder]:
        """What the banks will pay by themselves from these accounts."""
        return self._of_accounts(accounts, self._orders)

    def names(self) -> tuple[str, ...]:
        """Everybody the customer paid or was paid by, as far as it is known at this moment.

        Never waits: fifteen months are read in the background, once a day, after the first call.
        """
        return self._names.known()

    def paid(self) -> tuple[Transaction, ...]:
        """The last payment to every account number that money went to, the newest first.

        Waits for the day's reading of the names, which a slow bank can draw out. What a bank did not tell
        then, for it counts reads that nobody asked for, is read now that somebody asks.
        """
        self._names.known()
        self._names.wait()
        missing = [each for each in self._all() if each.connection in self._unread]
        if missing:
            today = self._today()
            self._names.learn(self._read_entries(missing, today - timedelta(days=DAYS), today, asked=True))
        return self._names.paid()

    def vocabulary(self, *, wait: bool = False) -> tuple[str, ...]:
        """Every name that the customer may say, in written form: `names` and those of accounts and banks.

        `wait`: until the day's reading of the names is over, which a slow bank can draw out to minutes.
        """
        names = self.names()
        if wait:
            self._names.wait()
            names = self.names()
        return (*names, *sorted(self._nicknames))

    def acquaintance(self) -> Acquaintance:
        """What it knows once the day's reading of the names is over; waits for that."""
        self._names.known()
        self._names.wait()
        with self._lock:
            return Acquaintance(self._names.now(), self._unread, self._nicknames)

    def close(self) -> None:
        """Give the connections back; a later call opens new ones."""
        with self._lock:
            members, self._members = self._members, ()
        for member in members:
            member.wire.close()

    def _accounts(self, member: _Member) -> _Job[Account]:
        key = (member.connection, "accounts")
        return self._job(member, key, NAMES_SECONDS, lambda: self._noted(member.bank.accounts()))

    def _noted(self, accounts: Sequence[Account]) -> Sequence[Account]:
        """The same accounts, their names remembered."""
        found = {name for each in accounts for name in (each.name, each.bank)}
        with self._lock:
            self._nicknames |= found
        return accounts

    def _balances(self, member: _Member) -> _Job[tuple[Account, tuple[Balance, ...]]]:
        def read() -> list[tuple[Account, tuple[Balance, ...]]]:
            found = member.bank.balances()
            self._recent.put((member.connection, "accounts"), tuple(account for account, _ in found))
            return found

        return self._job(member, (member.connection, "balances"), MONEY_SECONDS, read)

    def _orders(self, member: _Member, account: Account) -> _Job[StandingOrder]:
        key = (member.connection, "orders", account.id)
        return self._job(member, key, MONEY_SECONDS, lambda: member.bank.standing_orders(account))

    def _transactions(self, member: _Member, account: Account, since: date, until: date) -> _Job[Transaction]:
        """A period that lies in one read just now is taken from there."""
        key = (member.connection, "transactions", account.id)

        def look() -> tuple[Transaction, ...] | None:
            kept = self._recent.get(key, MONEY_SECONDS)
            if kept is None or since < kept[0] or kept[1] < until:
                return None
            return tuple(each for each in kept[2] if since <= each.on <= until)

        def read() -> tuple[Transaction, ...]:
            found = tuple(member.bank.transactions(account, since, until))
            self._recent.put(key, (since, until, found))
            return found

        return _Job(member, look, read)

    def _job(
        self, member: _Member, key: Hashable, seconds: float, read: Callable[[], Sequence[T]]
    ) -> _Job[T]:
        def look() -> tuple[T, ...] | None:
            kept: tuple[T, ...] | None = self._recent.get(key, seconds)
            return kept

        def read_and_keep() -> tuple[T, ...]:
            found = tuple(read())
            self._recent.put(key, found)
            return found

        return _Job(member, look, read_and_keep)

    def _of_accounts(
        self, accounts: Iterable[Account], job: Callable[[_Member, Account], _Job[T]]
    ) -> Gathered[T]:
        members = {member.connection.name: member for member in self._all()}
        jobs: list[_Job[T]] = []
        gone: dict[str, BankError] = {}
        for account in accounts:
            member = members.get(account.bank)
            if member is None:
                gone[account.bank] = NoBankError("disconnected meanwhile", bank=account.bank)
            else:
                jobs.append(job(member, account))
        gathered = self._gather(jobs)
        return Gathered(gathered.items, (*gathered.failures, *gone.values()))

    def _gather(self, jobs: Sequence[_Job[T]]) -> Gathered[T]:
        """Do at once what is not known yet.

        Of a bank with a failure nothing is kept: half of what it has would make a wrong sum.
        """
        kept = [job.look() for job in jobs]
        missing = [job.read for job, known in zip(jobs, kept, strict=True) if known is None]
        read = iter(side_by_side(missing, self._patience.total))
        failures: dict[_Member, BankError] = {}
        found: list[tuple[_Member, tuple[T, ...]]] = []
        for job, known in zip(jobs, kept, strict=True):
            result = known if known is not None else next(read)
            if isinstance(result, Exception):
                failures.setdefault(job.member, _as_failure(job.member, result))
            else:
                found.append((job.member, result))
        self._recent.drop_older(NAMES_SECONDS)
        items = [item for member, each in found if member not in failures for item in each]
        return Gathered(tuple(items), tuple(failures.values()))

    def _all(self) -> list[_Member]:
        connections = self._connections.all()
        if not connections:
            raise NoBankError("no connection is stored")
        with self._lock:
            known = {member.connection: member for member in self._members}
            if known.keys() != set(connections):
                for connection in known.keys() - set(connections):
                    known[connection].wire.close()
                self._members = tuple(known.get(each) or self._join(each) for each in connections)
                if known:  # else these are the first, and what is known is theirs
                    self._recent.clear()
                    self._names.clear()
                    self._nicknames = frozenset()
            return list(self._members)

    def _join(self, connection: Connection) -> _Member:
        wire = Wire(connection.name, connection.base_url, self._patience, self.tell)

        def bank(asked: bool) -> Bank:
            return Xs2aBank(wire, connection.consent_id, asked_by_customer=asked, today=self._today)

        return _Member(connection, wire, bank(self._asked), bank(False))

    def tell(self, event: Event) -> None:
        """Hand an event to everybody who subscribed: of payments to the same banks, for instance."""
        for observer in self._observers:
            observer(event)

    def _read_names(self, since: date, until: date) -> list[Transaction]:
        """Of every bank that answers; the others' names are learnt from later questions."""
        return self._read_entries(self._all(), since, until, asked=False)

    def _read_entries(
        self, members: Sequence[_Member], since: date, until: date, *, asked: bool
    ) -> list[Transaction]:
        def read(member: _Member) -> list[Transaction]:
            bank = member.bank if asked else member.unattended
            accounts = self._noted(bank.accounts())
            return [each for account in accounts for each in bank.transactions(account, since, until)]

        jobs = [partial(read, member) for member in members]
        results = side_by_side(jobs, self._patience.total * _PATIENT)
        found: list[Transaction] = []
        for member, result in zip(members, results, strict=True):
            failed = {member.connection} if isinstance(result, Exception) else frozenset()
            with self._lock:
                self._unread = self._unread - {member.connection} | failed
            found += [] if isinstance(result, Exception) else result
        return found


def patience_of(bank_timeout: tuple[float, float]) -> Patience:
    """From the setting of that name: a call may take as long as two reads that just do not time out."""
    connect, read = bank_timeout
    return Patience(connect=connect, read=read, total=2 * read)


def _as_failure(member: _Member, error: Exception) -> BankError:
    """Raises what is no failure of the bank's."""
    if isinstance(error, BankError):
        return error
    if isinstance(error, TooSlowError):
        return BankTimeoutError("no answer in time", bank=member.connection.name)
    raise error
