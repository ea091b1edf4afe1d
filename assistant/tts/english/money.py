"""Amounts as a bank clerk says them: "one thousand two hundred and thirty-four euros and fifty-six cents"."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol
from num2words.lang_EN import Num2Word_EN

from assistant.tts.english.numbers import NUMBER, cardinal, decimal, digits, parse

# Those that a customer of a European bank meets. Three capital letters alone are no proof of a currency
# ("TOP 10"), so rarer ones stay as they are written.
_CODES = re.findall(
    "[A-Z]{3}",
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MAD MXN MYR NOK NZD "
    "PHP PLN RON SAR SEK SGD THB TRY TWD UAH USD VND ZAR",
)

# Babel's English names carry the country; where there is no doubt a clerk leaves it out.
_SHORT_NAMES = {"EUR": ("euro", "euros"), "GBP": ("pound", "pounds"), "$": ("dollar", "dollars")}
_SYMBOLS = {"$": "USD", "C$": "CAD", "¥": "JPY", "zł": "PLN", "Kč": "CZK"}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion"}
_SCALE = r"(?: ?(?P<scale>(?:thousand|million|billion)|(?:k|m|bn))(?!\w))?"
_SPELLED = r"(?P<spelled> \(digit by digit\))?"
"""Behind an amount that must not be misheard: `€15.00 (digit by digit)` → "fifteen, one five, euros"."""


@cache
def _symbols() -> dict[str, str]:
    """Symbol → ISO 4217 code, the longest symbol first."""
    known = {get_currency_symbol(code, locale="en_IE"): code for code in _CODES} | _SYMBOLS
    known = {symbol: code for symbol, code in known.items() if symbol not in _CODES}
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """An amount with its currency in front, one with its currency behind, a range of amounts."""
    symbols = "|".join(re.escape(symbol) for symbol in _symbols())
    codes = "|".join(_CODES)
    sign = r"(?:(?<![\w.,])(?P<sign>[-−–+]))?"
    before = rf"(?:(?P<symbol>(?<![^\W\d_]){symbols}|(?<!\w)(?:{symbols}))|(?<!\w)(?P<code>{codes}))"
    front = re.compile(
        rf"{sign}{before} ?(?P<inner>[-−](?=[\d]))?(?P<number>{_AFTER_SIGN}){_SCALE}{_SPELLED}"
    )
    behind = re.compile(
        rf"{sign}(?P<number>{NUMBER}){_SCALE} ?"
        rf"(?:(?P<symbol>{symbols})(?!\w| ?\d)|(?P<code>{codes})(?!\w| ?\d))(?P<inner>){_SPELLED}"
    )
    # A spaced dash between anything else is a pause: "3 March – €12.50 at Tesco".
    span = re.compile(rf"((?:{symbols}) ?{_AFTER_SIGN})(?:–| – )(?=(?:{symbols}) ?\d)")
    return front, behind, span


# Inside a match the look-behind of NUMBER is already settled by what stands before.
_AFTER_SIGN = NUMBER.replace(r"(?<![\d.,])", "", 1)


def amount(value: Decimal, code: str, *, symbol: str = "", spelled: bool = False) -> str:
    """Words for `value` of the ISO 4217 currency `code`.

    `spelled` says the digits of whole units and of cents once more behind each: "fifteen, one five, euros".

    Cents are named where num2words knows what they are called; else, and with more decimals than the
    currency has (a price per unit, say), the number is read with its point.
    """
    sign = "minus " if value < 0 else ""
    value = abs(value)
    places = get_currency_precision(code)
    minor = Num2Word_EN.CURRENCY_FORMS.get(code, ((), ()))[1]
    if value != value.to_integral_value():
        cents = value.scaleb(places)
        if places == 0 or not minor or cents != cents.to_integral_value():
            again = f", {_pointed(value)}," if spelled else ""
            return f"{sign}{decimal(value)}{again} {_unit(code, value, symbol)}"
        whole, part = divmod(int(cents), 10**places)
        small = f"{_number(part, spelled)} {minor[0] if part == 1 else minor[1]}"
        if whole == 0:
            return sign + small
        return f"{sign}{_number(whole, spelled)} {_unit(code, Decimal(whole), symbol)} and {small}"
    if value == 0:
        sign = ""  # a rounded "-0.00" is nought
    return f"{sign}{_number(int(value), spelled)} {_unit(code, value, symbol)}"


def _pointed(value: Decimal) -> str:
    return " point ".join(digits(part) for part in f"{value:f}".split("."))


def _number(value: int, spelled: bool) -> str:
    """A single digit is as clear as it can be."""
    return f"{cardinal(value)}, {digits(str(value))}," if spelled and value > 9 else cardinal(value)


def speak_money(text: str) -> str:
    """Replace every amount with a currency in `text` by its words."""
    front, behind, span = _patterns()
    text = span.sub(r"\1 to ", text)
    text = front.sub(_say, text)
    text = behind.sub(_say, text)
    for symbol, code in _symbols().items():
        if symbol in text and not symbol.isalpha():
            text = text.replace(symbol, f" {_unit(code, Decimal(2), symbol)} ")
    return text


def _say(match: re.Match[str]) -> str:
    symbol = match["symbol"] or ""
    code = match["code"] or _symbols()[symbol]
    value = parse(match["number"])
    negative = match["inner"] or (match["sign"] and match["sign"] != "+")
    plus = "plus " if match["sign"] == "+" else ""
    if match["scale"]:
        scale = _SCALES.get(match["scale"], match["scale"])
        words = f"{decimal(value)} {scale} {_unit(code, Decimal(2), symbol)}"
        return f"{'minus ' if negative else plus}{words}"
    return plus + amount(
        -value if negative else value, code, symbol=symbol, spelled=match["spelled"] is not None
    )


def _unit(code: str, value: Decimal, symbol: str) -> str:
    short = _SHORT_NAMES.get(symbol) or _SHORT_NAMES.get(code)
    if short:
        return short[0] if value == 1 else short[1]
    return get_currency_name(code, count=1 if value == 1 else 2, locale="en")
