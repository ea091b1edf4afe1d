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
    return sorted(_scowl(folder, ("words",), largest=20))


def spelt_words(folder: Path) -> set[str]:
    """What is spelt as in SCOWL's dictionary of middle size: 80,000 words, short forms and names."""
    return _scowl(folder, ("words", "contractions", "upper", "proper-names"), largest=50)


def _scowl(folder: Path, kinds: tuple[str, ...], largest: int) -> set[str]:
    words: set[str] = set()
    for variety in ("english", "american", "british"):
        for kind in kinds:
            for path in folder.glob(f"{variety}-{kind}.[0-9]*"):
                if int(path.suffix[1:]) <= largest:
                    words |= {word.lower() for word in path.read_text("latin-1").split()}
    return {word for word in words if _WORD.fullmatch(word)}
