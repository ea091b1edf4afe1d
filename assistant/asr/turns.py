"""Cutting a stream of sound into turns: one from a microphone, or all that a long recording holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from assistant.asr.endpoint import EndOfTurn, Verdict
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples
from assistant.errors import SilentRecordingError
from assistant.settings import SAMPLE_RATE

_LEAD = 0.4
"""Seconds kept before the first voice: a soft consonant comes before what counts as voice."""
_TAIL = 0.5
"""Seconds kept after the last voice; the acoustic model looks a few frames ahead."""
_BETWEEN_TURNS = 1.2
"""Seconds of quiet that part two turns of a recording: longer than the pauses inside a request."""
_LONGEST = 60.0
"""Seconds; keeps memory bounded in a recording that never pauses."""


class OneTurn:
    """Chunks of a live source up to the end of one turn.

    Iterate it once, and give `partial` what the recogniser has heard so far: both decide together. When the
    iteration is over, `verdict` tells why.
    """

    def __init__(self, chunks: Iterable[Samples], rules: EndOfTurn | None = None) -> None:
        self._chunks = chunks
        self._rules = rules or EndOfTurn()
        self._text = ""
        self.verdict = Verdict.GO_ON

    def partial(self, text: str) -> None:
        """All words of this turn so far."""
        self._text = text

    def __iter__(self) -> Iterator[Samples]:
        voice = VoiceActivity()
        for chunk in self._chunks:
            yield chunk
            voice.feed(chunk)
            verdict = self._rules.verdict(voice.now, voice.started, voice.ended, self._text)
            if verdict is Verdict.NO_WORDS:
                voice.forget()
            elif verdict is not Verdict.GO_ON:
                self.verdict = verdict
                return
        self.verdict = Verdict.FINISHED if self._text else Verdict.NOTHING_SAID


def split_turns(chunks: Iterable[Samples], pause: float = _BETWEEN_TURNS) -> Iterator[Samples]:
    """The turns of a recording, each an int16 array with a little silence around; silence costs nothing.

    `pause`: seconds of quiet between two turns. Raises SilentRecordingError at the end when nobody spoke.
    """
    found = False
    voice = VoiceActivity()
    held: deque[Samples] = deque()
    samples, begun = 0, 0.0
    for chunk in chunks:
        voice.feed(chunk)
        held.append(chunk)
        samples += len(chunk)
        if voice.started is None:
            while held and samples - len(held[0]) >= _LEAD * SAMPLE_RATE:
                samples -= len(held.popleft())
            begun = voice.now - samples / SAMPLE_RATE
        elif voice.now - voice.ended >= pause or samples >= _LONGEST * SAMPLE_RATE:
            found = True
            yield _cut(held, voice.ended + _TAIL - begun)
            voice.forget()
            held.clear()
            samples = 0
    if voice.started is not None:
        found = True
        yield _cut(held, voice.ended + _TAIL - begun)
    if not found:
        raise SilentRecordingError("nobody speaks in this recording")


def _cut(held: Iterable[Samples], seconds: float) -> Samples:
    sound: Samples = np.concatenate(list(held))
    return sound[: max(1, round(seconds * SAMPLE_RATE))]
