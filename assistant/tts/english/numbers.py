"""Plain numbers in English words, by num2words: "one thousand two hundred and thirty-four"."""

from __future__ import annotations

import re
from decimal import Decimal

from num2words import num2words

NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
"""Digits, thousands grouped or not, decimals or not."""

_LONGEST_CARDINAL = 15
"""Digits. Nobody can follow more; they are read one by one."""

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_CODE_LENGTH = 7
"""A number of this many digits with no grouping is a reference, not a quantity: screens group those."""


def cardinal(value: int) -> str:
    """`-5` → "minus five"."""
    if len(str(abs(value))) > _LONGEST_CARDINAL:
        return ("minus " if value < 0 else "") + digits(str(abs(value)))
    # A comma would be heard as a pause inside the number.
    return str(num2words(value, lang="en")).replace(",", "")


def ordinal(value: int) -> str:
    return str(num2words(value, lang="en", to="ordinal")).replace(",", "")


def year(value: int) -> str:
    """2026 → "twenty twenty-six", 2005 → "two thousand and five", 1905 → "nineteen oh-five"."""
    return str(num2words(value, lang="en", to="year")).replace(",", "")


def digits(text: str) -> str:
    """One by one: "3241" → "three two four one"."""
    return " ".join(_DIGITS[int(digit)] for digit in text)


def decimal(value: Decimal) -> str:
    """`12.50` → "twelve point five zero": decimals are read as written."""
    sign = "minus " if value < 0 else ""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    words = sign + cardinal(int(whole))
    return f"{words} point {digits(fraction)}" if fraction else words


def parse(text: str) -> Decimal:
    """What NUMBER matched, as a number."""
    return Decimal(text.replace(",", ""))


def grouped(text: str, size: int = 3) -> str:
    """Digits of a long code, in groups with a pause between: "1234567" → "one two three, four five …"."""
    groups = [text[start : start + size] for start in range(0, len(text), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:  # no lonely last digit
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(digits(group) for group in groups)


_ORDINAL = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d{1,12})(?:st|nd|rd|th)\b", re.IGNORECASE)
_PERCENT = re.compile(rf"(?<![\w.,])(?P<sign>[-−–+])?(?P<number>{NUMBER}) ?%")
_FRACTION = re.compile(r"(?<![\d/])(\d{1,3})[/⁄](\d{1,3})(?![\d/])")
_RANGE = re.compile(rf"(?<![\w.,-])({NUMBER}) ?[-–] ?({NUMBER})(?![\w-])")
_YEAR = re.compile(r"(?<![\w.,/+-])(?:19|20)\d\d(?![\d/]|[.,]\d)")
_PLAIN = re.compile(
    rf"(?:(?<![\w.,])(?P<sign>[-−–+])(?=\d))?(?P<number>{NUMBER})(?P<spelled> \(digit by digit\))?"
)
_SPECIAL_FRACTIONS = {(1, 2): "one half", (24, 7): "twenty-four seven"}


def _say_fraction(match: re.Match[str]) -> str:
    upper, lower = int(match[1]), int(match[2])
    if (upper, lower) in _SPECIAL_FRACTIONS:
        return _SPECIAL_FRACTIONS[upper, lower]
    if 2 < lower <= 10 and 0 < upper < lower:
        part = "quarter" if lower == 4 else ordinal(lower)
        return f"{cardinal(upper)} {part}{'' if upper == 1 else 's'}"
    return f"{cardinal(upper)} over {cardinal(lower)}"


def _say_number(match: re.Match[str]) -> str:
    text = match["number"]
    sign = {"+": "plus ", None: ""}.get(match["sign"], "minus ")
    whole, _, fraction = text.partition(".")
    if not fraction and "," not in whole:
        if len(whole) >= _CODE_LENGTH:
            return sign + grouped(whole)
        if whole.startswith("0") and len(whole) > 1:
            return sign + digits(whole)
    again = f", {digits(re.sub('[^0-9]', '', whole))}" if match["spelled"] and parse(whole) > 9 else ""
    return f"{sign}{decimal(parse(text))}{again}"


def _say_percent(match: re.Match[str]) -> str:
    sign = {"+": "plus ", "": ""}.get(match["sign"] or "", "minus ")
    return f"{sign}{decimal(parse(match['number']))} percent"


def speak_ordinals(text: str) -> str:
    return _ORDINAL.sub(lambda match: ordinal(int(match[1].replace(",", ""))), text)


def speak_percentages(text: str) -> str:
    """`-12.5%` → "minus twelve point five percent", `5–10%` → "five to ten percent"."""
    text = re.sub(rf"({NUMBER}) ?%? ?– ?(?={NUMBER} ?%)", r"\1 to ", text)
    return _PERCENT.sub(_say_percent, text)


def speak_numbers(text: str) -> str:
    """All numbers that are left: fractions, ranges, years, counts, decimals, codes."""
    text = re.sub(r"(?<=\d) (?=\d{1,3}⁄\d)", " and ", text)  # "1½"
    text = _FRACTION.sub(_say_fraction, text)
    text = _RANGE.sub(r"\1 to \2", text)
    # Four digits without a comma are a year: quantities are written with one.
    text = _YEAR.sub(lambda match: year(int(match[0])), text)
    text = _PLAIN.sub(_say_number, text)
    return re.sub(r"\d+", lambda match: f" {digits(match[0])} ", text)
