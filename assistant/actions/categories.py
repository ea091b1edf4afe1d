"""What a payment was for.

A card payment tells it by its merchant category code (ISO 18245, as in the Visa and Mastercard
merchant lists), a transfer or direct debit by its ISO 20022 external purpose code. What neither
tells, a word in the name does ("City Gym"); cafés are told apart by name alone, because they share
code 5814 with fast food.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from assistant.bank.model import Transaction
from assistant.nlu.matching import plain_words


@dataclass(frozen=True, slots=True)
class _Signs:
    codes: tuple[Container[int], ...] = ()
    """Merchant category codes."""
    purposes: frozenset[str] = frozenset()
    """ISO 20022 external purpose codes."""
    words: frozenset[str] = frozenset()
    """Whole words of the name, in lower case and without accents."""


def _signs(*codes: int | range, purposes: str = "", words: str = "") -> _Signs:
    return _Signs(
        tuple(code if isinstance(code, range) else (code,) for code in codes),
        frozenset(purposes.split()),
        frozenset(words.split()),
    )


# The first that fits decides, so the narrow ones stand before the wide ones.
_CATEGORIES = {
    "salary": _signs(purposes="SALA BONU PAYR"),
    "rent": _signs(6513, purposes="RENT HLRP", words="rent landlord"),
    "cash": _signs(6010, 6011, purposes="CASH"),
    "coffee": _signs(words="coffee cafe kaffee cafeteria espresso roasters starbucks costa bakery"),
    "restaurants": _signs(range(5811, 5815)),
    "groceries": _signs(5411, 5422, 5441, 5451, 5462, 5499),
    "fuel": _signs(5541, 5542, 5983),
    "transport": _signs(4011, 4111, 4112, 4121, 4131, 4784, 4789, 7523),
    "travel": _signs(
        *(range(3000, 4000), 4411, 4511, 4582, 4722, 7011, 7012, 7512, 7513, 7519),
        purposes="TRAD HLTL",
    ),
    "subscriptions": _signs(4899, range(5815, 5819), 5968, purposes="SUBS CBTV"),
    "entertainment": _signs(
        *(7829, 7832, 7841, 7911, 7922, 7929, 7932, 7933, 7991, 7993, 7994, 7996, 7998, 7999),
    ),
    "fitness": _signs(7941, 7992, 7997, words="gym fitness pilates yoga"),
    "health": _signs(
        *(4119, 5912, 5975, 5976, range(8011, 8100)),
        purposes="HLTC HSPC DNTS MDCS",
        words="pharmacy dental clinic",
    ),
    "insurance": _signs(5960, 6300, purposes="INSU INPC LIFI HLTI PPTI GOVI", words="insurance"),
    "phone": _signs(range(4812, 4817), purposes="PHON NWCM NWCH", words="broadband mobile telecom"),
    "utilities": _signs(
        4900,
        purposes="UBIL ELEC GASB ENRG WTER OTLC",
        words="energy electric electricity gas water waste",
    ),
    "clothes": _signs(range(5611, 5700), 5931, 5948, 5949),
    "shopping": _signs(
        *(range(5200, 5400), 5044, 5045, range(5712, 5800), range(5932, 5948), 5950),
        *(range(5961, 5968), range(5969, 5975), range(5977, 6000)),
    ),
}

# Somebody who asks for the wide one means the narrow one too.
_INCLUDES = {"shopping": frozenset({"clothes"})}

CATEGORIES = tuple(_CATEGORIES)


def category_of(transaction: Transaction) -> str | None:
    """One of CATEGORIES, or None when nothing tells."""
    merchant = transaction.merchant
    code = merchant.category_code if merchant else None
    name = (merchant.name if merchant else "") or transaction.counterparty
    return _category(code, transaction.purpose_code, name)


def belongs(transaction: Transaction, categories: Container[str]) -> bool:
    """Whether the payment is of one of these categories, or of one that they include."""
    category = category_of(transaction)
    if category is None:
        return False
    return category in categories or any(
        wide in categories and category in narrow for wide, narrow in _INCLUDES.items()
    )


@lru_cache(maxsize=4096)
def _category(code: str | None, purpose: str | None, name: str) -> str | None:
    number = int(code) if code and code.isascii() and code.isdigit() else -1
    words = frozenset(plain_words(name))
    for category, signs in _CATEGORIES.items():
        if any(number in codes for codes in signs.codes) or purpose in signs.purposes or words & signs.words:
            return category
    return None
