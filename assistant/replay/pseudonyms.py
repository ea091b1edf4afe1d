"""Stand-ins for what a bundle may not hold: the same one each time, of the same shape, and of nobody."""

from __future__ import annotations

import hmac
import json
import string
from collections.abc import Mapping
from typing import Any

from assistant.bank.iban import check_iban
from assistant.errors import IbanError
from assistant.redaction import MASK, replace_identifiers

_SECRET = frozenset({"password", "encryptedPassword", "additionalPassword", "scaAuthenticationData"})
"""Members of a body that are never kept, whatever stands in them."""
_FIGURES = frozenset({"amount"})
"""Members that are what they look like, however many digits they have."""
_ALPHABETS = (string.digits, string.ascii_uppercase, string.ascii_lowercase)


class Pseudonyms:
    """Account numbers, cards, codes and tokens, replaced by what a key makes of them: a digit by a digit, a
    letter by a letter. Who has no key cannot go back. An IBAN keeps its country and is a valid one."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def text(self, text: str) -> str:
        return replace_identifiers(text, self._stand_in)

    def value(self, value: Any, name: str = "") -> Any:
        """Of anything that JSON knows; names of members stay."""
        if name in _SECRET:
            return MASK
        if isinstance(value, Mapping):
            return {each: self.value(inner, str(each)) for each, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each, name) for each in value]
        if isinstance(value, str) and name not in _FIGURES:
            return self.text(value)
        return value

    def body(self, text: str) -> str:
        """Of a message; one that is no JSON is masked as a text."""
        try:
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        except ValueError:
            return self.text(text)

    def _stand_in(self, found: str) -> str:
        signs = [sign for sign in found if sign.isalnum()]
        made = iter(self._iban(signs) or self._signs(signs))
        return "".join(next(made) if sign.isalnum() else sign for sign in found)

    def _iban(self, signs: list[str]) -> str:
        try:
            iban = check_iban("".join(signs))
        except IbanError:
            return ""
        country, account = iban[:2], self._signs(list(iban[4:]))
        number = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
        return f"{country}{98 - int(number) % 97:02d}{account}"

    def _signs(self, signs: list[str]) -> str:
        drawn = hmac.digest(self._key, "".join(signs).upper().encode(), "sha512")
        return "".join(
            next((each[byte % len(each)] for each in _ALPHABETS if sign in each), sign)
            for sign, byte in zip(signs, drawn * (1 + len(signs) // len(drawn)), strict=False)
        )
