"""What may not be read anywhere: account numbers, cards, codes, passcodes, tokens. Masked where text is made.

`mask_identifiers` leaves amounts and dates, for records that people read; `mask_figures` leaves no number at
all, for logs of what was said. `guard_logs` makes every log record and every traceback of this process pass
through here.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Any

MASK = "••••"

_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{2,4}){2,8}\b", re.IGNORECASE)
_TOKEN = re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}={0,2}(?!\w)")
"""Letters and digits, twenty or more in a piece: consents, payment ids, keys."""
_CODE = re.compile(r"(?<![\d.,])\d(?:[ ]?\d){5,}(?!\d|[.,]\d)|(?<!\d)\d{4}(?:[ -]\d{4}){2,4}(?!\d)")
"""Six digits or more: one-time codes, passcodes, cards. An amount has a point before its last two."""
_DIGITS = re.compile(r"\d+(?:[.,\s:/-]?\d+)*")
_NUMBER = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)"
    r"teen|twenty|(?:thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million)"
)
_SPOKEN = re.compile(rf"\b{_NUMBER}(?:[\s-]+(?:and\s+)?{_NUMBER})*\b", re.IGNORECASE)
_SPOKEN_CODE = re.compile(rf"\b{_NUMBER}(?:[\s,-]+{_NUMBER}){{3,}}\b", re.IGNORECASE)
"""Four number words or more without an "and": digits read out."""

_IDENTIFIER = re.compile("|".join((f"(?i:{_ACCOUNT.pattern})", _TOKEN.pattern, _CODE.pattern)))


def mask_identifiers(text: str) -> str:
    """Account numbers, cards, codes and tokens as bullets; amounts and dates stay."""
    for pattern in (_ACCOUNT, _TOKEN, _CODE, _SPOKEN_CODE):
        text = pattern.sub(MASK, text)
    return text


def replace_identifiers(text: str, stand_in: Callable[[str], str]) -> str:
    """The same with something else in the place of each account number, card, code and token."""
    return _IDENTIFIER.sub(lambda match: stand_in(match[0]), text)


def mask_figures(text: str) -> str:
    """Account numbers, tokens and every other figure, typed or spoken, as bullets."""
    for pattern in (_ACCOUNT, _TOKEN, _DIGITS, _SPOKEN):
        text = pattern.sub(MASK, text)
    return text


@cache
def guard_logs() -> None:
    """Take effect for the whole process; calling it again changes nothing."""
    logging.setLogRecordFactory(_Masking(logging.getLogRecordFactory()))
    sys.excepthook = _told
    threading.excepthook = _told_by_thread


class _Masking:
    """Makes log records whose text and traceback are masked."""

    def __init__(self, inner: Callable[..., logging.LogRecord]) -> None:
        self._inner = inner

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._inner(*args, **kwargs)
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        record.msg, record.args = mask_identifiers(text), None
        if record.exc_info and record.exc_info[0]:
            record.exc_text = mask_identifiers("".join(traceback.format_exception(*record.exc_info)).rstrip())
        return record


def _told(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    sys.stderr.write(mask_identifiers("".join(traceback.format_exception(kind, error, place))))


def _told_by_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        _told(failure.exc_type, failure.exc_value, failure.exc_traceback)
