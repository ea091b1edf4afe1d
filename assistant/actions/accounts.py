"""Which of the customer's accounts a question is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.actions import wording
from assistant.actions.names import Unclear, Unknown, resolve
from assistant.actions.phrases import Phrases
from assistant.actions.question import Choice, Filters
from assistant.actions.turn import Turn
from assistant.bank.model import Account, AccountKind
from assistant.errors import BankError, ConsentError
from assistant.nlu.matching import plain_words


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts that are meant among all that could be read."""

    accounts: tuple[Account, ...]
    everything: tuple[Account, ...]
    failures: tuple[BankError, ...] = ()
    """Of banks that may hold accounts which are meant as well."""
    said: bool = False
    """Accounts were named, by name or by kind."""
    banks: tuple[str, ...] = ()
    """Names of the banks that were asked for."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(label(account, self.everything) for account in self.accounts)

    @property
    def kind(self) -> AccountKind | None:
        """The kind of all accounts that are meant, None when they differ."""
        kinds = {account.kind for account in self.accounts}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def currency(self) -> str | None:
        """Of most of the accounts that are meant."""
        currencies = [account.currency for account in self.accounts]
        return max(sorted(set(currencies)), key=currencies.count) if currencies else None


def label(account: Account, among: Iterable[Account]) -> str:
    """The account's name, with its bank where another account has the same name."""
    return wording.account(account, tuple(among))


def read_scope(turn: Turn, filters: Filters) -> Scope:
    """Ask the banks for the accounts and pick those that were meant.

    Raises the bank's error when no bank answered or the one that was named did not, Unclear or
    Unknown when a name could not be resolved.
    """
    gathered = turn.services.portfolio.accounts()
    return pick_scope(gathered.items, gathered.failures, filters, turn.phrases)


def pick_scope(
    accounts: Sequence[Account], failures: Sequence[BankError], filters: Filters, phrases: Phrases
) -> Scope:
    """See `read_scope`; without asking anybody."""
    if not accounts:
        raise failures[0] if failures else ConsentError("no account is shared")
    everything = tuple(accounts)
    banks = _banks(filters.bank, everything, failures)
    if banks:
        down = [failure for failure in failures if failure.bank in banks]
        if down and not any(account.bank in banks for account in everything):
            raise down[0]
        failures = down
    candidates = tuple(account for account in everything if not banks or account.bank in banks)
    if not filters.account:
        return Scope(candidates, everything, tuple(failures), banks=banks)
    chosen: list[Account] = []
    by_name_alone = True
    said_any = False
    for said in filters.account:
        kind = _kind(said, phrases)
        if kind == "any":
            by_name_alone = False
            chosen.extend(candidates)
            continue
        said_any = True
        found, by_name = _named(said, kind, candidates, everything, failures, phrases)
        by_name_alone = by_name_alone and by_name
        chosen.extend(found)
    unique = tuple(account for account in candidates if account in chosen)
    return Scope(unique, everything, () if by_name_alone else tuple(failures), said=said_any, banks=banks)


def _banks(
    said_names: Sequence[str], accounts: Sequence[Account], failures: Sequence[BankError]
) -> tuple[str, ...]:
    known = list(
        dict.fromkeys([account.bank for account in accounts] + [failure.bank for failure in failures])
    )
    banks: list[str] = []
    for said in said_names:
        found = resolve(said, known)
        if not found:
            raise Unknown("bank", said, tuple(known))
        if len(found) > 1:
            raise Unclear(Choice("bank", tuple(found)))
        banks.extend(found)
    return tuple(dict.fromkeys(banks))


def _kind(said: str, phrases: Phrases) -> str | None:
    plain = " ".join(said.casefold().split()).removeprefix("my ")
    for kind, words in phrases.table("account_words").items():
        if plain in words:
            return str(kind)
    return None


def _named(
    said: str,
    kind: str | None,
    candidates: Sequence[Account],
    everything: Sequence[Account],
    failures: Sequence[BankError],
    phrases: Phrases,
) -> tuple[list[Account], bool]:
    """The accounts meant by one name, and whether the name alone told. Raises Unclear or Unknown."""
    labels = {label(account, everything): account for account in candidates}
    exact = [account for name, account in labels.items() if plain_words(name) == plain_words(said)]
    if exact:
        return exact, True
    if kind is not None:
        of_kind = [account for account in candidates if account.kind is AccountKind(kind)]
        if of_kind:
            return of_kind, False
    noise = frozenset(phrases.words("account_noise"))
    bare = {_bare(name, noise): name for name in labels}
    found = [bare[name] for name in resolve(_bare(said, noise), list(bare))]
    if len(found) > 1:
        raise Unclear(Choice("account", tuple(found)))
    if found:
        return [labels[found[0]]], True
    currency = phrases.table("account_currencies").get(_bare(said, noise))
    of_currency = [account for account in candidates if account.currency == currency]
    if not of_currency:
        raise Unknown("account", said, tuple(labels), failures)
    return of_currency, False


def _bare(name: str, noise: frozenset[str]) -> str:
    """The words that tell an account from others; all of them where nothing else is left."""
    words = plain_words(name)
    return " ".join([word for word in words if word not in noise] or words)
