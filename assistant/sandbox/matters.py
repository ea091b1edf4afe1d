"""What waits for a customer's confirmation: a consent, a payment, the cancellation of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.sandbox.catalogue import CUSTOMERS
from assistant.sandbox.desk import Desk
from assistant.sandbox.payments import OPEN, Payment
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
    service, product, payment_id, kind = names
    payment = desk.payments.get(service, product, payment_id)
    return _cancellation(desk, parent, payment) if kind == CANCELLATIONS else _payment(desk, parent, payment)


def check_known(desk: Desk, parent: str) -> None:
    """Raises RefusalError CONSENT_UNKNOWN or RESOURCE_UNKNOWN when there is nothing to confirm there."""
    names = parent.strip("/").split("/")
    if names[0] == "consents":
        desk.consents.get(names[1])
    else:
        desk.payments.get(*names[:3])


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


def _payment(desk: Desk, parent: str, payment: Payment) -> Matter:
    if payment.status not in OPEN:
        raise RefusalError("STATUS_INVALID", f"the payment is {payment.status}")
    owners = frozenset(payment.order.debtor.plan.owners)
    all_of_them = Quirk.TWO_SIGNATURES in desk.quirks
    return Matter(
        parent=parent,
        psu=payment.psu,
        signers=frozenset({payment.psu}) if payment.psu and not all_of_them else owners,
        says=payment.order.says,
        signatures=len(owners) if all_of_them else 1,
        confirmed=lambda _psu, complete: desk.payments.confirm(payment, complete=complete),
    )


def _cancellation(desk: Desk, parent: str, payment: Payment) -> Matter:
    """One signature is enough: nothing moves."""
    if payment.next_on is None:
        raise RefusalError("STATUS_INVALID", f"the payment is {payment.status}")
    return Matter(
        parent=parent,
        psu=payment.psu,
        signers=frozenset(payment.order.debtor.plan.owners),
        says=f"cancelling {payment.order.says}",
        signatures=1,
        confirmed=lambda _psu, _complete: desk.payments.cancel(payment),
    )
