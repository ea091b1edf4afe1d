"""International bank account numbers: ISO 13616, checked by ISO 7064 and the registry in python-stdnum."""

from __future__ import annotations

import re

from stdnum import iban as standard
from stdnum import numdb
from stdnum.exceptions import InvalidChecksum, ValidationError

from assistant.errors import IbanDigitsError, IbanError, IbanLengthError

_REGISTRY = numdb.get("iban")
_PART = re.compile(r"([0-9]+)!([nac])")


def check_iban(written: str) -> str:
    """Its electronic form, from any grouping: `ie29 AIBK 9311 5212 3456 78` is IE29AIBK93115212345678.

    Raises IbanError, whose detail says what is wrong and holds nothing of the number: IbanLengthError
    and IbanDigitsError where more of it or other digits would make it right.
    """
    iban = str(standard.compact("".join(written.split())))
    expected = iban_length(iban[:2])
    if expected is None or not iban.isascii():
        raise IbanError("no country that has IBANs")
    if len(iban) != expected:
        raise IbanLengthError(f"{len(iban)} characters where {expected} belong")
    try:
        # Check digits of a country's own, inside the number, are its banks' business.
        return str(standard.validate(iban, check_country=False))
    except InvalidChecksum as error:
        raise IbanDigitsError("the check digits do not fit") from error
    except ValidationError as error:
        raise IbanError("not the shape of an IBAN") from error


def iban_length(country: str) -> int | None:
    """Characters of an IBAN of this country, by SWIFT's registry; None where there are none."""
    found = _REGISTRY.info(country.upper())
    bban = found[0][1].get("bban") if found else None
    return 4 + sum(int(count) for count, _ in _PART.findall(bban)) if bban else None


def heard_iban(characters: str) -> str:
    """The same, whole or its beginning, with the digit 0 and the letter O exchanged where the country's
    structure has room for only the other one: both are said "oh"."""
    found = _REGISTRY.info(characters[:2].upper())
    bban = found[0][1].get("bban", "") if found else ""
    kinds = "aann" + "".join(kind * int(count) for count, kind in _PART.findall(bban))
    swapped = {"n": ("O", "0"), "a": ("0", "O"), "c": ("", "")}
    return "".join(
        swapped[kind][1] if sign == swapped[kind][0] else sign
        for sign, kind in zip(characters, kinds.ljust(len(characters), "c"), strict=False)
    )
