"""International bank account numbers: ISO 13616, checked by ISO 7064 (modulo 97)."""

from __future__ import annotations

import re

from assistant.errors import IbanError

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_GAPS = re.compile(r"[\s.\-]+")
_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL",
    19: "MK SI",
    20: "AT BA EE LT LU XK",
    21: "CH HR LI LV",
    22: "BG DE GB GE IE ME RS VA",
    23: "GI",
    24: "AD CZ ES MD RO SE SK",
    25: "PT",
    26: "IS TR",
    27: "FR GR IT MC SM",
    28: "AL CY HU LB PL",
    31: "MT",
}
"""Characters of an IBAN by country, from SWIFT's registry: those of Europe and its neighbours."""
_LENGTHS = {country: length for length, countries in _COUNTRIES.items() for country in countries.split()}


def check_iban(written: str) -> str:
    """Its electronic form, from any grouping: `ie29 AIBK 9311 5212 3456 78` is IE29AIBK93115212345678.

    Raises IbanError, whose detail says what is wrong and holds nothing of the number.
    """
    iban = _GAPS.sub("", written).upper()
    if not _SHAPE.fullmatch(iban):
        raise IbanError("not the shape of an IBAN")
    expected = _LENGTHS.get(iban[:2])
    if expected is not None and len(iban) != expected:
        raise IbanError(f"{len(iban)} characters where {iban[:2]} has {expected}")
    if int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 != 1:
        raise IbanError("the check digits do not fit")
    return iban
