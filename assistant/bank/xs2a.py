"""A connected bank that speaks Berlin Group XS2A 1.3: reading accounts under a consent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote

from assistant.bank import xs2a_accounts, xs2a_orders, xs2a_transactions
from assistant.bank.address import own_address
from assistant.bank.interface import Consent, ConsentStatus
from assistant.bank.model import Account, AccountKind, Balance, StandingOrder, Transaction
from assistant.bank.reading import Json, UnreadableError, links
from assistant.bank.side_by_side import TooSlowError, side_by_side
from assistant.bank.wire import Wire
from assistant.bank.xs2a_consents import consent_status, read_consent, revoke_consent
from assistant.errors import (
    BankAnswerError,
    BankError,
    BankTimeoutError,
    ConsentError,
    ConsentExpiredError,
    ConsentIncompleteError,
    ConsentRevokedError,
    NotKnownError,
    NotOfferedError,
)

_MOST_PAGES = 200
_ENTRIES_A_PAGE = "500"
"""Asked for, where the protocol has a place for it; a bank may send fewer."""
_ENDED: Mapping[ConsentStatus, type[ConsentError]] = {
    ConsentStatus.EXPIRED: ConsentExpiredError,
    ConsentStatus.REVOKED: ConsentRevokedError,
    ConsentStatus.TERMINATED: ConsentRevokedError,
    ConsentStatus.RECEIVED: ConsentIncompleteError,
    ConsentStatus.PARTIAL: ConsentIncompleteError,
}

T = TypeVar("T")
_Listed = list[tuple[Account, Json]]


class Xs2aBank:
    """See `interface.Bank`. May be used from several threads at once."""

    def __init__(
        self, wire: Wire, consent_id: str, *, asked_by_customer: bool, today: Callable[[], date] = date.today
    ):
        """`asked_by_customer`: reads answer a question asked just now, so they are not counted
        against the four a day that a program may make by itself (RTS on SCA, article 36(5))."""
        self._wire = wire
        self._consent_id = consent_id
        self._today = today
        self._plain_queries: set[str] = set()
        self._headers = {"Consent-ID": consent_id}
        if asked_by_customer:
            self._headers["PSU-IP-Address"] = own_address(wire.base_url)

    @property
    def name(self) -> str:
        return self._wire.bank

    def accounts(self) -> list[Account]:
        with self._strict():
            return [account for account, _ in self._listed(with_balance=False)]

    def balances(self) -> list[tuple[Account, tuple[Balance, ...]]]:
        with self._strict():
            listed = self._listed(with_balance=True)
            jobs = [self._balances_of(account, entry) for account, entry in listed]
            found = self._all([job for job in jobs if callable(job)])
            return [
                (account, found.pop(0) if callable(job) else job)
                for (account, _), job in zip(listed, jobs, strict=True)
            ]

    def transactions(
        self, account: Account, since: date, until: date, *, pending: bool = True
    ) -> list[Transaction]:
        url = self._wire.url(f"{_path(account)}/transactions")
        period = {"dateFrom": since.isoformat(), "dateTo": until.isoformat()}
        wished = {**period, "bookingStatus": "both" if pending else "booked"}
        if account.kind is not AccountKind.CARD:
            wished["itemsPerPage"] = _ENTRIES_A_PAGE
        found: list[Transaction] = []
        with self._strict():
            page = self._read_report(url, wished, {**period, "bookingStatus": "booked"})
            seen = {url}
            while True:
                found += xs2a_transactions.read_report(account, page, until)
                href = xs2a_transactions.next_page(page)
                if href is None:
                    return [entry for entry in found if since <= entry.on <= until or entry.pending]
                url = self._wire.follow(href)
                if url in seen or len(seen) >= _MOST_PAGES:
                    raise BankAnswerError("the pages have no end", bank=self.name)
                seen.add(url)
                page = self._get(url)

    def standing_orders(self, account: Account) -> list[StandingOrder]:
        if account.kind is AccountKind.CARD:
            return []
        url = self._wire.url(f"{_path(account)}/transactions")
        with self._strict():
            try:
                answer = self._get(url, {"bookingStatus": "information"})
            except NotOfferedError:
                return []
            return xs2a_orders.read_orders(account, answer, self._today())

    def consent(self) -> Consent:
        with self._strict():
            return read_consent(self._wire, self._consent_id)

    def revoke(self) -> None:
        with self._strict():
            revoke_consent(self._wire, self._consent_id)

    def _listed(self, *, with_balance: bool) -> _Listed:
        def accounts() -> _Listed:
            query = {"withBalance": "true"} if with_balance else None
            return xs2a_accounts.read_accounts(self.name, self._get(self._wire.url("/accounts"), query))

        def cards() -> _Listed:
            try:
                answer = self._get(self._wire.url("/card-accounts"))
            except (NotOfferedError, NotKnownError):
                return []
            return xs2a_accounts.read_card_accounts(self.name, answer)

        first, second = self._all([accounts, cards])
        # A bank may list a card in both places; the card account tells more.
        known = {account.id for account, _ in second}
        return [entry for entry in first if entry[0].id not in known] + second

    def _balances_of(self, account: Account, entry: Json) -> Any:
        """The balances, or a job that fetches them: `withBalance` may be ignored, and cards lack it."""
        positive = xs2a_accounts.debts_are_positive(entry)
        if entry.get("balances") is not None:
            return xs2a_accounts.read_balances(account, entry, debts_positive=positive)
        href = links(entry).get("balances")
        if href is None and "_links" in entry:
            return ()  # the consent does not cover them
        url = self._wire.follow(href) if href else self._wire.url(f"{_path(account)}/balances")

        def fetch() -> tuple[Balance, ...]:
            answer = self._get(url)
            flipped = positive or xs2a_accounts.debts_are_positive(answer)
            return xs2a_accounts.read_balances(account, answer, debts_positive=flipped)

        return fetch

    def _read_report(self, url: str, wished: Mapping[str, str], plain: Mapping[str, str]) -> Json:
        """Ask for what is wished, and for what every bank must be able to do where that is refused."""
        if url not in self._plain_queries:
            try:
                return self._get(url, wished)
            except NotOfferedError:
                self._plain_queries.add(url)
        return self._get(url, plain)

    def _get(self, url: str, query: Mapping[str, str] | None = None) -> Json:
        if not self._consent_id:
            raise ConsentError("the stored consent is gone", bank=self.name)
        return self._wire.call("GET", url, headers=self._headers, query=query).body

    def _all(self, jobs: list[Callable[[], T]]) -> list[T]:
        """Results of reads made at once. Raises the first error in order."""
        results: list[T] = []
        for result in side_by_side(jobs, self._wire.patience.total):
            if isinstance(result, TooSlowError):
                raise BankTimeoutError("no answer in time", bank=self.name)
            if isinstance(result, Exception):
                raise result
            results.append(result)
        return results

    @contextmanager
    def _strict(self) -> Iterator[None]:
        """Errors in the words of the house: what cannot be relied on, and how a consent ended."""
        try:
            yield
        except UnreadableError as error:
            raise BankAnswerError(str(error), bank=self.name) from error
        except ConsentError as error:
            raise self._explained(error) from error

    def _explained(self, error: ConsentError) -> ConsentError:
        """Banks answer CONSENT_INVALID to much; the consent itself tells what became of it."""
        if type(error) is not ConsentError or not self._consent_id:
            return error
        try:
            kind = _ENDED.get(consent_status(self._wire, self._consent_id), ConsentError)
        except (BankError, UnreadableError):
            return error
        return kind(error.detail, bank=self.name, status=error.status, request_id=error.request_id)


def _path(account: Account) -> str:
    kind = "card-accounts" if account.kind is AccountKind.CARD else "accounts"
    return f"/{kind}/{quote(account.id, safe='')}"
