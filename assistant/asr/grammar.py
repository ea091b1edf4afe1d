"""Vocabularies for one question: phrases that the recogniser is to hear and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.asr.graph_words import UNKNOWN


@dataclass(frozen=True, slots=True)
class Grammar:
    """Phrases in plain lower-case words. Speech that fits none of them comes out as `[unk]`."""

    phrases: tuple[str, ...]

    def __init__(self, phrases: Iterable[str]) -> None:
        """Raises ValueError when no phrase is left: Vosk crashes on an empty list."""
        cleaned = dict.fromkeys(" ".join(phrase.lower().split()) for phrase in phrases)
        cleaned.pop("", None)
        cleaned.pop(UNKNOWN, None)
        if not cleaned:
            raise ValueError("a grammar needs at least one phrase")
        object.__setattr__(self, "phrases", tuple(cleaned))

    def unknown_words(self, knows: Callable[[str], bool]) -> tuple[str, ...]:
        """Words that the model cannot write, in the order of the phrases."""
        words = dict.fromkeys(word for phrase in self.phrases for word in phrase.split())
        return tuple(word for word in words if not knows(word))

    def for_model(self, knows: Callable[[str], bool]) -> str:
        """Vosk's JSON. Phrases with a word that the model lacks are left out as a whole.

        Vosk would drop the word alone, and "send it to Zog" would be heard as "send it to". Raises
        ValueError when no phrase is left.
        """
        lacking = set(self.unknown_words(knows))
        known = [phrase for phrase in self.phrases if lacking.isdisjoint(phrase.split())]
        if not known:
            raise ValueError("the speech model knows none of the phrases")
        return json.dumps([*known, UNKNOWN], ensure_ascii=False)  # Vosk reads no escapes
