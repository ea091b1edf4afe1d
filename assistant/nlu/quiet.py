"""Rasa made to keep things to itself: no telemetry, and no word of a customer in any log.

Rasa logs utterances, slots and replies in many places and two ways (`logging` and `structlog`). Here
is the one place that decides: unless debugging was asked for, whatever it logs is withheld, at every
level; with debugging, digits and amounts are masked. Errors keep their logger, level and place, so
something is still seen to have gone wrong.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import MutableMapping
from typing import Any

from assistant.redaction import guard_logs, mask_figures

DEBUG = "ASSISTANT_DEBUG"
"""Environment variable that asks for logs, masked."""

_FOREIGN = ("rasa", "rasa_sdk", "sanic", "asyncio", "aiohttp", "structlog", "sklearn_crfsuite", "matplotlib")
"""Loggers, with all below them, that may be handed what a customer said."""

_WITHHELD = "withheld; --debug shows it with numbers masked"


def telemetry_off() -> None:
    """Rasa reports usage to its maker unless told not to. Its own command line reads this too."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"


def debugging() -> bool:
    """Whether logs were asked for: of the assistant, or of Rasa's own command, which notes `--debug` so."""
    return bool(os.environ.get(DEBUG)) or os.environ.get("LOG_LEVEL") == "DEBUG"


def hush() -> None:
    """Take effect for the whole process; calling it again changes nothing. Before Rasa is imported."""
    telemetry_off()
    for name in _FOREIGN:
        logger = logging.getLogger(name)
        if not debugging():
            logger.setLevel(logging.ERROR)
    if not isinstance(logging.getLogRecordFactory(), _Discreet):
        guard_logs()
        logging.setLogRecordFactory(_Discreet(logging.getLogRecordFactory()))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # What is deprecated inside Rasa is nothing that a customer can act on. sanic turns such warnings on
    # when it is imported, so it comes first.
    import sanic  # noqa: F401
    import structlog

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", module=r"(rasa|rasa_sdk|sklearn|sanic|pkg_resources|tensorflow)\b")
    structlog.configure(processors=[_to_logging], cache_logger_on_first_use=False)


class _Discreet:
    """Makes log records; those of foreign loggers lose what they were handed."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record: logging.LogRecord = self._inner(*args, **kwargs)
        if record.name.split(".")[0] not in _FOREIGN:
            return record
        if debugging():
            try:
                text = record.getMessage()
            except (TypeError, ValueError):
                text = str(record.msg)
            record.msg, record.args = mask_figures(text), None
            return record
        error = record.exc_info[0].__name__ + " " if record.exc_info and record.exc_info[0] else ""
        record.msg, record.args, record.exc_info, record.exc_text = error + _WITHHELD, None, None, None
        return record


def _to_logging(_logger: Any, level: str, event: MutableMapping[str, Any]) -> str:
    """structlog's last step: hand on to `logging`, where the records are made discreet."""
    import structlog

    number = logging.getLevelName(level.upper())
    logging.getLogger("rasa.events").log(number if isinstance(number, int) else logging.DEBUG, "%s", event)
    raise structlog.DropEvent
