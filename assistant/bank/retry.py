"""Whether a call that failed is made again, and after how long: one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MOST_TRIES = 3
FIRST_WAIT = 0.1
"""Seconds; the most that is waited before the second try. Doubles with every further one."""
LONGEST_WAIT = 2.0
"""Seconds. A bank that asks for more (`Retry-After`) is not asked again within this call."""

_PASSING = frozenset({502, 503, 504})
"""Gateway and overload: the next try may meet a healthy server. A 500 is a fault that stays."""


class Trouble(Enum):
    NOT_SENT = "not sent"
    """No connection came about, so the bank cannot have seen the request."""
    NOT_TRUSTED = "not trusted"
    """The bank's certificate was refused, so nothing was sent. It stays as it is."""
    BROKEN_OFF = "broken off"
    """The connection ended after the request may have been sent."""
    TIMED_OUT = "timed out"
    """No answer in time after the request was sent."""
    REFUSED = "refused"
    """A complete answer with an error status."""


@dataclass(frozen=True, slots=True)
class Failure:
    trouble: Trouble
    status: int = 0
    """HTTP status when REFUSED."""
    retry_after: float | None = None
    """Seconds that the bank asked to wait."""

    @property
    def maybe_done(self) -> bool:
        """Whether the bank may have done what was asked: unless it was never reached or said no."""
        if self.trouble is Trouble.REFUSED:
            return not 400 <= self.status < 500 or self.status == 408
        return self.trouble not in (Trouble.NOT_SENT, Trouble.NOT_TRUSTED)


def wait_before_retry(method: str, failure: Failure, tries: int, left: float, draw: float) -> float | None:
    """Seconds to wait before the next try, None to give up.

    `tries` were made so far, `left` seconds remain for the whole call, `draw` is random in [0, 1).
    A GET is repeated after whatever may pass; anything else only when it cannot have been sent, since a
    second POST could be a second order. The wait is "full jitter": anywhere between nothing and a limit that
    doubles, so that many callers do not come back together.
    """
    if tries >= MOST_TRIES or not _may_repeat(method, failure):
        return None
    wait = draw * min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (tries - 1))
    if failure.retry_after is not None:
        if failure.retry_after > LONGEST_WAIT:
            return None
        wait = max(wait, failure.retry_after)
    return wait if wait < left else None


def _may_repeat(method: str, failure: Failure) -> bool:
    if failure.trouble is Trouble.NOT_SENT:
        return True
    if method != "GET" or failure.trouble is Trouble.NOT_TRUSTED:
        return False
    if failure.trouble is Trouble.REFUSED:
        # 429 may be a daily allowance: only a bank that names a short wait means a short wait.
        return failure.status in _PASSING or (failure.status == 429 and failure.retry_after is not None)
    return True
