"""What the loop says: sentences one after another, silenced in the middle, kept for "go on"."""

from __future__ import annotations

from assistant.asr.spotter import Spotted, Spotter
from assistant.audio.frames import convert
from assistant.audio.player import Player, Unheard
from assistant.live.echo import LONGEST_WAY
from assistant.live.latency import LatencyMeter
from assistant.live.sounds import EARCON_RATE, earcon, trimmed
from assistant.tts.synthesiser import Speech

_ECHOES = 0.8
"""Seconds before a word in which what we played may come back as that word, its beginning included. Each
second more that is searched keeps us speaking for 15 ms."""
_UNSURE = 0.2
"""Seconds by which the end of a word may be heard too late in a room, or too soon."""


class Mouth:
    """`say` belongs to the turn's thread, `silence` to any, the rest to the loop's."""

    def __init__(self, player: Player, latency: LatencyMeter) -> None:
        self.player = player
        self._latency = latency
        self._silenced = False
        self._first = True
        self.unheard = Unheard()
        """What was cut off of the last reply."""

    @property
    def cut(self) -> bool:
        return bool(self.unheard.pieces)

    def begin(self) -> None:
        """A turn begins: what its reply says is played."""
        self._silenced, self._first = False, True

    def answered(self) -> None:
        """What was cut off has been handed on."""
        self.unheard = Unheard()

    def say(self, speech: Speech) -> None:
        """A sentence of the reply."""
        first, self._first = self._first, False
        sound = trimmed(speech, first=first)
        if self._silenced:
            self.unheard = self.unheard.and_then(
                convert(sound, speech.sample_rate, self.player.rate), speech.text
            )
            return
        if first:
            self._latency.answered()
        on_first = self._latency.sounds if first else None
        self.player.add(sound, speech.sample_rate, text=speech.text, on_first=on_first)

    def silence(self) -> None:
        """Nothing of this reply is said any more."""
        self._silenced = True
        unheard = self.player.hush()
        if unheard.text:
            self.unheard = unheard

    def resume(self) -> None:
        """Go on where it was silenced."""
        self._silenced = False
        self.player.resume(self.unheard)
        self.unheard = Unheard()

    def said(self, spotter: Spotter, spotted: Spotted) -> bool:
        """Whether what a microphone heard as one of the phrases may be what we played.

        We are silent until that is known, as long as half a syllable takes, and go on if it was us.
        """
        recent = self.player.recent()[-round((spotted.start + _ECHOES) * self.player.rate) :]
        self.player.hold()
        ours = spotter.holds(convert(recent, self.player.rate), spotted.end + LONGEST_WAY + _UNSURE)
        if ours:
            self.player.release()
        return ours

    def acknowledge(self) -> None:
        """The sound for "I am listening"."""
        self.player.add(earcon(), EARCON_RATE)
