"""What may reach Rasa of a text from outside."""

from __future__ import annotations

import unicodedata

from assistant.errors import UtteranceTooLongError
from assistant.settings import MAX_UTTERANCE_CHARACTERS

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what nobody says: control, format (zero width, direction), surrogate, private."""

_SLASHES = "/\\⁄∕⧸⟋╱／⧵﹨＼"
"""A text that begins with a slash is Rasa's own short form of an intent with entities; its look-alikes
go too, because a later normalisation could turn one into the other."""


SHORTCUT = "shortcut"
"""Key of the metadata of a message that had the form of one of Rasa's shortcuts: it is no yes to anything."""


def clean(text: str) -> str:
    """The text as a person could have said it; empty when nothing is left.

    Compatibility forms become plain signs (NFKC), white space one space. Raises
    UtteranceTooLongError for more than MAX_UTTERANCE_CHARACTERS characters, before any other work.
    """
    if len(text) > MAX_UTTERANCE_CHARACTERS:
        raise UtteranceTooLongError(f"{len(text)} characters")
    plain = unicodedata.normalize("NFKC", "".join(map(_seen, text)))
    words = " ".join(plain.split())[:MAX_UTTERANCE_CHARACTERS]
    return words.lstrip(_SLASHES + " ")


def is_shortcut(text: str) -> bool:
    """Whether a text has the form of Rasa's own shortcuts. `clean` makes words of it; nobody says it."""
    return text.strip()[:1] in set(_SLASHES)


def _seen(sign: str) -> str:
    if sign in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(sign) in _UNSEEN else sign
