"""Strong customer authentication: who is it, with which method, with which code.

The engine knows nothing of what is authorised: it is told the path of its authorisations (`parent`) and
what the customer is told of it (`says`), and whoever asks learns from the status whether the customer
has confirmed. A confirmation counts for what was said at its beginning and for nothing else: dynamic
linking, regulatory technical standards on SCA, article 5.
"""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Engine, Row

from assistant.sandbox.catalogue import CUSTOMERS, BankPlan, ScaMethod
from assistant.sandbox.clock import Clock
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.schema import authorisations, reading, writing

EMBEDDED, DECOUPLED, REDIRECT = "EMBEDDED", "DECOUPLED", "REDIRECT"
RECEIVED, IDENTIFIED, AUTHENTICATED = "received", "psuIdentified", "psuAuthenticated"
METHOD_SELECTED, STARTED, UNCONFIRMED = "scaMethodSelected", "started", "unconfirmed"
FINALISED, FAILED = "finalised", "failed"
FINAL = frozenset({FINALISED, FAILED})

MOST_WRONG_TRIES = 3
CODE_LIFETIME = timedelta(minutes=10)
PAGE_LIFETIME = timedelta(minutes=10)
CODE_LENGTH = {ScaMethod.SMS: 6, ScaMethod.CHIP: 8}
"""Digits."""
CONFIRMATION_LENGTH = 12
"""Characters of what the bank's page gives to whoever comes back from it."""

_COLUMNS = [column for column in authorisations.c if column.name != "bank"]
_AT_BANK = authorisations.c.bank == bindparam("bank")
_ONE = select(*_COLUMNS).where(_AT_BANK, authorisations.c.id == bindparam("id"))
_OF_PARENT = select(*_COLUMNS).where(_AT_BANK, authorisations.c.parent == bindparam("parent"))
_RUNNING = select(*_COLUMNS).where(_AT_BANK, authorisations.c.status.in_((METHOD_SELECTED, STARTED)))


@dataclass(frozen=True, slots=True)
class Return:
    """Where the bank's page leads in the end; empty when the caller named nothing."""

    confirmed: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Authorisation:
    id: str
    parent: str
    """Path below the bank's prefix: `/consents/<id>/authorisations`."""
    says: str
    psu: str | None
    approach: str
    status: str
    method: ScaMethod | None
    code: str | None
    """What is to be typed in, or for a redirect, what the bank's page gave."""
    code_at: datetime | None
    wrong_tries: int
    back: Return
    created_at: datetime

    @property
    def path(self) -> str:
        return f"{self.parent}/{self.id}"


class Authorisations:
    """The authorisations of one bank. `announce` shows a line on the server's console."""

    def __init__(self, engine: Engine, clock: Clock, bank: BankPlan, announce: Callable[[str], None]):
        self._engine = engine
        self._clock = clock
        self._bank = bank
        self._announce = announce

    def start(
        self,
        parent: str,
        *,
        says: str,
        psu: str | None,
        approach: str,
        back: Return,
        password: str | None = None,
        app_second: bool = False,
    ) -> Authorisation:
        """Begin, and go as far as what is known of the customer allows. With `app_second` a tap in the
        app follows the password, and no code.

        Raises RefusalError PSU_CREDENTIALS_INVALID, and then nothing has begun.
        """
        fresh = Authorisation(
            id=str(uuid.uuid4()),
            parent=parent,
            says=says,
            psu=None,
            approach=approach,
            status=RECEIVED,
            method=None,
            code=None,
            code_at=None,
            wrong_tries=0,
            back=back,
            created_at=self._clock.now(),
        )
        if psu is not None:
            fresh = self._identified(fresh, psu)
        if password is not None:
            if not _password_fits(fresh.psu, password):
                raise RefusalError("PSU_CREDENTIALS_INVALID", "user name or password is wrong")
            fresh = self._authenticated(fresh, app_second)
        with self._engine.begin() as connection:
            connection.execute(authorisations.insert().values(bank=self._bank.slug, **_row(fresh)))
        return fresh

    def get(self, parent: str, authorisation_id: str) -> Authorisation:
        """Raises RefusalError RESOURCE_UNKNOWN."""
        found = self._find(authorisation_id)
        if found is None or found.parent != parent:
            raise RefusalError("RESOURCE_UNKNOWN", "no such authorisation")
        return found

    def of(self, parent: str) -> Sequence[Authorisation]:
        with reading(self._engine) as connection:
            rows = connection.execute(_OF_PARENT, {"bank": self._bank.slug, "parent": parent}).all()
        return [_authorisation(row) for row in rows]

    def running(self) -> Sequence[Authorisation]:
        """Those that wait for a code or for a tap in the bank's app, the newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_RUNNING, {"bank": self._bank.slug}).all()
        return sorted((_authorisation(row) for row in rows), key=lambda found: found.created_at, reverse=True)

    def identify(self, authorisation: Authorisation, psu: str) -> Authorisation:
        self._expect(authorisation, RECEIVED)
        return self._save(self._identified(authorisation, psu))

    def authenticate(self, authorisation: Authorisation, password: str, *, app_second: bool) -> Authorisation:
        """Raises RefusalError PSU_CREDENTIALS_INVALID; after the third time the authorisation has failed."""
        self._expect(authorisation, IDENTIFIED)
        if not _password_fits(authorisation.psu, password):
            self._save(_missed(authorisation))
            raise RefusalError("PSU_CREDENTIALS_INVALID", "user name or password is wrong")
        return self._save(self._authenticated(replace(authorisation, wrong_tries=0), app_second))

    def choose(self, authorisation: Authorisation, method_id: str) -> Authorisation:
        """Raises RefusalError SCA_METHOD_UNKNOWN."""
        self._expect(authorisation, AUTHENTICATED)
        for method in self._bank.methods:
            if method.value == method_id:
                return self._save(self._with_code(authorisation, method))
        raise RefusalError(
            "SCA_METHOD_UNKNOWN", "this customer has no such method", path="authenticationMethodId"
        )

    def confirm(self, authorisation: Authorisation, code: str, *, says: str) -> Authorisation:
        """Finalised when the code is right, failed when it was wrong too often or came too late.

        Raises RefusalError SCA_INVALID while tries are left, and when the code is for something else.
        """
        self._expect(authorisation, METHOD_SELECTED)
        return self._checked(authorisation, code, says)

    def confirm_return(self, authorisation: Authorisation, code: str, *, says: str) -> Authorisation:
        """The same with what the bank's page gave."""
        self._expect(authorisation, UNCONFIRMED)
        return self._checked(authorisation, code, says)

    def find(self, authorisation_id: str) -> Authorisation:
        """Raises RefusalError RESOURCE_UNKNOWN."""
        found = self._find(authorisation_id)
        if found is None:
            raise RefusalError("RESOURCE_UNKNOWN", "no such authorisation")
        return found

    def answer_in_app(self, authorisation: Authorisation, *, approve: bool, says: str) -> Authorisation:
        """The customer's tap in the bank's app. Raises RefusalError STATUS_INVALID, SCA_INVALID."""
        self._expect(authorisation, STARTED)
        self._check_said(authorisation, says)
        return self._save(replace(authorisation, status=FINALISED if approve else FAILED))

    def answer_on_page(
        self,
        authorisation: Authorisation,
        *,
        psu: str,
        password: str,
        approve: bool,
        says: str,
        with_code: bool,
    ) -> Authorisation:
        """The customer's answer on the bank's page. A yes is unconfirmed until the caller gives the
        `code` that the page gave, unless `with_code` is off.

        Raises RefusalError PSU_CREDENTIALS_INVALID, RESOURCE_EXPIRED, SCA_INVALID, STATUS_INVALID.
        """
        self._expect(authorisation, RECEIVED)
        if self._clock.now() - authorisation.created_at > PAGE_LIFETIME:
            self._save(replace(authorisation, status=FAILED))
            raise RefusalError("RESOURCE_EXPIRED", "the page has expired")
        if psu not in CUSTOMERS or not _password_fits(psu, password):
            self._save(_missed(authorisation))
            raise RefusalError("PSU_CREDENTIALS_INVALID", "user name or password is wrong")
        self._check_said(authorisation, says)
        if not approve:
            return self._save(replace(authorisation, psu=psu, status=FAILED))
        if not with_code:
            return self._save(replace(authorisation, psu=psu, status=FINALISED))
        code = secrets.token_hex(CONFIRMATION_LENGTH // 2)
        return self._save(
            replace(
                authorisation,
                psu=psu,
                status=UNCONFIRMED,
                wrong_tries=0,
                code=code,
                code_at=self._clock.now(),
            )
        )

    def _checked(self, authorisation: Authorisation, code: str, says: str) -> Authorisation:
        assert authorisation.code is not None and authorisation.code_at is not None  # noqa: S101
        self._check_said(authorisation, says)
        if self._clock.now() - authorisation.code_at > CODE_LIFETIME:
            return self._save(replace(authorisation, status=FAILED, code=None))
        if hmac.compare_digest(authorisation.code.encode(), code.encode()):
            return self._save(replace(authorisation, status=FINALISED, code=None))
        missed = self._save(_missed(authorisation))
        if missed.status == FAILED:
            return missed
        raise RefusalError("SCA_INVALID", f"wrong code, {MOST_WRONG_TRIES - missed.wrong_tries} tries left")

    def _check_said(self, authorisation: Authorisation, says: str) -> None:
        """Whatever changes after the customer was told ends the authorisation."""
        if says != authorisation.says:
            self._save(replace(authorisation, status=FAILED, code=None))
            raise RefusalError("SCA_INVALID", "not what the customer was asked to confirm")

    def _identified(self, authorisation: Authorisation, psu: str) -> Authorisation:
        if psu not in CUSTOMERS:
            raise RefusalError("PSU_CREDENTIALS_INVALID", "user name or password is wrong")
        if authorisation.approach == DECOUPLED:
            return self._in_app(replace(authorisation, psu=psu))
        if authorisation.approach == REDIRECT:
            # Who it is is asked on the bank's page.
            return authorisation
        return replace(authorisation, psu=psu, status=IDENTIFIED)

    def _in_app(self, authorisation: Authorisation) -> Authorisation:
        asked = f"the app asks {authorisation.psu} to approve {authorisation.says}"
        self._announce(f"{self._bank.name}: {asked} ({authorisation.id})")
        return replace(authorisation, status=STARTED)

    def _authenticated(self, authorisation: Authorisation, app_second: bool) -> Authorisation:
        if authorisation.approach != EMBEDDED:
            return authorisation
        if app_second:
            return self._in_app(authorisation)
        if len(self._bank.methods) > 1:
            return replace(authorisation, status=AUTHENTICATED)
        return self._with_code(authorisation, self._bank.methods[0])

    def _with_code(self, authorisation: Authorisation, method: ScaMethod) -> Authorisation:
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH[method]))
        to = f"{authorisation.psu} ({method.value})"
        self._announce(f"{self._bank.name}: code for {to}, {authorisation.says}: {code}")
        return replace(
            authorisation, status=METHOD_SELECTED, method=method, code=code, code_at=self._clock.now()
        )

    def _expect(self, authorisation: Authorisation, status: str) -> None:
        if authorisation.status != status:
            raise RefusalError("STATUS_INVALID", f"the authorisation is {authorisation.status}, not {status}")

    def _find(self, authorisation_id: str) -> Authorisation | None:
        with self._engine.connect() as connection:
            row = connection.execute(_ONE, {"bank": self._bank.slug, "id": authorisation_id}).one_or_none()
        return None if row is None else _authorisation(row)

    def _save(self, authorisation: Authorisation) -> Authorisation:
        with writing(self._engine) as connection:
            connection.execute(
                authorisations.update()
                .where(authorisations.c.id == authorisation.id)
                .values(**_row(authorisation))
            )
        return authorisation


def _password_fits(psu: str | None, password: str) -> bool:
    if psu is None:
        return False
    return hmac.compare_digest(CUSTOMERS[psu].password.encode(), password.encode())


def _missed(authorisation: Authorisation) -> Authorisation:
    tries = authorisation.wrong_tries + 1
    if tries >= MOST_WRONG_TRIES:
        return replace(authorisation, wrong_tries=tries, status=FAILED, code=None)
    return replace(authorisation, wrong_tries=tries)


def _row(authorisation: Authorisation) -> dict[str, object]:
    return {
        "id": authorisation.id,
        "parent": authorisation.parent,
        "says": authorisation.says,
        "psu": authorisation.psu,
        "approach": authorisation.approach,
        "status": authorisation.status,
        "method": authorisation.method.value if authorisation.method else None,
        "code": authorisation.code,
        "code_at": authorisation.code_at.isoformat() if authorisation.code_at else None,
        "wrong_tries": authorisation.wrong_tries,
        "back": authorisation.back.confirmed,
        "back_refused": authorisation.back.refused,
        "created_at": authorisation.created_at.isoformat(),
    }


def _authorisation(row: Row) -> Authorisation:
    return Authorisation(
        id=row.id,
        parent=row.parent,
        says=row.says,
        psu=row.psu,
        approach=row.approach,
        status=row.status,
        method=ScaMethod(row.method) if row.method else None,
        code=row.code,
        code_at=datetime.fromisoformat(row.code_at) if row.code_at else None,
        wrong_tries=row.wrong_tries,
        back=Return(row.back, row.back_refused),
        created_at=datetime.fromisoformat(row.created_at),
    )
