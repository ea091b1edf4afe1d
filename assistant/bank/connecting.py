"""Connecting a bank and letting it go: consent, confirmation by the person, and only then storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from assistant.bank.connections import Connection, Connections, key_of
from assistant.bank.interface import ConsentStatus
from assistant.bank.reading import UnreadableError
from assistant.bank.sca import Authorisation, Wish
from assistant.bank.sca_person import Person, walk
from assistant.bank.wire import Patience, Wire
from assistant.bank.xs2a_consents import consent_status, create_consent, read_consent, revoke_consent
from assistant.errors import (
    AssistantError,
    BankAnswerError,
    BankError,
    ConsentIncompleteError,
    ScaError,
    SettingsError,
)

_LOOKS = 5
"""Times that the consent is looked at after the confirmation: some banks take a moment to book it."""


def connect(
    connections: Connections,
    person: Person,
    *,
    name: str,
    base_url: str,
    psu_id: str,
    wish: Wish | None = None,
    patience: Patience | None = None,
) -> Connection:
    """Ask the bank for a consent, let the person confirm it, store it.

    A former connection of that name is replaced, and stays as it is when anything fails. Raises
    SettingsError for an unusable name, user name or address, StorageError before the bank is asked when
    nothing could be stored, ConsentIncompleteError when it is stored but another holder must confirm
    as well, otherwise a BankError.
    """
    if not psu_id.isprintable() or not psu_id.isascii():
        raise SettingsError("the user name cannot be sent", remedy="Write it as the bank gave it to you.")
    wish = wish or Wish()
    wire = Wire(name, base_url, patience or Patience())
    connections.check_writable(key_of(name))
    with _strict(wire):
        consent_id, answer = create_consent(wire, psu_id, wish)
        try:
            authorisation = Authorisation(wire, psu_id, wish)
            authorisation.begin(answer.body)
            walk(authorisation, person)
            status = _await_confirmed(wire, consent_id)
            consent = read_consent(wire, consent_id)
            saved = connections.save(Connection(name, wire.base_url, psu_id, consent_id, consent.valid_until))
        except BaseException:
            # Nobody could use it any more, so it must not stay open at the bank.
            with suppress(AssistantError, UnreadableError):
                revoke_consent(wire, consent_id)
            raise
    if status is not ConsentStatus.VALID:
        raise ConsentIncompleteError(f"consent {status.value}", bank=wire.bank)
    return saved


def disconnect(
    connections: Connections,
    connection: Connection,
    *,
    even_if_unreachable: bool = False,
    patience: Patience | None = None,
) -> None:
    """Give the consent back and forget the bank.

    Raises BankError when the bank does not answer, and then nothing is forgotten unless
    `even_if_unreachable`: a consent that nobody remembers can be ended only at the bank.
    """
    wire = Wire(connection.name, connection.base_url, patience or Patience())
    with _strict(wire):
        try:
            if connection.consent_id:
                revoke_consent(wire, connection.consent_id)
        except BankError:
            if not even_if_unreachable:
                raise
    connections.remove(connection)


def _await_confirmed(wire: Wire, consent_id: str) -> ConsentStatus:
    """`valid`, or `partiallyAuthorised`. Raises ScaError for anything else."""
    status = consent_status(wire, consent_id)
    for _ in range(_LOOKS):
        if status is not ConsentStatus.RECEIVED:
            break
        wire.patience.sleep(1.0)
        status = consent_status(wire, consent_id)
    if status not in (ConsentStatus.VALID, ConsentStatus.PARTIAL):
        raise ScaError(f"consent {status.value}", bank=wire.bank)
    return status


@contextmanager
def _strict(wire: Wire) -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise BankAnswerError(str(error), bank=wire.bank) from error
    finally:
        wire.close()
