"""Whom the customer can pay by name: the own list, kept here, and whoever the banks show besides.

The list is one sealed row a payee, `payees.sqlite` beside the connections. Names tell payees apart, so
no two are alike but for case, accents and spaces; neither are their account numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from pathlib import Path
from uuid import uuid4

from assistant.bank.iban import check_iban
from assistant.bank.journal import Watch
from assistant.bank.model import Transaction
from assistant.bank.payment import LONGEST_NAME, Payee, one_line
from assistant.bank.portfolio import Portfolio
from assistant.bank.sealed_database import Sealed, SealedDatabase
from assistant.errors import NoBankError, OrderError, PayeeBookError, PayeeExistsError, PayeeUnknownError
from assistant.settings import Settings

FILE_NAME = "payees.sqlite"


class PayeeSource(Enum):
    OWN_LIST = "own list"
    PAST = "past transaction"
    OWN_ACCOUNT = "own account"


@dataclass(frozen=True, slots=True)
class KnownPayee:
    name: str
    """As it is said; on the own list the customer's own word for it: `the plumber`."""
    iban: str = field(repr=False)
    """Electronic form; empty for a card of the customer's own."""
    source: PayeeSource
    since: date | None = None
    """First seen: the day it was added, or of the last payment to it."""
    verified: bool = False
    """Whether the bank found that the holder's name belongs to the account number."""
    holder: str = ""
    """The holder of the account as the bank knows it, where that is not the name."""
    masked_pan: str = ""
    id: str = ""
    """On the own list."""

    @property
    def payee(self) -> Payee:
        """For an order."""
        return Payee(self.holder or self.name, self.iban, self.masked_pan)


class PayeeBook:
    """Every method may raise PayeeBookError. May be used from several threads and processes at once."""

    def __init__(
        self,
        folder: Path,
        portfolio: Portfolio,
        *,
        keyring: bool,
        today: Callable[[], date] = date.today,
        watch: Watch | None = None,
    ):
        """`watch` must agree before a row is written."""
        self._watch = watch
        self._database = SealedDatabase(
            folder,
            keyring=keyring,
            file_name=FILE_NAME,
            key_name="payee-list-key",
            table="payees",
            columns="id TEXT PRIMARY KEY, sealed BLOB NOT NULL",
            error=PayeeBookError,
        )
        self._portfolio = portfolio
        self._today = today

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        portfolio: Portfolio,
        today: Callable[[], date],
        watch: Watch | None = None,
    ) -> PayeeBook:
        return cls(settings.connections, portfolio, keyring=settings.keyring, today=today, watch=watch)

    def saved(self) -> tuple[KnownPayee, ...]:
        """The own list, by name."""
        with self._open() as pages:
            return pages.all()

    def all(self) -> tuple[KnownPayee, ...]:
        """The own list; then whoever was paid before and is not on it, the last first; then the accounts of
        the customer's own. An account number is there once, but for those that are on the list as well."""
        listed = self.saved()
        try:
            accounts = self._portfolio.accounts().items
            paid = self._portfolio.paid()
        except NoBankError:
            return listed
        own = [
            KnownPayee(
                name=each.name,
                iban=each.iban or "",
                source=PayeeSource.OWN_ACCOUNT,
                verified=True,
                holder=each.owner,
                masked_pan=(each.masked_pan or "") if each.iban is None else "",
            )
            for each in accounts
            if each.iban or each.masked_pan
        ]
        known = {each.iban for each in (*listed, *own)}
        past = [
            KnownPayee(
                name=each.counterparty,
                iban=each.counterparty_iban or "",
                source=PayeeSource.PAST,
                since=each.on,
                verified=True,
            )
            for each in paid
            if each.counterparty_iban not in known
        ]
        return (*listed, *past, *own)

    def find(self, name: str) -> tuple[KnownPayee, ...]:
        """Those of exactly this name, but for case, accents and spaces."""
        wanted = folded(name)
        return tuple(each for each in self.all() if folded(each.name) == wanted)

    def last_paid(self, iban: str) -> Transaction | None:
        """The last payment to that account number that the banks show."""
        return next((each for each in self._portfolio.paid() if each.counterparty_iban == iban), None)

    def add(self, name: str, iban: str, *, verified: bool = False, holder: str = "") -> KnownPayee:
        """Raises IbanError, OrderError for a name that cannot be written, and PayeeExistsError."""
        payee = KnownPayee(
            name=_checked(name),
            iban=check_iban(iban),
            source=PayeeSource.OWN_LIST,
            since=self._today(),
            verified=verified,
            holder=one_line(holder, LONGEST_NAME),
            id=uuid4().hex,
        )
        with self._open() as pages:
            pages.refuse_alike(payee)
            self._agreed("payee added", payee)
            pages.put(payee)
        return payee

    def rename(self, payee: KnownPayee, name: str) -> KnownPayee:
        """One on the own list. The holder's name stays what the bank knows. Raises OrderError,
        PayeeExistsError, and PayeeUnknownError when it was removed meanwhile."""
        with self._open() as pages:
            current = pages.one(payee.id)
            renamed = replace(current, name=_checked(name), holder=current.holder or current.name)
            pages.refuse_alike(renamed)
            self._agreed("payee renamed", renamed)
            pages.put(renamed)
        return renamed

    def remove(self, payee: KnownPayee) -> None:
        """From the own list; payments that were made stay where they are. Raises PayeeUnknownError."""
        with self._open() as pages:
            known = pages.one(payee.id)
            self._agreed("payee removed", known)
            pages.remove(known)

    def _agreed(self, what: str, payee: KnownPayee) -> None:
        if self._watch is not None:
            self._watch.changing(what, to=f"•••• {payee.iban[-4:]}")

    @contextmanager
    def _open(self) -> Iterator[_Pages]:
        with self._database.open() as sealed:
            yield _Pages(sealed)


class _Pages:
    """The rows within one transaction."""

    def __init__(self, sealed: Sealed):
        self._sealed = sealed

    def all(self) -> tuple[KnownPayee, ...]:
        rows = self._sealed.connection.execute("SELECT id, sealed FROM payees").fetchall()
        return tuple(sorted((self._read(*row) for row in rows), key=lambda each: folded(each.name)))

    def one(self, payee_id: str) -> KnownPayee:
        query = "SELECT id, sealed FROM payees WHERE id = ?"
        row = self._sealed.connection.execute(query, (payee_id,)).fetchone()
        if row is None:
            raise PayeeUnknownError("not on the list")
        return self._read(*row)

    def refuse_alike(self, payee: KnownPayee) -> None:
        """Raises PayeeExistsError."""
        for other in self.all():
            if other.id != payee.id and (
                other.iban == payee.iban or folded(other.name) == folded(payee.name)
            ):
                raise PayeeExistsError("the name or the account number is on the list")

    def put(self, payee: KnownPayee) -> None:
        facts = {
            "id": payee.id,
            "name": payee.name,
            "iban": payee.iban,
            "since": payee.since.isoformat() if payee.since else None,
            "verified": payee.verified,
            "holder": payee.holder,
        }
        self._sealed.connection.execute(
            "INSERT OR REPLACE INTO payees VALUES (?, ?)", (payee.id, self._sealed.seal(facts))
        )

    def remove(self, payee: KnownPayee) -> None:
        self._sealed.connection.execute("DELETE FROM payees WHERE id = ?", (payee.id,))

    def _read(self, payee_id: str, sealed: bytes) -> KnownPayee:
        facts = self._sealed.unseal(sealed)
        if facts["id"] != payee_id:
            raise PayeeBookError("a row lies in the place of another")
        return KnownPayee(
            name=facts["name"],
            iban=facts["iban"],
            source=PayeeSource.OWN_LIST,
            since=date.fromisoformat(facts["since"]) if facts["since"] else None,
            verified=facts["verified"],
            holder=facts["holder"],
            id=payee_id,
        )


def folded(name: str) -> str:
    """Without accents, case and superfluous spaces: what two names are compared by."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _checked(name: str) -> str:
    line = one_line(name, LONGEST_NAME)
    if not folded(line):
        raise OrderError("the payee has no name")
    return line
