"""International bank account numbers, ISO 13616."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def irish_iban(national: str) -> str:
    """Put country and check digits (mod 97) before bank code, sort code and number."""
    return f"IE{98 - _remainder(national + 'IE00'):02d}{national}"


def is_iban(text: str) -> bool:
    """Whether it has the shape of one and its check digits fit."""
    return bool(_SHAPE.fullmatch(text)) and _remainder(text[4:] + text[:4]) == 1


def _remainder(signs: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in signs)) % 97
