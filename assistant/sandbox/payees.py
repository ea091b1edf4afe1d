"""Verification of payee: does the name that was given belong to the account.

Regulation (EU) 2024/886, article 5c: match, close match with the right name, no match, or not possible.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from rapidfuzz.distance import DamerauLevenshtein

from assistant.sandbox.billers import BILLED_ACCOUNTS
from assistant.sandbox.bills import NAMED_ACCOUNTS
from assistant.sandbox.catalogue import CUSTOMERS
from assistant.sandbox.habits import FRIENDS
from assistant.sandbox.ledger import Account

CLOSE = 0.8
"""Similarity of two names, from 0 to 1, from which on the right one is told."""


class Result(Enum):
    MATCH = "MATCH"
    CLOSE_MATCH = "CLOSE_MATCH"
    NO_MATCH = "NO_MATCH"
    NOT_POSSIBLE = "NOT_POSSIBLE"


@dataclass(frozen=True, slots=True)
class Verification:
    result: Result
    name: str = ""
    """What the account is called, told for a close match only."""


_ELSEWHERE = {**NAMED_ACCOUNTS, **BILLED_ACCOUNTS, **{friend.iban: friend.name for friend in FRIENDS}}
"""Names by IBAN at banks that answer; at all others the check is not possible."""


def verify_payee(accounts: Sequence[Account], iban: str, name: str) -> Verification:
    """`accounts` are those of this server's banks."""
    named = _names_of(accounts, iban)
    if not named:
        return Verification(Result.NOT_POSSIBLE)
    given = _folded(name)
    if any(_folded(known) == given for known in named):
        return Verification(Result.MATCH)
    closest = max(named, key=lambda known: _likeness(known, given))
    if _likeness(closest, given) >= CLOSE:
        return Verification(Result.CLOSE_MATCH, closest)
    return Verification(Result.NO_MATCH)


def _names_of(accounts: Sequence[Account], iban: str) -> tuple[str, ...]:
    for account in accounts:
        if account.iban == iban:
            return tuple(CUSTOMERS[login].name for login in account.plan.owners)
    return (_ELSEWHERE[iban],) if iban in _ELSEWHERE else ()


def _likeness(known: str, given: str) -> float:
    """An initial in place of a first name counts as nearly right."""
    folded = _folded(known)
    first, _, last = folded.partition(" ")
    initialled, _, family = given.partition(" ")
    if last and last == family and len(initialled) == 1 and first.startswith(initialled):
        return 1.0
    return float(DamerauLevenshtein.normalized_similarity(folded, given))


def _folded(name: str) -> str:
    """Without accents, case, punctuation and superfluous spaces."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join(kept.split())
