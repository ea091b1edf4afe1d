"""The customer's yes or no outside the caller's sight: in the bank's app and on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.sandbox.authorisations_api import settle
from assistant.sandbox.desk import Desk
from assistant.sandbox.matters import matter_at
from assistant.sandbox.quirks import Quirk
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.sca import STARTED, Authorisation


@dataclass(frozen=True, slots=True)
class Waiting:
    bank: str
    """Slug."""
    authorisation: Authorisation


def waiting_in_app(desks: Mapping[str, Desk]) -> list[Waiting]:
    """What the customers' apps show, the newest first."""
    return [
        Waiting(slug, found)
        for slug, desk in desks.items()
        for found in desk.authorisations.running()
        if found.status == STARTED and _matters(desk, found)
    ]


def _matters(desk: Desk, authorisation: Authorisation) -> bool:
    """Whether what it is for still waits: the app forgets what the caller has taken back."""
    try:
        matter_at(desk, authorisation.parent)
    except RefusalError:
        return False
    return True


def answer_in_app(desk: Desk, authorisation_id: str, *, approve: bool) -> Authorisation:
    """Raises RefusalError RESOURCE_UNKNOWN, STATUS_INVALID, SCA_INVALID."""
    authorisation = desk.authorisations.find(authorisation_id)
    matter = matter_at(desk, authorisation.parent)
    with desk.at_once():
        answered = desk.authorisations.answer_in_app(authorisation, approve=approve, says=matter.says)
        settle(desk, matter, answered)
    return answered


def answer_on_page(
    desk: Desk, authorisation: Authorisation, *, psu: str, password: str, approve: bool
) -> Authorisation:
    """Raises RefusalError PSU_CREDENTIALS_INVALID, STATUS_INVALID, RESOURCE_EXPIRED, SCA_INVALID."""
    matter = matter_at(desk, authorisation.parent)
    if psu not in matter.signers:
        raise RefusalError("PSU_CREDENTIALS_INVALID", "not for this customer to confirm")
    with desk.at_once():
        answered = desk.authorisations.answer_on_page(
            authorisation,
            psu=psu,
            password=password,
            approve=approve,
            says=matter.says,
            with_code=Quirk.NO_CONFIRMATION_CODE not in desk.quirks,
        )
        settle(desk, matter, answered)
    return answered
