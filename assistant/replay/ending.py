"""Where a turn would have ended, had its recording come through a microphone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from assistant.asr.endpoint import EndOfTurn, Verdict
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples
from assistant.events import Event, PartialTranscript
from assistant.replay.results import EndOfTurnFound
from assistant.settings import CHUNK_SECONDS

_LONGEST_WAIT = 10.0
"""Seconds of quiet after which looking for the end is given up; the longest pause allowed is two."""


class Ending:
    """Chunks that pass through, watched by the rules for the end of a turn; an observer of the words so far.

    Nothing is cut off: what the rules would have done is told by `found`.
    """

    def __init__(
        self,
        chunks: Iterable[Samples],
        voice: Iterable[float] | None = None,
        rules: Callable[[], EndOfTurn] = EndOfTurn,
        makes_sense: Callable[[str], bool] | None = None,
    ) -> None:
        """`voice`: its probability in each frame of these chunks, where it is known.

        `rules` are asked for when the first chunk is taken: what was said before is over then.
        `makes_sense`: whether the dialogue would know what to do with these words; asked after silences.
        """
        self._chunks = chunks
        self._known = None if voice is None else iter(voice)
        self._rules = rules
        self._makes_sense = None if makes_sense is None else lru_cache(1)(makes_sense)
        self._text = ""
        self._at: float | None = None
        self._quiet_from = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, PartialTranscript):
            self._text = event.text

    def __iter__(self) -> Iterator[Samples]:
        known, rules = self._known, self._rules()
        voice = VoiceActivity(None if known is None else lambda _: next(known))
        for chunk in self._chunks:
            yield chunk
            voice.feed(chunk)
            self._quiet_from = max(self._quiet_from, voice.ended)
            if self._at is None:
                self._judge(rules, voice, voice.now)
        now = voice.now
        while self._at is None and now < voice.now + _LONGEST_WAIT:
            now += CHUNK_SECONDS  # the quiet after the recording, which nobody has to hear
            self._judge(rules, voice, now)

    def found(self) -> EndOfTurnFound | None:
        """None when nobody spoke, or when the turn had no end."""
        if self._at is None or not self._quiet_from:
            return None
        wait = self._at - self._quiet_from
        return EndOfTurnFound(wait < 0, round(wait, 3))

    def _judge(self, rules: EndOfTurn, voice: VoiceActivity, now: float) -> None:
        sense = None
        if self._makes_sense and self._text and now - voice.ended >= rules.pauses.answered:
            sense = self._makes_sense(self._text)
        verdict = rules.verdict(now, voice.started, voice.ended, self._text, sense)
        if verdict is Verdict.NO_WORDS:
            voice.forget()
        elif verdict in (Verdict.FINISHED, Verdict.TOO_LONG):
            self._at = now
