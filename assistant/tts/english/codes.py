"""Account numbers, cards, phone numbers and references: read in groups, character by character."""

from __future__ import annotations

import re

from assistant.tts.english.numbers import cardinal, digits, grouped

_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d\d(?:(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?|[A-Z0-9]{11,30})(?!\w)")
_MASK = "•●∙·*"
# "•••• 3241", "IE29 •••• 5678", "ending in ••3241", "xxxx-1234"
_MASKED = re.compile(
    rf"(?:\b(?:ending|ends|ended)(?: in| with)? )?(?:(?<!\w)[A-Z]{{2}}\d\d )?"
    rf"(?:(?<![{_MASK}])[{_MASK}]{{2,}}(?:[ -][{_MASK}]+){{0,8}}|(?<!\w)[xX]{{3,}}(?:[ -][xX]{{3,}}){{0,8}})"
    r"[ -]?(\d{2,6})(?!\w)"
)
_ENDING = re.compile(
    r"(?P<lead>\b(?:end(?:ing|s|ed)(?: in| with)?|last (?:two|three|four|2|3|4) digits(?: are)?|code|PIN|"
    r"sort code|account number|card number|reference(?: number)?)(?: is)?:? )"
    r"(?P<digits>\d[\d -]{0,30}\d)(?![\w.,]\w)",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\w.,-])\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?![\w-])")
_SORT_CODE = re.compile(r"(?<![\w-])\d\d-\d\d-\d\d(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.,])(?:(?P<plus>\+|\(\+) ?(?=\d)|(?=\(?0\d))(?P<rest>\(?\d[\d ()-]{5,22}\d)(?![\w-]|[.,]\d)"
)
_MIXED = re.compile(r"(?<![\w])(?=[^\W_]{0,40}\d)(?=[^\W_]{0,40}[^\W\d_])[^\W_]{2,40}(?!\w)")


def spell(text: str) -> str:
    """Letters and digits one by one: "AIBK" → "A I B K", "29" → "two nine"."""
    return " ".join(digits(c) if c.isdigit() else c.upper() for c in text if c.isalnum())


def iban_in_words(iban: str) -> str:
    """In the groups of four in which it is printed, with a pause after each."""
    compact = iban.replace(" ", "")
    return ", ".join(spell(compact[start : start + 4]) for start in range(0, len(compact), 4))


def speak_account_numbers(text: str) -> str:
    """IBANs, cards (whole or masked) and whatever is announced as a code."""
    text = _IBAN.sub(lambda match: iban_in_words(match[0]), text)
    text = _MASKED.sub(lambda match: f"ending in {digits(match[1])}", text)
    text = _CARD.sub(lambda match: iban_in_words(re.sub(r"\D", "", match[0])), text)
    return _ENDING.sub(lambda match: match["lead"] + _groups(match["digits"]), text)


def speak_phone_numbers(text: str) -> str:
    """Phone numbers and sort codes, in the groups in which they are written."""
    text = _SORT_CODE.sub(lambda match: _groups(match[0]), text)
    return _PHONE.sub(lambda match: ("plus " if match["plus"] else "") + _groups(match["rest"]), text)


def speak_mixed(text: str) -> str:
    """Letters and digits in one word: "4G" → "four G", "T1001" → "T one zero zero one"."""
    return _MIXED.sub(lambda match: _say_mixed(match[0]), text)


def _groups(text: str) -> str:
    parts = [part for part in re.split(r"\D+", text) if part]
    return ", ".join(grouped(part) if len(part) > 6 else digits(part) for part in parts)


def _say_mixed(word: str) -> str:
    said = []
    for run in re.findall(r"\d+|[^\W\d_]+", word):
        if not run.isdigit():
            said.append(" ".join(run) if run.isupper() and len(run) <= 4 else run)
        elif len(run) <= 2 and not run.startswith("0"):
            said.append(cardinal(int(run)))
        else:
            said.append(digits(run))
    return " ".join(said)
