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
_CARDS_SECONDS = 300.0
"""How long a list of cards serves: their balances take a call of their own, which need not wait for it."""
_ENDED: Mapping[ConsentStatus, type[ConsentError]] = {
    ConsentStatus.EXPIRED: ConsentExpiredError,
    ConsentStatus.REVOKED: ConsentRevokedError,
    ConsentStatus.TERMINATED: ConsentRevokedError,
    ConsentStatus.RECEIVED: ConsentIncompleteError,
    ConsentStatus.PARTIAL: ConsentIncompleteError,
}

T = TypeVar("T")
_Listed = list[tuple[Account, Json]]
_WithBalances = list[tuple[Account, tuple[Balance, ...]]]


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
        self._listed_cards: tuple[float, _Listed] | None = None
        self._headers = {"Consent-ID": consent_id}
        if asked_by_customer:
            self._headers["PSU-IP-Address"] = own_address(wire.base_url)

    @property
    def name(self) -> str:
        return self._wire.bank

    def accounts(self) -> list[Account]:
        with self._strict():
            first, second = self._all([self._accounts, self._cards])
            return [account for account, _ in _merged(first, second)]

    def balances(self) -> list[tuple[Account, tuple[Balance, ...]]]:
        def of_accounts() -> _WithBalances:
            return self._with_balances(self._accounts(with_balance=True))

        with self._strict():
            return _merged(*self._all([of_accounts, self._card_balances]))

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
                    return [entry for entry in found if since <= entry.on <= until]
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

    def _accounts(self, *, with_balance: bool = False) -> _Listed:
        query = {"withBalance": "true"} if with_balance else None
        return xs2a_accounts.read_accounts(self.name, self._get(self._wire.url("/accounts"), query))

    def _cards(self) -> _Listed:
        try:
            answer = self._get(self._wire.url("/card-accounts"))
        except (NotOfferedError, NotKnownError):
            return []
        cards = xs2a_accounts.read_card_accounts(self.name, answer)
        if not any("balances" in entry for _, entry in cards):
            self._listed_cards = (self._wire.patience.monotonic(), cards)
        return cards

    def _card_balances(self) -> _WithBalances:
        listed = self._listed_cards
        if listed is not None and self._wire.patience.monotonic() - listed[0] < _CARDS_SECONDS:
            try:
                return self._with_balances(listed[1])
            except NotKnownError:
                self._listed_cards = None  # other cards by now
        return self._with_balances(self._cards())

    def _with_balances(self, listed: _Listed) -> _WithBalances:
        jobs = [self._balances_of(account, entry) for account, entry in listed]
        found = self._all([job for job in jobs if callable(job)])
        return [
            (account, found.pop(0) if callable(job) else job)
            for (account, _), job in zip(listed, jobs, strict=True)
        ]

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
        if len(jobs) == 1:
            return [jobs[0]()]
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


def _merged(accounts: list[tuple[Account, T]], cards: list[tuple[Account, T]]) -> list[tuple[Account, T]]:
    """A bank may list a card in both places; the card account tells more."""
    known = {account.id for account, _ in cards}
    return [entry for entry in accounts if entry[0].id not in known] + cards


def _path(account: Account) -> str:
    kind = "card-accounts" if account.kind is AccountKind.CARD else "accounts"
    return f"/{kind}/{quote(account.id, safe='')}"
