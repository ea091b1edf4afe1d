"""Services that not every bank has, asked of all that the customer has connected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from assistant.actions.turn import Turn
from assistant.errors import BankError, NotKnownError, NotOfferedError

T = TypeVar("T")


def of_every_bank(turn: Turn, read: Callable[[str], list[T]]) -> list[T]:
    """What the banks have of it; whichever does not answer is mentioned. Raises its error when none did."""
    accounts = turn.services.portfolio.accounts()
    found: list[T] = []
    failures: list[BankError] = list(accounts.failures)
    for bank in dict.fromkeys(each.bank for each in accounts.items):
        try:
            with suppress(NotKnownError, NotOfferedError):
                found += read(bank)
        except BankError as error:
            failures.append(error)
    if failures and not found:
        raise failures[0]
    turn.mention(failures)
    return found
