"""The life of a consent at an XS2A bank: asked for, read, given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from assistant.bank.address import own_address
from assistant.bank.interface import CONSENT_ID, Consent, ConsentStatus
from assistant.bank.reading import UnreadableError, day, text
from assistant.bank.sca import Wish
from assistant.bank.wire import Answer, Wire
from assistant.errors import ConsentError, NotKnownError

_LONGEST = "9999-12-31"
"""Asks for as long as the bank allows, 180 days by law (Delegated Regulation (EU) 2022/2360)."""
_READS_A_DAY = 4
"""The most without the customer being there (RTS on SCA, article 36(5))."""


def create_consent(wire: Wire, psu_id: str, wish: Wish) -> tuple[str, Answer]:
    """Ask for a lasting consent to all accounts: its id, and the answer that says how to confirm it.

    Raises UnreadableError when the bank sent no id.
    """
    headers: dict[str, str] = {"PSU-IP-Address": own_address(wire.base_url), **wish.headers()}
    if psu_id:
        headers["PSU-ID"] = psu_id
    body: dict[str, Any] = {
        "access": {"allPsd2": "allAccounts"},
        "recurringIndicator": True,
        "validUntil": _LONGEST,
        "frequencyPerDay": _READS_A_DAY,
        "combinedServiceIndicator": False,
    }
    answer = wire.call("POST", wire.url("/consents"), headers=headers, body=body)
    consent_id = text(answer.body, "consentId")
    if not CONSENT_ID.fullmatch(consent_id):
        raise UnreadableError("consentId is no id")
    return consent_id, answer


def consent_status(wire: Wire, consent_id: str) -> ConsentStatus:
    return _status(wire.call("GET", wire.url(f"{consent_path(consent_id)}/status")).body)


def read_consent(wire: Wire, consent_id: str) -> Consent:
    body = wire.call("GET", wire.url(consent_path(consent_id))).body
    valid_until: date | None = day(body, "validUntil")
    return Consent(consent_id, _status(body), valid_until)


def revoke_consent(wire: Wire, consent_id: str) -> None:
    """Give it back. A bank that does not know it any more has nothing left to take back."""
    try:
        wire.call("DELETE", wire.url(consent_path(consent_id)))
    except (ConsentError, NotKnownError):
        return


def consent_path(consent_id: str) -> str:
    return f"/consents/{quote(consent_id, safe='')}"


def _status(body: Mapping[str, Any]) -> ConsentStatus:
    try:
        return ConsentStatus(text(body, "consentStatus"))
    except ValueError as error:
        raise UnreadableError("consentStatus is unknown") from error
