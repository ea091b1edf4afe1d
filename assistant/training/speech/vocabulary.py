"""Which words the model knows and how they sound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assistant.asr.graph_lexicon import read_lexicon
from assistant.asr.graph_sounds import Sounds, from_dictionary, sound_out

_WORD = re.compile(r"[^\W\d_]+('[^\W\d_]+)*")


def choose(*texts: Iterable[str]) -> set[str]:
    """All words of these texts."""
    words = {word for each in texts for text in each for word in text.split()}
    return {word for word in words if _WORD.fullmatch(word)}


def seen(texts: Iterable[str], least: int) -> set[str]:
    """Words that occur at least `least` times."""
    counts = Counter(word for text in texts for word in text.split())
    return {word for word, times in counts.items() if times >= least}


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
