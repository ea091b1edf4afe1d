"""Which words the model knows and how they sound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assistant.asr.graph_lexicon import read_lexicon
from assistant.asr.graph_sounds import Sounds, from_dictionary, sound_out

_WORD = re.compile(r"[^\W\d_]+('[^\W\d_]+)*")


def choose(needed: Iterable[str], texts: Iterable[str], common: Iterable[str], least: int) -> set[str]:
    """`needed` words whatever happens, `common` ones, and those seen at least `least` times in `texts`."""
    seen = Counter(word for text in texts for word in text.split())
    words = {word for text in needed for word in text.split()}
    words |= {word for word, times in seen.items() if times >= least}
    words |= set(common)
    return {word for word in words if _WORD.fullmatch(word)}


def pronounce(words: set[str], folder: Path, needed: set[str]) -> dict[str, list[Sounds]]:
    """Lexicon of `words`: our own list first, then the dictionary, then espeak-ng's reading.

    Only `needed` words are sounded out; a common word without a dictionary entry is more likely a
    misspelling than worth its place. `folder` is `voices/<language>/lexicon`.
    """
    lexicon = {word: ways for word, ways in read_lexicon(folder / "extra.txt").items() if word in words}
    found = from_dictionary(words, folder / "dictionary.txt.gz")
    for word, ways in found.items():
        lexicon.setdefault(word, [])
        lexicon[word] += [way for way in ways if way not in lexicon[word]]
    lexicon |= {word: [sounds] for word, sounds in sound_out((needed & words) - lexicon.keys()).items()}
    return dict(sorted(lexicon.items()))
