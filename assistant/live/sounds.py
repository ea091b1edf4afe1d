"""Small sounds of our own, and speech made ready to be played."""

from __future__ import annotations

import numpy as np

from assistant.audio.frames import Samples
from assistant.tts.synthesiser import Speech

EARCON_RATE = 22_050
"""Hz."""
_AUDIBLE = 150
_TAIL_SECONDS, _BETWEEN_SECONDS = 0.06, 0.25
"""espeak-ng ends everything with 0.3 s of silence. Behind the last sentence it would keep a person waiting
for the microphone; between two it is a breath."""


def earcon() -> Samples:
    """ "I am listening": two soft notes going up, 0.12 s."""
    times = np.arange(round(0.06 * EARCON_RATE)) / EARCON_RATE
    envelope = np.sin(np.pi * times / times[-1])
    notes = [np.sin(2 * np.pi * pitch * times) * envelope for pitch in (880.0, 1320.0)]
    sound: Samples = (np.concatenate(notes) * 4000).astype(np.int16)
    return sound


def trimmed(speech: Speech, *, first: bool) -> Samples:
    """One sentence without the silence behind it; with a breath before it when it is not the first."""
    loud = np.flatnonzero(np.abs(speech.samples.astype(np.int32)) > _AUDIBLE)
    end = int(loud[-1]) + 1 if len(loud) else 0
    sound = speech.samples[: end + round(_TAIL_SECONDS * speech.sample_rate)]
    before = 0 if first else round((_BETWEEN_SECONDS - _TAIL_SECONDS) * speech.sample_rate)
    return np.concatenate([np.zeros(before, np.int16), sound])
