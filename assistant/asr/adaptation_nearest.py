"""For models that cannot learn words: the known words that sound most like an unknown one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from assistant.asr.graph_sounds import Sounds
from assistant.asr.graph_units import BASE

_LETTER = {sound: chr(ord("A") + number) for number, sound in enumerate(BASE)}
FARTHEST = 0.5
"""Share of the sounds that may differ; beyond it a stand-in would only confuse."""


class NearestWords:
    """Search by sound, each sound as one letter; built once for many look-ups."""

    def __init__(self, lexicon: Mapping[str, Sequence[Sounds]]):
        pairs = [(_letters(way), word) for word, ways in sorted(lexicon.items()) for way in ways]
        self._sounds = [letters for letters, _ in pairs]
        self._words = [word for _, word in pairs]

    def find(self, sounds: Sounds) -> str:
        """One known word, or two in a row, within FARTHEST of `sounds`; empty when there are none."""
        letters = _letters(sounds)
        limit = max(1, int(FARTHEST * len(letters)))
        word, distance = self._best(letters, limit)
        if distance and len(letters) >= 5:
            for cut in range(2, len(letters) - 1):
                left, far = self._best(letters[:cut], distance - 1)
                if far < distance:
                    right, further = self._best(letters[cut:], distance - 1 - far)
                    if far + further < distance:
                        word, distance = f"{left} {right}", far + further
        return word if distance <= limit else ""

    def _best(self, letters: str, limit: int) -> tuple[str, int]:
        if limit < 0 or not self._sounds:
            return "", limit + 1
        found = process.extractOne(letters, self._sounds, scorer=Levenshtein.distance, score_cutoff=limit)
        if found is None:
            return "", limit + 1
        return self._words[found[2]], int(found[1])


def _letters(sounds: Sounds) -> str:
    return "".join(_LETTER[sound] for sound in sounds if sound in _LETTER)
