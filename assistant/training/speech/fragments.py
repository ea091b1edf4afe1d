"""Words cut out of people's readings: a machine is told "seven" alone, and nobody reads that."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from assistant.asr.grammar import Grammar
from assistant.asr.recogniser import Recogniser
from assistant.errors import SpeechModelError
from assistant.events import Word
from assistant.training.speech.listen import QUIET, in_chunks
from assistant.training.speech.people import Clip
from assistant.training.speech.recordings import RATE, Samples, Source, load
from assistant.training.speech.texts import ALONE

_LONGEST_RUN = 4
"""Words."""
_SEARCH = RATE * 6 // 100
"""How far from a word's stated edge the quietest moment is looked for: Vosk's times are those of the
network's outputs, 30 ms apart, and the network was trained without any alignment."""
_HUSH = RATE // 100


def cut(
    clips: Sequence[Clip],
    model: Path,
    folder: Path,
    seed: int,
    progress: Callable[[str], None],
) -> list[Source]:
    """From each clip each of its words that is said `ALONE`, and one run of up to four words.

    `model` aligns them: a clip that it does not hear as its transcript says, when it may hear nothing
    but that transcript's words, is left out. Files that exist are kept.
    """
    recogniser = None
    pieces: list[Source] = []
    folder.mkdir(parents=True, exist_ok=True)
    for number, clip in enumerate(clips):
        done = folder / f"{number:06d}.txt"
        if not done.is_file():
            recogniser = recogniser or Recogniser(model)
            texts = _cut_one(recogniser, clip, folder / f"{number:06d}", random.Random(f"{seed} {number}"))
            done.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        for piece, text in enumerate(done.read_text("utf-8").splitlines()):
            pieces.append(Source(folder / f"{number:06d}-{piece}.wav", text, human=True))
        if number % 400 == 399:
            progress(f"{len(pieces)} fragments of {number + 1} clips")
    return pieces


def _cut_one(recogniser: Recogniser, clip: Clip, stem: Path, rng: random.Random) -> list[str]:
    said = clip.text.split()
    samples = load(clip.path)
    try:
        words = recogniser.transcribe(in_chunks(samples), grammar=Grammar([clip.text])).words
    except SpeechModelError:
        return []  # a word that the model does not have
    if [word.text for word in words] != said:
        return []
    runs = [(at, at + 1) for at, word in enumerate(said) if word in ALONE]
    length = min(rng.randint(1, _LONGEST_RUN), len(said))
    first = rng.randint(0, len(said) - length)
    runs.append((first, first + length))
    texts: list[str] = []
    for begin, end in dict.fromkeys(runs):
        piece = samples[_edge(samples, words, begin) : _edge(samples, words, end)]
        soundfile.write(stem.with_name(f"{stem.name}-{len(texts)}.wav"), piece, RATE, "PCM_16")
        texts.append(" ".join(said[begin:end]))
    return texts


def _edge(samples: Samples, words: Sequence[Word], at: int) -> int:
    """The quietest moment near the border between word `at` and the one before, as a sample's number."""
    if at == 0:
        return max(0, int((words[0].start - QUIET) * RATE) - _SEARCH)
    if at == len(words):
        return min(len(samples), int((words[-1].end - QUIET) * RATE) + _SEARCH)
    middle = int(((words[at - 1].end + words[at].start) / 2 - QUIET) * RATE)
    begin = max(0, middle - _SEARCH)
    power = np.convolve(samples[begin : middle + _SEARCH] ** 2, np.ones(_HUSH) / _HUSH, "valid")
    return begin + int(power.argmin()) + _HUSH // 2
