"""What actions need besides the tracker: one set for the whole process, made when first asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from assistant.actions.money.confirmations import Confirmations, SharedConfirmations
from assistant.actions.phrases import Phrases
from assistant.actions.wording import Wording
from assistant.bank.payees import PayeeBook
from assistant.bank.payments import Payments
from assistant.bank.portfolio import Portfolio
from assistant.bank.sca import Wish
from assistant.errors import SettingsError
from assistant.nlu.values.today import TODAY
from assistant.security.guard import Guard
from assistant.settings import MEMORY, Settings

AskPassword = Callable[[str, str], str | None]
"""The password for a bank and a user name there, typed and never spoken; None where nobody can type."""

_NO_WAY_BACK = "urn:ietf:wg:oauth:2.0:oob"
"""For the bank's page: it shows its code, since no browser can come back to us (RFC 6749 left it out; banks
took it over from native apps)."""


def nobody_types(_bank: str, _psu_id: str) -> str | None:
    return None


@dataclass(frozen=True)
class Services:
    settings: Settings
    portfolio: Portfolio
    payees: PayeeBook
    payments: Payments
    today: Callable[[], date]
    phrases: Phrases
    wording: Wording
    guard: Guard
    password: AskPassword = nobody_types
    confirmations: Confirmations = field(default_factory=Confirmations)

    @property
    def wish(self) -> Wish:
        """How payments are confirmed: as the settings say, else with a code where a password can be typed,
        and in the bank's app where it cannot."""
        how = self.settings.confirm or ("app" if self.password is nobody_types else "code")
        return Wish(decoupled=how == "app", redirect_uri=_NO_WAY_BACK if how == "page" else "")

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        portfolio: Portfolio,
        today: Callable[[], date],
        password: AskPassword = nobody_types,
    ) -> Services:
        """Raises TrainingDataError when the language's phrases cannot be used."""
        guard = Guard.from_settings(settings)
        payments = Payments.from_settings(settings, today, portfolio.tell, watch=guard)
        alone = settings.store == MEMORY
        return cls(
            settings=settings,
            portfolio=portfolio,
            payees=PayeeBook.from_settings(settings, portfolio, today, guard),
            payments=payments,
            password=password,
            today=today,
            phrases=Phrases.read(settings.nlu_data / "phrases.yml", settings.language),
            wording=Wording(settings.language),
            guard=guard,
            confirmations=Confirmations() if alone else SharedConfirmations(settings, payments),
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
