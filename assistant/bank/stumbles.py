"""What went wrong on the way to the bank or back: an error of ours, and whether a retry may help."""

from __future__ import annotations

import http.client
import ssl

import requests
import urllib3

from assistant.bank.retry import Failure, Trouble
from assistant.errors import (
    BankAnswerError,
    BankError,
    BankIdentityError,
    BankTimeoutError,
    BankUnreachableError,
)

_OF_THE_MACHINE = ("builtins", "ssl", "socket")
"""Modules whose exceptions say nothing of what was sent; those of the HTTP libraries show the URL."""
_NO_HTTP = (http.client.BadStatusLine, http.client.LineTooLong, http.client.UnknownProtocol)
_SENT_NOTHING = (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError)
_TOO_LATE = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


class Stumble(Exception):  # noqa: N818 - becomes one of our errors or a retry
    """One try of a call that failed."""

    def __init__(self, failure: Failure, error: BankError, cause: BaseException | None = None):
        super().__init__()
        self.failure = failure
        self.error = error
        self.cause = cause


def unusable(detail: str, status: int = 0) -> Stumble:
    """A complete answer that nobody can rely on; asking again would bring it again."""
    return Stumble(Failure(Trouble.REFUSED), BankAnswerError(detail, status=status))


def stumble_of(error: Exception) -> Stumble:
    """What an exception of the HTTP libraries means."""
    reasons = _reasons(error)
    cause = next((each for each in reasons if type(each).__module__ in _OF_THE_MACHINE), None)

    def any_is(*kinds: type[BaseException]) -> bool:
        return any(isinstance(reason, kinds) for reason in reasons)

    if any_is(ssl.SSLCertVerificationError):
        return Stumble(Failure(Trouble.NOT_TRUSTED), BankIdentityError("the certificate is refused"), cause)
    if any_is(requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return Stumble(Failure(Trouble.REFUSED), BankIdentityError("TLS failed"), cause)
    if any_is(*_SENT_NOTHING):
        return Stumble(Failure(Trouble.NOT_SENT), BankUnreachableError("no connection"), cause)
    if any_is(*_TOO_LATE):
        return Stumble(Failure(Trouble.TIMED_OUT), BankTimeoutError("no answer in time"), cause)
    if any_is(urllib3.exceptions.DecodeError):
        return unusable("the answer is damaged")
    # By exact type: a server that just hangs up raises a subclass of BadStatusLine.
    if any(type(reason) in _NO_HTTP for reason in reasons):
        return unusable("the answer is not HTTP")
    if any_is(requests.ConnectionError, urllib3.exceptions.HTTPError, OSError):
        return Stumble(Failure(Trouble.BROKEN_OFF), BankUnreachableError("the connection broke off"), cause)
    return unusable("the answer is not HTTP")


def _reasons(error: BaseException) -> list[BaseException]:
    """The error and everything that it wraps, in whichever way it does."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
    return found
