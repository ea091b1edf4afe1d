"""Telling our own voice, come back through the room, from a person: arithmetic on loudness.

What the microphone hears within a second after we made a sound, and not louder than that sound comes back
as a rule, is taken for its echo. The rule is learned while we speak; until it is known, the worst is assumed.
"""

from __future__ import annotations

from collections import deque

from assistant.audio.frames import Samples
from assistant.audio.level import loudness

_REVERBERATION = 0.9
"""Seconds after which nothing of a sound is heard any more."""
LONGEST_WAY = 0.45
"""Seconds that a sound needs at most through buffers and air; from then on it decays."""
_DECAY = 80.0
"""dB a second: a reverberation time of 0.75 s, which is a bathroom."""
_MARGIN = 6.0
"""dB by which a person must be louder than the echo: one syllable comes back louder than another."""
_UNKNOWN = 6.0
"""dB from loudspeaker to microphone that are assumed before anything was learned."""
_SILENT = -65.0
"""dBFS below which nothing counts: the microphone's own noise."""
_LEARNED_AFTER = 1.0
"""Seconds of our own sound after which the coupling counts as known."""
_REMEMBERED = 5.0
"""Seconds for which what was learned can be taken back."""
_RISE = 6.0
"""dB a second by which it may be found higher where the echo is cancelled: a person is heard before that."""
_FALL = 0.5
"""dB a second by which the coupling may be found lower: somebody turned the volume down."""
_FALL_CANCELLED = 15.0
"""The same where the echo is cancelled: that takes a second or two to begin, and what is heard until then
is no measure of what is left afterwards (PulseAudio's with webrtc: 10 dB below what we play, then 60)."""
_LEFT = -28.0
"""dB from loudspeaker to microphone that a cancelled echo may always have: bursts of it come through. Where
it never was so loud, with headphones, the highest that it was."""


class Echo:
    """Fed with both directions chunk by chunk, in step."""

    def __init__(self, *, cancelled: bool = False) -> None:
        """`cancelled`: by the sound system, or there are headphones; what is suddenly louder than the rest of
        the echo is a person."""
        self._cancelled = cancelled
        self._fall = _FALL_CANCELLED if cancelled else _FALL
        self._highest = -120.0
        """dB; the coupling at its highest."""
        self._sent: deque[tuple[float, float]] = deque()
        self._now = 0.0
        self._learned = 0.0
        self._coupling = -120.0
        self._before: deque[tuple[float, float]] = deque()

    @property
    def known(self) -> bool:
        """Whether we have spoken for long enough to tell what comes back."""
        return self._learned >= _LEARNED_AFTER

    @property
    def coupling(self) -> float:
        """dB from loudspeaker to microphone, at most; the worst case until it is known."""
        return self._coupling if self.known else _UNKNOWN

    @property
    def audible(self) -> bool:
        """Whether anything of ours that is loud enough to be taken for a person comes back."""
        return self.coupling > -40.0

    def explains(self, heard: Samples, sent: Samples, seconds: float) -> bool:
        """Whether `heard` may be nothing but an echo. `sent` left in the same time, `seconds` long."""
        self._now += seconds
        sending = loudness(sent)
        if sending > _SILENT:
            self._sent.append((self._now, sending))
        while self._sent and self._sent[0][0] < self._now - _REVERBERATION:
            self._sent.popleft()
        if not self._sent:
            return False
        level = loudness(heard)
        loudest = max(
            sent_level - _DECAY * max(0.0, self._now - at - LONGEST_WAY) for at, sent_level in self._sent
        )
        if sending > _SILENT:
            self._before.append((self._now, self._coupling))
            while self._before[0][0] < self._now - _REMEMBERED:
                self._before.popleft()
            self._learn(level - loudest, seconds)
        return level <= max(loudest + self.coupling + _MARGIN, _SILENT)

    def unlearn(self, seconds: float) -> None:
        """What was heard since so many seconds was a person and no echo."""
        earlier = [coupling for at, coupling in self._before if at >= self._now - seconds]
        if earlier:
            self._coupling = earlier[0]

    def _learn(self, coupling: float, seconds: float) -> None:
        self._learned += seconds
        if coupling > self._coupling:
            if self._learned <= _LEARNED_AFTER:
                rise = 120.0
            elif self._cancelled:
                rise = _RISE * seconds
            else:  # by halves: one shout of a person must not pass for our echo for ever
                rise = (coupling - self._coupling) / 2
            self._coupling = min(coupling, self._coupling + rise, _UNKNOWN)
            self._highest = max(self._highest, self._coupling)
        else:
            least = min(_LEFT, self._highest) if self._cancelled else -120.0
            self._coupling = max(coupling, least, self._coupling - self._fall * seconds)
