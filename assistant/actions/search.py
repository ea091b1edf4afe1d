"""Transactions for a question: read once from the banks, then sifted as often as needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.actions.accounts import Scope, read_scope
from assistant.actions.filters import Places, Sieve, home_country, newest_first
from assistant.actions.names import Payees, resolve
from assistant.actions.periods import Period
from assistant.actions.question import Filters
from assistant.actions.turn import Turn
from assistant.actions.where import Where, describe
from assistant.bank.model import Transaction
from assistant.errors import BankError
from assistant.nlu.values.calendar import add_months

RECENT_DAYS = 90
"""How far back a search without a time goes: what every bank shows without a fresh confirmation
(Regulation (EU) 2018/389, article 10)."""
_HISTORY_MONTHS = 15


@dataclass(frozen=True, slots=True)
class Found:
    """What the banks sent for a span of days, with the question's names looked up."""

    scope: Scope
    transactions: tuple[Transaction, ...]
    """Everything of the accounts that are meant, not yet sifted."""
    sieve: Sieve
    """The question without its time."""
    narrowed: Where
    """The same, to say it."""
    home: str | None
    """ISO 3166 alpha-2 country of the customer."""
    failures: tuple[BankError, ...] = ()
    """Of banks that the answer is without; said already."""

    def within(self, period: Period, direction: str | None = None) -> list[Transaction]:
        """Those that count, newest first."""
        sieve = replace(self.sieve, period=period, direction=direction or self.sieve.direction)
        return sieve.sift(self.transactions)

    def everything(self) -> list[Transaction]:
        return newest_first(self.transactions)


def find(turn: Turn, filters: Filters, since: date, until: date) -> Found:
    """Ask the banks that hold the accounts which are meant, and say which of them did not answer.

    Raises a bank's error when none answered, Unclear or Unknown for a name.
    """
    scope = read_scope(turn, filters)
    until = min(until, turn.today)
    gathered = turn.services.portfolio.transactions(scope.accounts, min(since, until), until)
    failures = _one_per_bank([*scope.failures, *gathered.failures])
    if gathered.failures and all(
        account.bank in {failure.bank for failure in gathered.failures} for account in scope.accounts
    ):
        raise gathered.failures[0]
    turn.mention(failures)
    home = home_country(scope.everything)
    payees = Payees.of(gathered.items, turn.services.portfolio.names() if filters.merchant else ())
    merchants = [payees.named(said) for said in filters.merchant]
    places = _places(turn, filters.place, gathered.items)
    names = frozenset(name for merchant in merchants for name in merchant.names)
    sieve = Sieve(
        names=names,
        categories=frozenset(filters.category),
        places=places,
        direction=filters.direction,
        amount=filters.amount,
        home=home,
    )
    where = Where(
        merchants=tuple(merchant.display for merchant in merchants),
        are_people=bool(merchants) and all(merchant.is_person for merchant in merchants),
        categories=filters.category,
        places=_place_names(turn, places, gathered.items),
        abroad=bool(places and places.abroad),
        accounts=scope.names if scope.said else (),
        account_kind=scope.kind,
        banks=() if scope.said else scope.banks,
        direction=filters.direction,
        amount=filters.amount,
        currency=scope.currency,
    )
    return Found(scope, tuple(gathered.items), sieve, where, home, tuple(failures))


def said_where(turn: Turn, found: Found, manner: str, period: str = "") -> str:
    """What the answer was narrowed down to, with its time; see `where.describe`."""
    return describe(replace(found.narrowed, period=period), manner, turn.phrases, turn.wording)


def recently(turn: Turn, days: int) -> Period:
    """The last days up to today, today included."""
    start = turn.today - timedelta(days=days - 1)
    return Period(start, turn.today, turn.phrases("periods.last_days", n=days))


def all_history(turn: Turn) -> Period:
    """Where a question without a time goes on when the time that is usually meant holds nothing."""
    label = turn.phrases("periods.last_months", n=_HISTORY_MONTHS)
    return Period(add_months(turn.today, -_HISTORY_MONTHS), turn.today, label)


def this_month(turn: Turn) -> Period:
    return Period(turn.today.replace(day=1), turn.today, turn.phrases("periods.this_month"), "month")


def _places(turn: Turn, said_names: tuple[str, ...], transactions: Iterable[Transaction]) -> Places | None:
    if not said_names:
        return None
    known = {each.merchant.city for each in transactions if each.merchant and each.merchant.city}
    cities: set[str] = set()
    countries: set[str] = set()
    abroad = False
    for said in said_names:
        plain = said.casefold().strip().removeprefix("the ")
        code = turn.phrases.get(f"countries.{plain}") or turn.wording.country_code(plain)
        if plain == "abroad":
            abroad = True
        elif code:
            countries.add(code)
        else:
            cities.update(city.casefold() for city in (resolve(said, sorted(known))[:1] or [said]))
    return Places(frozenset(cities), frozenset(countries), abroad)


def _place_names(turn: Turn, places: Places | None, transactions: Iterable[Transaction]) -> tuple[str, ...]:
    """As the banks write cities, and as the language names countries."""
    if places is None:
        return ()
    written = {
        each.merchant.city.casefold(): each.merchant.city
        for each in transactions
        if each.merchant and each.merchant.city
    }
    cities = [written.get(city, city.title()) for city in sorted(places.cities)]
    return tuple(cities + [turn.wording.country(code) for code in sorted(places.countries)])


def _one_per_bank(failures: Iterable[BankError]) -> list[BankError]:
    return list({failure.bank: failure for failure in failures}.values())
