"""What is said to the live loop in its benchmarks: recordings, and words in espeak-ng's voices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from assistant.audio.frames import Samples, convert
from assistant.audio.recordings import read_recording
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"
VOICES = ("gmw/en-US", "gmw/en-GB-x-rp", "gmw/en-GB-scotland")
"""espeak-ng's own; single words and phrases are said by them at several speeds."""
SPEEDS = (120, 140, 160, 180, 200)
LIST = "show me all my transactions this month"
"""Answered at length, and with a question."""
PAYMENT = "send five euros to marie from the joint account for lunch"
"""Read back, for a yes."""
_ANSWERS = ("affirm", "deny", "more", "stop")
"""Recordings that mean something only after a question, or over an answer."""


def said(text: str) -> Iterator[Samples]:
    """The text in every voice at every speed, 16 kHz, without silence around."""
    for voice in VOICES:
        for speed in SPEEDS:
            with Synthesiser(VoiceProfile(voice=voice, words_per_minute=speed)) as synthesiser:
                speech = synthesiser.render(text)
            sound = convert(speech.samples, speech.sample_rate)
            loud = np.flatnonzero(np.abs(sound.astype(int)) > 150)
            yield sound[loud[0] : loud[-1] + 1]


def commands(count: int) -> list[Path]:
    """Recorded commands, spread over all kinds."""
    paths = [path for path in sorted(RECORDINGS.glob("*.flac")) if not path.name.startswith(_ANSWERS)]
    return [paths[round(place)] for place in np.linspace(0, len(paths) - 1, min(count, len(paths)))]


def prompts(count: int) -> list[tuple[str, Samples]]:
    """What is typed to be asked something, and the word that answers it."""
    recorded = [read_recording(RECORDINGS / f"{name}-1.flac") for name in ("affirm", "deny")]
    words = [*recorded, *(sound for pair in zip(said("yes"), said("no"), strict=True) for sound in pair)]
    return [((LIST, PAYMENT)[number // 2 % 2], sound) for number, sound in enumerate(words[:count])]


def halting(count: int) -> list[Samples]:
    """ "Stop" and "wait", 30 ways of saying them, from the first one again."""
    ways = [*said("stop"), *said("wait")]
    return [ways[number % len(ways)] for number in range(count)]
