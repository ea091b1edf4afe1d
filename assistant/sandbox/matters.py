"""What waits for a customer's confirmation: a consent, a payment, the cancellation of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.sandbox.catalogue import CUSTOMERS
from assistant.sandbox.desk import Desk
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError

AUTHORISATIONS, CANCELLATIONS = "authorisations", "cancellation-authorisations"


@dataclass(frozen=True, slots=True)
class Matter:
    parent: str
    """Path of its authorisations below the bank's prefix: `/consents/<id>/authorisations`."""
    psu: str | None
    """Login of the customer in whose name it was asked for."""
    signers: frozenset[str]
    """Logins of those who may confirm it."""
    says: str
    """What the customer is told of it, and what a code for it is bound to."""
    signatures: int
    """How many of the signers must confirm."""
    confirmed: Callable[[str, bool], None]
    """Told the login of whoever has confirmed, and whether it is complete now."""


def matter_at(desk: Desk, parent: str) -> Matter:
    """What the authorisations at that path are for, while it waits.

    Raises RefusalError CONSENT_UNKNOWN, RESOURCE_UNKNOWN or STATUS_INVALID.
    """
    names = parent.strip("/").split("/")
    if names[0] == "consents":
        return _consent(desk, parent, names[1])
    raise RefusalError("RESOURCE_UNKNOWN", "no such path")


def check_known(desk: Desk, parent: str) -> None:
    """Raises RefusalError CONSENT_UNKNOWN or RESOURCE_UNKNOWN when there is nothing to confirm there."""
    names = parent.strip("/").split("/")
    if names[0] == "consents":
        desk.consents.get(names[1])


def _consent(desk: Desk, parent: str, consent_id: str) -> Matter:
    consent = desk.consents.get_open(consent_id)
    two = Quirk.TWO_SIGNATURES in desk.quirks
    # A consent asked for in one customer's name is no other customer's to confirm.
    own = frozenset({consent.psu}) if consent.psu and not two else frozenset(CUSTOMERS)
    return Matter(
        parent=parent,
        psu=consent.psu,
        signers=own,
        says="reading your accounts",
        signatures=2 if two else 1,
        confirmed=lambda psu, complete: desk.consents.authorise(consent.id, psu, complete=complete),
    )
