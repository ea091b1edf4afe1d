"""Untidy habits of real banks that the practice bank can put on.

Each was seen at a bank that calls its interface NextGenPSD2.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Quirk(str, Enum):
    RELATIVE_LINKS = "relativeLinks"
    """`href` begins with a slash."""
    ABSOLUTE_LINKS = "absoluteLinks"
    """`href` holds scheme and host."""
    BROKEN_SCHEME = "brokenScheme"
    """`href` begins with `https://http://`."""
    LOCATION_JSON = "locationJson"
    """The `Location` header holds a JSON object and not an address."""
    ACCEPTED_STATUS = "acceptedStatus"
    """Reading an SCA status answers 202 and not 200."""
    ENCRYPTED_LINK_ONLY = "encryptedLinkOnly"
    """Only `startAuthorisationWithEncryptedPsuAuthentication` is offered."""
    GERMAN_MESSAGES = "germanMessages"
    """`psuMessage` is in German."""
    APP_SECOND = "appSecond"
    """Embedded first, decoupled second: after the password no code, but a tap in the app."""
    NO_CONFIRMATION_CODE = "noConfirmationCode"
    """The bank's page finishes a redirect by itself."""
    TWO_SIGNATURES = "twoSignatures"
    """A consent needs the confirmation of two customers, a payment that of all who own the account."""
    NO_REPLAY = "noReplay"
    """An order whose `X-Request-ID` comes again is another order: the standard promises no better."""
    NO_END_TO_END = "noEndToEnd"
    """Entries lose the `endToEndId` of the order."""
    CANCELS_UNASKED = "cancelsUnasked"
    """A payment is called back without a confirmation."""
    NO_FUNDS_CONFIRMATION = "noFundsConfirmation"
    """Nobody may ask whether money is there."""
    MANY_BALANCES = "manyBalances"
    """Several currencies and balance types in one answer."""
    STRING_BOOLEANS = "stringBooleans"
    """`"true"` and not `true`."""
    POSITIVE_DEBITS = "positiveDebits"
    """Money that left has a positive amount; only `creditorName` tells."""


def read_quirks(names: Iterable[object]) -> frozenset[Quirk]:
    """Raises ValueError that lists the known names."""
    known = {quirk.value: quirk for quirk in Quirk}
    found = set()
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"unknown quirk {name!r}; known are {', '.join(known)}")
        found.add(known[name])
    return frozenset(found)
