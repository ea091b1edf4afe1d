"""Abbreviations and signs that a person reads as words."""

from __future__ import annotations

import re

# "St." is a saint before a name, and a street behind one.
_STREET = re.compile(r"(?<=[a-z]) St\b\.?(?=\s*(?:[,.;:)]|$|[a-z]|[A-Z]))")
_SAINT = re.compile(r"\bSt\b\.? ?(?=[A-Z])")
_PER = re.compile(r" ?/ ?(day|week|month|year|night|quarter|hour|person)\b")
_NUMBER_SIGN = re.compile(r"(?:\b[Nn]o\. ?|\bNo |(?<![\w&])# ?)(?=\d)")
_TIMES = re.compile(r"(?<=\d) ?[x×] ?(?=\d)|(?<![\w.,])(\d{1,3}) ?[x×](?!\w)|(?<!\w)[x×](\d{1,3})(?!\w)")
_ABBREVIATIONS = {
    "a/c": "account",
    "A/C": "account",
    "acct.": "account",
    "acct": "account",
    "approx.": "approximately",
    "Ave.": "Avenue",
    "Bros.": "Brothers",
    "c/o": "care of",
    "Co.": "Company",
    "Dr.": "Doctor",
    "e.g.": "for example",
    "etc.": "et cetera",
    "excl.": "excluding",
    "i.e.": "that is",
    "incl.": "including",
    "Ltd.": "Limited",
    "Ltd": "Limited",
    "max.": "at most",
    "min.": "at least",
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Mt.": "Mount",
    "p.a.": "a year",
    "Plc": "P L C",
    "plc": "P L C",
    "Rd.": "Road",
    "Rd": "Road",
    "ref.": "reference",
    "Sq.": "Square",
    "tel.": "telephone",
    "Tel.": "telephone",
    "vs.": "versus",
    "vs": "versus",
    "w/": "with ",
}
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        re.escape(short) + ("" if short.endswith("/") else r"(?!\w)")
        for short in sorted(_ABBREVIATIONS, key=len, reverse=True)
    )
    + ")"
)
_SIGNS = {
    "&": " and ",
    "+": " plus ",
    "=": " equals ",
    "@": " at ",
    "%": " percent ",
    "‰": " per mille ",
    "°": " degrees ",
    "×": " times ",
    "÷": " divided by ",
    "→": " to ",
    "≤": " at most ",
    "≥": " at least ",
    "≈": " about ",
    "±": " plus or minus ",
    "§": " section ",
}
_PAUSES = re.compile(r"\s*[—–•●∙·]\s*| +[-−] +")
_UNSAID = re.compile(r"[<>{}\[\]|\\^_`~*#/\"“”„«»⁄]+")


def speak_abbreviations(text: str) -> str:
    """Before numbers are read: some abbreviations stand in front of one."""
    text = _STREET.sub(" Street", text)
    text = _SAINT.sub("Saint ", text)
    text = _NUMBER_SIGN.sub("number ", text)
    text = _TIMES.sub(_say_times, text)
    text = _PER.sub(lambda match: f" {'an' if match[1] == 'hour' else 'a'} {match[1]}", text)
    return _ABBREVIATION.sub(lambda match: _ABBREVIATIONS[match[0]], text)


def speak_signs(text: str) -> str:
    """After numbers are read: what is left of signs becomes a word, a pause, or nothing."""
    text = _PAUSES.sub(", ", text)
    text = "".join(_SIGNS.get(character, character) for character in text)
    return _UNSAID.sub(" ", text)


def _say_times(match: re.Match[str]) -> str:
    count = match[1] or match[2]
    return f"{count} times" if count else " by "
