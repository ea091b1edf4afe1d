"""Written English as it is said: the words that a speech model can know.

The same rules serve the training texts and the customer's utterances, so both agree on what a word is.
"""

from __future__ import annotations

import re
import unicodedata

from num2words import num2words

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number_words(value: int, *, joined: bool = True) -> str:
    """`205` → "two hundred and five"; `joined=False` leaves "and" out."""
    words = re.sub(r"[-,]", " ", str(num2words(value)))
    if not joined:
        words = words.replace(" and ", " ")
    return " ".join(words.split())


NUMBERS = frozenset({*DIGITS, *(number_words(value) for value in (*range(10, 20), *range(20, 100, 10)))})
"""All words of the numbers below a hundred."""


def ordinal_words(value: int) -> str:
    return " ".join(re.sub(r"[-,]", " ", str(num2words(value, to="ordinal"))).split())


def year_words(value: int) -> str:
    return " ".join(re.sub(r"[-,]", " ", str(num2words(value, to="year"))).split())


_SYMBOLS = {"&": " and ", "%": " percent ", "@": " at ", "+": " plus "}
_MONEY = re.compile(r"([$£€])\s?(\d[\d,]*)(?:\.(\d\d))?")
_UNITS = {"$": ("dollars", "cents"), "£": ("pounds", "pence"), "€": ("euros", "cents")}
_ORDINAL = re.compile(r"\b(\d{1,2})(st|nd|rd|th)\b")
_TIME = re.compile(r"\b(\d{1,2})[:.](\d\d)\b")
_NUMBER = re.compile(r"\d+")
_TYPED = {
    word.replace("'", ""): word
    for word in (
        *("what's", "that's", "there's", "where's", "who's", "here's", "how's", "let's", "i'm", "i've"),
        *("you've", "you're", "they're", "don't", "didn't", "doesn't", "isn't", "aren't", "wasn't"),
        *("weren't", "can't", "couldn't", "wouldn't", "shouldn't", "haven't", "hasn't", "hadn't", "won't"),
    )
}
"""As people type them, in questions collected from the web for instance."""
_LETTERS = re.compile(r"\b([a-z])\.(?=[a-z]\.)|\b([a-z])\.(?!\w)")


def normalise(text: str) -> str:
    """Written English → lower-case words as they are said, without punctuation and accents.

    "Café" and "cafe" are one word: two would be a toss-up for the recogniser.
    """
    text = text.casefold().replace("’", "'").replace("`", "'")
    text = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    text = _MONEY.sub(_money, text)
    text = _ORDINAL.sub(lambda m: ordinal_words(int(m[1])), text)
    text = _TIME.sub(
        lambda m: f"{number_words(int(m[1]))} {number_words(int(m[2])) if int(m[2]) else ''}", text
    )
    text = _LETTERS.sub(lambda m: (m[1] or m[2]) + " ", text)
    for sign, word in _SYMBOLS.items():
        text = text.replace(sign, word)
    text = _NUMBER.sub(lambda m: f" {_number(m[0])} ", text)
    text = re.sub(r"[^a-z' ]", " ", text)
    words = (word.strip("'") for word in text.split())
    return " ".join(_TYPED.get(word, word) for word in words if word)


def _money(match: re.Match[str]) -> str:
    unit, cent = _UNITS[match[1]]
    whole = f" {_number(match[2].replace(',', ''))} {unit} "
    return whole + (f"{number_words(int(match[3]))} {cent} " if match[3] and int(match[3]) else "")


def _number(digits: str) -> str:
    if len(digits) > 6 or (digits.startswith("0") and len(digits) > 1):
        return " ".join(DIGITS[int(d)] for d in digits)
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return year_words(int(digits))
    return number_words(int(digits))
