"""First names, family names and common words that the model must know whatever else it hears."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

_COUNTRIES = ("en_GB", "en_US", "fr_FR")
_WORD = re.compile(r"[a-zàâäçéèêëîïôöùûüñ][a-zàâäçéèêëîïôöùûüñ']*")


def people() -> tuple[list[str], list[str]]:
    """(first names, family names) common in the UK, the US and France, lower case, sorted.

    From the lists of the package Faker (MIT); the US ones go back to the census.
    """
    first: set[str] = set()
    last: set[str] = set()
    for country in _COUNTRIES:
        provider = import_module(f"faker.providers.person.{country}").Provider
        first |= {name.lower() for name in provider.first_names}
        last |= {name.lower() for name in provider.last_names}
    return sorted(n for n in first if _WORD.fullmatch(n)), sorted(n for n in last if _WORD.fullmatch(n))


def common_words(folder: Path) -> list[str]:
    """The 12,000 commonest words of SCOWL (Debian: `scowl`), American and British spellings."""
    words: set[str] = set()
    for size in ("10", "20"):
        for kind in ("english", "american", "british"):
            path = folder / f"{kind}-words.{size}"
            if path.is_file():
                words |= {word.lower() for word in path.read_text("latin-1").split()}
    return sorted(word for word in words if _WORD.fullmatch(word))
