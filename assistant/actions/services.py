"""What actions need besides the tracker: one set for the whole process, made when first asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from assistant.actions.phrases import Phrases
from assistant.actions.wording import Wording
from assistant.bank.payees import PayeeBook
from assistant.bank.portfolio import Portfolio
from assistant.errors import SettingsError
from assistant.nlu.values.today import TODAY
from assistant.security.guard import Guard
from assistant.settings import Settings


@dataclass(frozen=True)
class Services:
    settings: Settings
    portfolio: Portfolio
    payees: PayeeBook
    today: Callable[[], date]
    phrases: Phrases
    wording: Wording
    guard: Guard

    @classmethod
    def from_settings(cls, settings: Settings, portfolio: Portfolio, today: Callable[[], date]) -> Services:
        """Raises TrainingDataError when the language's phrases cannot be used."""
        return cls(
            settings=settings,
            portfolio=portfolio,
            payees=PayeeBook.from_settings(settings, portfolio, today),
            today=today,
            phrases=Phrases.read(settings.nlu_data / "phrases.yml", settings.language),
            wording=Wording(settings.language),
            guard=Guard.from_settings(settings),
        )


_lock = threading.Lock()
_services: Services | None = None


def configure(services: Services | None) -> None:
    """Use these from now on; None makes the next call start afresh from the environment."""
    global _services
    with _lock:
        _services = services


def services() -> Services:
    """The services of this process, read from the environment when nobody configured any.

    Raises SettingsError or TrainingDataError; a later call tries again.
    """
    global _services
    with _lock:
        if _services is None:
            settings = Settings.from_environment()
            today = clock()
            _services = Services.from_settings(settings, Portfolio.from_settings(settings, today), today)
        return _services


def clock(environ: Mapping[str, str] = os.environ) -> Callable[[], date]:
    """The calendar of this machine, or the one day that `ASSISTANT_TODAY` names.

    Raises SettingsError when that is no date.
    """
    text = environ.get(TODAY)
    if not text:
        return date.today
    try:
        fixed = date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{TODAY}={text!r} is not a date", remedy=f"Write {TODAY}=YYYY-MM-DD.") from error
    return lambda: fixed
