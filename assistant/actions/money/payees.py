"""Who is meant among those whom the customer can pay: one, or a short question, or nobody."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.actions.accounts import label, pick_scope
from assistant.actions.money.certainty import sounds_like_others
from assistant.actions.money.draft import Recipient
from assistant.actions.names import Unclear, Unknown
from assistant.actions.names import resolve as alike
from assistant.actions.question import Choice, Filters
from assistant.actions.turn import Turn
from assistant.bank.model import Account
from assistant.bank.payees import KnownPayee, PayeeSource

_END = 4
"""Digits by which two accounts of one name are told apart."""


def resolve(turn: Turn, said: str, refused: Sequence[str] = ()) -> Recipient:
    """Whom a name means, by spelling and sound with a margin, those left out that were not meant.

    Raises Unclear when two fit equally well, Unknown when nobody does, and PayeeBookError.
    """
    named: dict[str, list[KnownPayee]] = {}
    for known in turn.services.payees.all():
        if known.source is not PayeeSource.OWN_ACCOUNT:
            named.setdefault(known.name, []).append(known)
    unwanted = {name for each in refused for name in alike(each, list(named))[:1]}
    wanted = [name for name in named if name not in unwanted or len(named[name]) > 1]
    options = {
        option: each for name in alike(said, wanted) for option, each in _told_apart(named[name]).items()
    }
    if not options:
        options = _told_apart([each for all_ in named.values() for each in all_], said)
    if not options:
        raise Unknown("payee", said, ())
    if len(options) > 1:
        raise Unclear(Choice("payee", tuple(options)))
    ((_, found),) = options.items()
    return _recipient(found)


def has_twin(turn: Turn, said: str) -> bool:
    """Whether somebody else could be meant by the sound of it: then the account number is read back too."""
    known = turn.services.payees.all()
    names = {each.name for each in known if each.source is not PayeeSource.OWN_ACCOUNT}
    return sounds_like_others(turn, said, names)


def own_account(turn: Turn, accounts: Sequence[Account], said: str) -> Recipient:
    """An account or a card of the customer's own that is to receive money. Raises Unclear or Unknown."""
    account = find_account(turn, accounts, said, accounts)
    return Recipient(
        label=label(account, accounts),
        name=account.owner,
        iban=account.iban or "",
        masked_pan=account.masked_pan or "" if account.iban is None else "",
        own=True,
    )


def find_account(turn: Turn, among: Sequence[Account], said: str, everything: Sequence[Account]) -> Account:
    """One account by what it was called. Raises Unclear or Unknown."""
    found = pick_scope(among, (), Filters(account=(said,)), turn.phrases)
    if not found.said or not found.accounts:
        raise Unknown("account", said, tuple(label(each, everything) for each in among))
    if len(found.accounts) > 1:
        raise Unclear(Choice("account", tuple(label(each, everything) for each in found.accounts)))
    return found.accounts[0]


def _told_apart(known: Sequence[KnownPayee], said: str | None = None) -> dict[str, KnownPayee]:
    """Payees by name, and by the end of the account number where a name is no longer enough.

    `said`: only the one that was called so, ending and all.
    """
    counts = [each.name for each in known]
    named = {
        each.name if counts.count(each.name) == 1 else f"{each.name}, {each.iban[-_END:]}": each
        for each in known
    }
    return named if said is None else {name: each for name, each in named.items() if name == said}


def _recipient(known: KnownPayee) -> Recipient:
    payee = known.payee
    return Recipient(known.name, payee.name, payee.iban, payee.masked_pan)
