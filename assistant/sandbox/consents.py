"""The life of a consent: asked for, authorised, used, ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Engine, Row

from assistant.sandbox.access import Right, check_access, covers
from assistant.sandbox.catalogue import BankPlan
from assistant.sandbox.clock import Clock, read_day
from assistant.sandbox.ledger import Account, Ledger
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.schema import consents, reads, writing

LONGEST = timedelta(days=180)
"""Delegated Regulation (EU) 2022/2360: a customer has to sign in anew after 180 days."""
UNCONFIRMED = timedelta(hours=24)
"""A consent that nobody authorised by then is rejected."""
MOST_READS_A_DAY = 4
"""Regulatory technical standards on SCA, article 36(5): reads without the customer being there."""

RECEIVED, PARTIAL, VALID = "received", "partiallyAuthorised", "valid"
REJECTED, EXPIRED = "rejected", "expired"
REVOKED, TERMINATED = "revokedByPsu", "terminatedByTpp"
OPEN = frozenset({RECEIVED, PARTIAL})
"""Not confirmed yet, or not by everybody."""
ENDINGS = frozenset({EXPIRED, REVOKED})
"""How a consent can be ended from the bank's or the customer's side."""

_ONE = select(consents).where(consents.c.id == bindparam("id"), consents.c.bank == bindparam("bank"))


@dataclass(frozen=True, slots=True)
class Consent:
    id: str
    psu: str | None
    tpp: str
    access: Mapping[str, Any]
    recurring: bool
    valid_until: date
    frequency: int
    status: str
    created_at: datetime
    last_action: date

    def may_read(self, right: Right, account: Account) -> bool:
        return self.psu in account.plan.owners and covers(self.access, right, account)


class Consents:
    """The consents of one bank."""

    def __init__(self, engine: Engine, clock: Clock, bank: BankPlan, ledger: Ledger):
        self._engine = engine
        self._clock = clock
        self._bank = bank
        self._ledger = ledger

    def create(self, body: Mapping[str, Any], *, psu: str | None, tpp: str) -> Consent:
        """Raises RefusalError when the body is not what the standard asks for."""
        today = self._clock.today()
        recurring = _boolean(body, "recurringIndicator")
        if _boolean(body, "combinedServiceIndicator"):
            raise RefusalError(
                "PARAMETER_NOT_SUPPORTED", "no combined services here", path="combinedServiceIndicator"
            )
        frequency = body.get("frequencyPerDay")
        if not isinstance(frequency, int) or isinstance(frequency, bool) or frequency < 1:
            raise RefusalError(
                "FORMAT_ERROR", "frequencyPerDay must be a number from 1", path="frequencyPerDay"
            )
        if not recurring and frequency != 1:
            raise RefusalError(
                "FORMAT_ERROR", "a consent for one access has frequencyPerDay 1", path="frequencyPerDay"
            )
        valid_until = min(_day(body, "validUntil"), today + LONGEST)
        if valid_until < today:
            raise RefusalError("PERIOD_INVALID", "validUntil lies in the past", path="validUntil")
        consent = Consent(
            id=str(uuid.uuid4()),
            psu=psu,
            tpp=tpp,
            access=check_access(body.get("access"), self._ledger.accounts(self._bank)),
            recurring=recurring,
            valid_until=valid_until,
            frequency=min(frequency, MOST_READS_A_DAY),
            status=RECEIVED,
            created_at=self._clock.now(),
            last_action=today,
        )
        with self._engine.begin() as connection:
            connection.execute(consents.insert().values(bank=self._bank.slug, **_row(consent)))
        return consent

    def get(self, consent_id: str) -> Consent:
        """The consent as it stands today. Raises RefusalError CONSENT_UNKNOWN."""
        with self._engine.connect() as connection:
            row = connection.execute(_ONE, {"id": consent_id, "bank": self._bank.slug}).one_or_none()
        if row is None:
            raise RefusalError("CONSENT_UNKNOWN", "no such consent at this bank")
        return self._aged(_consent(row))

    def get_open(self, consent_id: str) -> Consent:
        """A consent that still waits for a customer. Raises RefusalError STATUS_INVALID."""
        consent = self.get(consent_id)
        if consent.status not in OPEN:
            raise RefusalError("STATUS_INVALID", f"the consent is {consent.status}")
        return consent

    def authorise(self, consent_id: str, psu: str, *, complete: bool) -> None:
        """A customer confirmed it; `complete` when no further signature is needed.

        A recurring consent takes the place of the former one of that customer and caller.
        """
        consent = self.get_open(consent_id)
        with writing(self._engine) as connection:
            if complete and consent.recurring:
                connection.execute(
                    consents.update()
                    .where(
                        consents.c.bank == self._bank.slug,
                        consents.c.psu == (consent.psu or psu),
                        consents.c.tpp == consent.tpp,
                        consents.c.recurring.is_(True),
                        consents.c.status == VALID,
                        consents.c.id != consent.id,
                    )
                    .values(status=EXPIRED, last_action=self._clock.today().isoformat())
                )
            self._write(connection, consent, status=VALID if complete else PARTIAL, psu=consent.psu or psu)

    def end(self, consent_id: str, status: str) -> None:
        """Give an open or valid consent its last status; an ended one keeps the one it has."""
        consent = self.get(consent_id)
        if consent.status in OPEN or consent.status == VALID:
            with self._engine.begin() as connection:
                self._write(connection, consent, status=status)

    def admit(self, consent_id: str, resource: str, *, attended: bool, counted: bool = True) -> Consent:
        """Let a read of that resource pass, and count it when nobody is there.

        Raises RefusalError CONSENT_UNKNOWN, CONSENT_INVALID, CONSENT_EXPIRED or ACCESS_EXCEEDED.
        """
        consent = self.get(consent_id)
        if consent.status == EXPIRED:
            raise RefusalError("CONSENT_EXPIRED", "the consent has expired, ask for a new one")
        if consent.status != VALID:
            raise RefusalError("CONSENT_INVALID", f"the consent is {consent.status}")
        if counted and not (attended and consent.recurring):
            self._count(consent, resource)
        return consent

    def _count(self, consent: Consent, resource: str) -> None:
        """A consent for one access counts every read, a recurring one those without the customer."""
        today = self._clock.today().isoformat()
        day = today if consent.recurring else ""
        here = (reads.c.consent_id == consent.id, reads.c.day == day, reads.c.resource == resource)
        with self._engine.begin() as connection:
            before = connection.execute(select(reads.c.count).where(*here)).scalar_one_or_none()
            if before is None:
                connection.execute(
                    reads.insert().values(consent_id=consent.id, day=day, resource=resource, count=1)
                )
            elif before >= consent.frequency:
                raise RefusalError(
                    "ACCESS_EXCEEDED", f"more than {consent.frequency} reads a day without the customer"
                )
            else:
                connection.execute(reads.update().where(*here).values(count=before + 1))
            if consent.last_action.isoformat() != today:
                self._write(connection, consent)

    def _aged(self, consent: Consent) -> Consent:
        """Time alone ends consents; whoever looks first writes it down."""
        status = consent.status
        if status in OPEN and self._clock.now() - consent.created_at > UNCONFIRMED:
            status = REJECTED
        elif status in OPEN or status == VALID:
            last_day = (
                consent.valid_until if consent.recurring else min(consent.valid_until, consent.last_action)
            )
            if self._clock.today() > last_day:
                status = EXPIRED
        if status == consent.status:
            return consent
        with self._engine.begin() as connection:
            self._write(connection, consent, status=status)
        return replace(consent, status=status)

    def _write(self, connection: Connection, consent: Consent, **changes: str) -> None:
        values = {"last_action": self._clock.today().isoformat(), **changes}
        connection.execute(consents.update().where(consents.c.id == consent.id).values(**values))


def _row(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "psu": consent.psu,
        "tpp": consent.tpp,
        "access": consent.access,
        "recurring": consent.recurring,
        "valid_until": consent.valid_until.isoformat(),
        "frequency": consent.frequency,
        "status": consent.status,
        "created_at": consent.created_at.isoformat(),
        "last_action": consent.last_action.isoformat(),
    }


def _consent(row: Row) -> Consent:
    return Consent(
        id=row.id,
        psu=row.psu,
        tpp=row.tpp,
        access=row.access,
        recurring=row.recurring,
        valid_until=date.fromisoformat(row.valid_until),
        frequency=row.frequency,
        status=row.status,
        created_at=datetime.fromisoformat(row.created_at),
        last_action=date.fromisoformat(row.last_action),
    )


def _boolean(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise RefusalError("FORMAT_ERROR", f"{name} must be true or false", path=name)
    return value


def _day(body: Mapping[str, Any], name: str) -> date:
    try:
        return read_day(str(body.get(name)))
    except ValueError as error:
        raise RefusalError("FORMAT_ERROR", f"{name} must be a date, YYYY-MM-DD", path=name) from error
