"""The written form of values, as a person reads them on the screen: `€1,234.56`, `3 March 2026`.

Speech uses the same form; only `assistant/tts` turns it into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_percent, parse_pattern

from assistant.bank.model import Account
from assistant.money import Money

# Plain `en` is American where it matters: it lists "a, b, and c". The territory only decides that.
_LISTS = {"en": "en_GB"}
_PERCENT = parse_pattern("#,##0.#%")


class Wording:
    """Writes values in one language."""

    def __init__(self, language: str):
        self._locale = Locale(language)
        self._lists = Locale.parse(_LISTS.get(language, language))

    def money(self, money: Money) -> str:
        """`€1,234.56`, with the decimals that the currency has; `-€5.00` when negative."""
        return _money(money.amount, money.currency, self._locale)

    def moneys(self, moneys: Sequence[Money]) -> str:
        """`€1,234.56 and £20.00`: amounts in different currencies are never added up."""
        return self.all_of([self.money(money) for money in moneys])

    def day(self, day: date, today: date) -> str:
        """`3 March`, with its year when that is not this one."""
        pattern = "d MMMM" if day.year == today.year else "d MMMM yyyy"
        return str(format_date(day, pattern, locale=self._locale))

    def weekday(self, day: date, today: date) -> str:
        """`Monday 3 March`, for days close enough that the weekday tells something."""
        if abs((day - today).days) > 7:
            return self.day(day, today)
        return str(format_date(day, "EEEE d MMMM", locale=self._locale))

    def percent(self, ratio: Decimal) -> str:
        """`12.5%` for 0.125: one decimal below ten per cent, none above."""
        digits = Decimal("0.001") if abs(ratio) < Decimal("0.1") else Decimal("0.01")
        return str(format_percent(ratio.quantize(digits), _PERCENT, locale=self._locale))

    def all_of(self, things: Sequence[str]) -> str:
        """`a, b and c`."""
        return str(format_list(list(things), style="standard", locale=self._lists))

    def one_of(self, things: Sequence[str]) -> str:
        """`a, b or c`."""
        return str(format_list(list(things), style="or", locale=self._lists))

    def country(self, code: str) -> str:
        """`France` for FR; a code that is no country stays as it is."""
        return str(self._locale.territories.get(code, code))

    def country_code(self, name: str) -> str | None:
        """FR for `france`, None for what is no country's name."""
        return _codes(self._locale).get(name.strip().casefold())


def iban(electronic: str) -> str:
    """`IE29 AIBK 9311 5212 3456 78`: groups of four, as ISO 13616 prints it."""
    plain = "".join(electronic.split())
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def card(masked_pan: str) -> str:
    """`•••• 3241`: only the end of a card's number is ever shown."""
    return "•••• " + "".join(character for character in masked_pan if character.isdigit())[-4:]


def account(which: Account, among: Sequence[Account]) -> str:
    """The account's name, with its bank where another bank has one of the same name."""
    same = [other for other in among if other.name.casefold() == which.name.casefold()]
    return f"{which.name} at {which.bank}" if len(same) > 1 else which.name


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    return str(format_currency(amount, currency, locale=locale))


@lru_cache(maxsize=8)
def _codes(locale: Locale) -> dict[str, str]:
    return {name.casefold(): code for code, name in locale.territories.items() if len(code) == 2}
