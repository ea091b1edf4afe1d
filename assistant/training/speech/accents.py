"""British ways of saying words: the dictionary's American ones without an R that is not said, other vowels.

espeak-ng's received pronunciation tells where they differ. Only what such speech does as a rule is taken over
(Wells, Accents of English, 1982: R between vowels alone, BATH, LOT, lettER, NEAR, SQUARE); in all else the
dictionary knows the word better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assistant.asr.graph_sounds import Sounds, read, to_arpabet

_ACCENT = "en-gb-x-rp"
_VOWELS = tuple("AEIOU")
"""How the names of vowels begin; no other sound's does."""
_SAID_OTHERWISE = frozenset({("AE", "AA"), ("AA", "AO"), ("ER", "AH"), ("UH", "AO")})
"""The dictionary's vowel and the British one: bath, lot, letter, cure."""
# Vowels that American English lacks, in signs that `to_arpabet` knows: near, square, cure, lot.
_REWRITTEN = {"iə": "ɪə", "eə": "ɛ", "ʊə": "ɔː", "ɒ": "ɔː"}


def with_british(lexicon: Mapping[str, Sequence[Sounds]], words: Iterable[str]) -> dict[str, list[Sounds]]:
    """`lexicon`, in which those of `words` that it holds have their British way too, as the last one."""
    ways = british({word: lexicon[word] for word in words if word in lexicon})
    return {word: [*known, ways[word]] if word in ways else [*known] for word, known in lexicon.items()}


def british(lexicon: Mapping[str, Sequence[Sounds]]) -> dict[str, Sounds]:
    """The British way of each word that has one of its own. Raises as `graph_sounds.read` does."""
    ways = {}
    for word, ipa in read(lexicon, _ACCENT).items():
        said = to_arpabet(_american_signs(ipa))
        told = next(filter(None, (_merged(way, said) for way in lexicon[word])), None)
        if told and told not in lexicon[word]:
            ways[word] = told
    return ways


def _american_signs(ipa: str) -> str:
    for sign, rewritten in _REWRITTEN.items():
        ipa = ipa.replace(sign, rewritten)
    return ipa


def _merged(way: Sounds, said: Sounds) -> Sounds | None:
    """The dictionary's way, changed where British speech differs by rule; None for two that do not match."""
    merged: list[str] = []
    at, heard = 0, (*said, "")
    for sound in way:
        if heard[at] == "R" != sound and merged[-1:] in (["AH"], ["ER"]):
            # What is left of ER before a vowel: "arrived", "ponderous".
            merged.append("R")
            at += 1
        other = heard[at]
        if sound == other or (sound, other) in _SAID_OTHERWISE:
            merged.append(other)
        elif sound == "R":
            if other != "AH" or merged[-1:] not in (["IH"], ["IY"]):
                continue
            merged.append("AH")
        elif sound.startswith(_VOWELS) and other.startswith(_VOWELS):
            merged.append(sound)
        else:
            return None
        at += 1
    return tuple(merged) if at == len(said) else None
