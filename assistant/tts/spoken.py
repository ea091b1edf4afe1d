"""Written form → spoken form: the screen shows `€1,234.56`, the voice is given words.

A voice engine reads digits in its own way, and wrongly where money is concerned; so it never gets any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from assistant.errors import SettingsError
from assistant.tts import english

_LANGUAGES: Mapping[str, Callable[[str], str]] = {"en": english.speak}

# Tags and espeak-ng's own phoneme brackets: text from outside must not steer the voice.
_TAG = re.compile(r"<[!/?]?[A-Za-z][^<>]{0,300}>|<!--.{0,300}?-->|\[\[|\]\]", re.DOTALL)
_BLANKS = re.compile(r"[^\S\r\n\v\f\u0085\u2028\u2029]+")
_LINE_END = re.compile(r" ?[\r\n\v\f\u0085\u2028\u2029]\s*")
# Control, format, surrogate, private use, unassigned: nothing to say, and espeak-ng takes some as commands.
_SILENT = {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"}
_ONE_LETTER_A = re.compile(r"(?<=\b[A-Z] )A\b|\bA(?= [A-Z]\b)")


def spoken_form(text: str, language: str = "en") -> str:
    """`text` as it is to be said, on one line, with no digit in it.

    Money, dates, times, IBANs, masked cards, percentages, ordinals, phone numbers and common abbreviations
    are said as a bank clerk would. Any string is taken: control characters and markup are dropped, a line
    break ends a sentence. Raises SettingsError for a language that nobody has written the rules of.
    """
    if language not in _LANGUAGES:
        raise SettingsError(
            f"no spoken forms for language {language!r}", remedy="Use one of: " + ", ".join(_LANGUAGES)
        )
    text = _TAG.sub(" ", text)
    text = _LINE_END.sub(_end_sentence, _BLANKS.sub(" ", text))
    text = _LANGUAGES[language](_plain(text))
    return _tidy(text)


def pronounced(text: str, pronunciations: Mapping[str, str]) -> str:
    """`text` (in spoken form) respelled for the voice: the trainer's list first, then the letter A.

    Words match whole and in any case, the longest first. espeak-ng reads a lone capital A as the article,
    which is wrong inside a spelt code ("A I B K").
    """
    if pronunciations:
        respelling = {word.casefold(): said for word, said in pronunciations.items()}
        words = "|".join(re.escape(word) for word in sorted(pronunciations, key=len, reverse=True))
        text = re.sub(
            rf"(?<!\w)(?:{words})(?!\w)",
            lambda match: respelling.get(match[0].casefold(), match[0]),
            text,
            flags=re.IGNORECASE,
        )
    return _ONE_LETTER_A.sub("ay", text)


def _end_sentence(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rstrip()[-1:]
    return " " if not before or before in ".!?:;," else ". "


def _plain(text: str) -> str:
    """Compatibility forms and foreign digits as plain ones, silent characters gone."""
    said = []
    for character in text:
        category = unicodedata.category(character)
        if category in _SILENT and character not in "°":
            said.append(" " if category in ("Cc", "So") else "")
        elif category == "No":  # "5²", "1½": not one number with what stands before
            said.append(" " + unicodedata.normalize("NFKC", character))
        else:
            said.append(character)
    plain = unicodedata.normalize("NFKC", "".join(said))
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    text = re.sub(r" +([,.;:!?)])", r"\1", text)
    text = re.sub(r"\( +", "(", text)
    return re.sub(r"([,;:])(?:[ ,;:]*,)+", r"\1", text).strip(" ,;")
