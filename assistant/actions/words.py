"""Text as bare words, so that spelling habits make no difference: `McDonald's`, `Café`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = re.compile("['’`]")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)
def plain_words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents and apostrophes."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    return tuple(_WORD.findall("".join(sign for sign in decomposed if not unicodedata.combining(sign))))
