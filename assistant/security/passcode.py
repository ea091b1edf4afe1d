"""The passcode: which ones are refused, and what is kept to recognise two of its digits or all of them.

Two digits have a hundred possibilities, so no hash by itself protects them: each one is keyed with a secret
that lies in the keyring, and all of them lie sealed. docs/security.md tells what that stops and what not.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from assistant.errors import WeakPasscodeError

SHORTEST, LONGEST = 6, 8
"""Digits."""
_DIFFERENT = 4
"""Different digits that it must have at least."""
_SALT = 16
"""Bytes, by RFC 9106, section 3.1."""
_HASH = 32
"""Bytes."""
_KEYPAD = frozenset(
    {"147258", "258369", "147369", "159753", "357159", "123654", "123698", "147896", "789456"}
)
_FAMOUS = frozenset({"314159", "271828", "112358", "141421", "161803"})

Positions = tuple[int, int]
"""Two places in the passcode, counted from 1, the smaller first."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. The values are the least that the OWASP Password Storage Cheat Sheet names for
    Argon2id; sixteen to twenty-nine of these are computed when a passcode is set."""

    memory: int = 19_456
    """KiB."""
    iterations: int = 2
    lanes: int = 1


def check_strength(digits: str) -> None:
    """Raises WeakPasscodeError, which says why, for what is no passcode or one that many would try first."""
    if not (digits.isascii() and digits.isdigit() and SHORTEST <= len(digits) <= LONGEST):
        raise _weak(f"A passcode has {SHORTEST} to {LONGEST} digits, and nothing else.")
    if len({(int(b) - int(a)) % 10 for a, b in pairwise(digits)}) == 1:
        raise _weak("Digits that go up or down in even steps are among the first that anybody tries.")
    if len(set(digits)) < _DIFFERENT:
        raise _weak("It has too few different digits.")
    if any(digits == (digits[:size] * len(digits))[: len(digits)] for size in range(1, len(digits) // 2 + 1)):
        raise _weak("It says the same digits over again.")
    if digits == digits[::-1]:
        raise _weak("It reads the same from both ends.")
    if any(known in digits or known in digits[::-1] for known in (*_KEYPAD, *_FAMOUS)):
        raise _weak("It is a pattern on the keys, or a number that everybody knows.")
    if _is_date(digits):
        raise _weak("It is a date, and dates that matter to you can be found out.")


@dataclass(frozen=True, slots=True)
class Passcode:
    """What is kept of it: a keyed hash of the whole and one of each two digits. Holds no digit."""

    length: int
    salt: bytes = field(repr=False)
    whole: bytes = field(repr=False)
    pairs: dict[Positions, bytes] = field(repr=False)
    cost: Cost = Cost()

    @classmethod
    def of(cls, digits: str, secret: bytes, cost: Cost | None = None) -> Passcode:
        """`secret`: the key of the hashes, 32 bytes. Raises WeakPasscodeError."""
        check_strength(digits)
        cost = cost or Cost()
        salt = os.urandom(_SALT)
        pairs = {
            pair: _hash(_of(digits, pair), pair, salt, secret, cost)
            for pair in combinations(range(1, len(digits) + 1), 2)
        }
        return cls(len(digits), salt, _hash(digits, None, salt, secret, cost), pairs, cost)

    def is_whole(self, digits: str, secret: bytes) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(_hash(digits, None, self.salt, secret, self.cost), self.whole)

    def has(self, positions: Positions, digits: str, secret: bytes) -> bool:
        """Whether these two digits stand in these places. Compared in constant time."""
        known = self.pairs[positions]
        return hmac.compare_digest(_hash(digits, positions, self.salt, secret, self.cost), known)

    def to_json(self) -> dict[str, Any]:
        return {
            "length": self.length,
            "salt": self.salt.hex(),
            "whole": self.whole.hex(),
            "pairs": [[*pair, known.hex()] for pair, known in self.pairs.items()],
            "cost": [self.cost.memory, self.cost.iterations, self.cost.lanes],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> Passcode:
        return cls(
            facts["length"],
            bytes.fromhex(facts["salt"]),
            bytes.fromhex(facts["whole"]),
            {(first, second): bytes.fromhex(known) for first, second, known in facts["pairs"]},
            Cost(*facts["cost"]),
        )


def _hash(digits: str, positions: Positions | None, salt: bytes, secret: bytes, cost: Cost) -> bytes:
    place = "whole" if positions is None else f"{positions[0]},{positions[1]}"
    return Argon2id(
        salt=salt,
        length=_HASH,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory,
        ad=place.encode(),
        secret=secret,
    ).derive(digits.encode())


def _of(digits: str, pair: Positions) -> str:
    return digits[pair[0] - 1] + digits[pair[1] - 1]


def _is_date(digits: str) -> bool:
    """In any of the usual orders, with a year of two or four digits."""
    if len(digits) == 7:
        return any(_is_date(digits[:place] + "0" + digits[place:]) for place in (0, 2, 4, 6))
    years = (2,) if len(digits) == 6 else (4,)
    for size in years:
        first, last = digits[:-size], digits[-size:]
        for year, rest in ((last, first), (digits[:size], digits[size:])):
            full = int(year) if size == 4 else 2000 + int(year)
            if size == 4 and not 1900 <= full < 2100:
                continue
            if any(_is_day(full, *parts) for parts in ((rest[:2], rest[2:]), (rest[2:], rest[:2]))):
                return True
    return False


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def _weak(why: str) -> WeakPasscodeError:
    return WeakPasscodeError(say=why)
