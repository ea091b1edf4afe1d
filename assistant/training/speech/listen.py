"""Hearing recordings with a model and counting what it got wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.asr.grammar import Grammar
from assistant.asr.recogniser import Recogniser
from assistant.training.speech.recordings import RATE, Samples

_CHUNK = RATE // 10
QUIET = 1 / 3
"""Seconds of silence before and after each recording."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    confidences: tuple[float, ...]
    """Raw, one a word."""


def hear(recogniser: Recogniser, samples: Samples, grammar: Grammar | None = None) -> Heard:
    """What is made of float samples at 16 kHz."""
    transcript = recogniser.transcribe(in_chunks(samples), grammar=grammar)
    return Heard(transcript.text, tuple(word.confidence for word in transcript.words))


def in_chunks(samples: Samples) -> Iterator[npt.NDArray[np.int16]]:
    """Float samples at 16 kHz as a microphone would bring them, `QUIET` seconds of silence on either side."""
    quiet = np.zeros(int(QUIET * RATE), np.float32)
    audio = (np.clip(np.concatenate([quiet, samples, quiet]), -1, 1) * 32767).astype(np.int16)
    return (audio[start : start + _CHUNK] for start in range(0, len(audio), _CHUNK))


@dataclass(frozen=True, slots=True)
class Alignment:
    errors: int
    right: tuple[bool, ...]
    """For each word that was heard: is it one that was said, in its place?"""


def align(said: Sequence[str], heard: Sequence[str]) -> Alignment:
    """Fewest insertions, deletions and substitutions between two lists of words."""
    rows, columns = len(said) + 1, len(heard) + 1
    cost = np.zeros((rows, columns), int)
    cost[:, 0], cost[0] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            swap = cost[i - 1, j - 1] + (said[i - 1] != heard[j - 1])
            cost[i, j] = min(swap, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    right = [False] * len(heard)
    i, j = rows - 1, columns - 1
    while j:
        if i and cost[i, j] == cost[i - 1, j - 1] + (said[i - 1] != heard[j - 1]):
            right[j - 1] = said[i - 1] == heard[j - 1]
            i, j = i - 1, j - 1
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return Alignment(int(cost[-1, -1]), tuple(right))
