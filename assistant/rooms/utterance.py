"""One request out of a stream that does not end: from the first voice to the end of the turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from assistant.asr.endpoint import EndOfTurn, Pace, Verdict
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples, in_chunks
from assistant.conversation import Withdrawn
from assistant.live.hearing import HeardTurn
from assistant.live.recent import RecentSound

_LEAD = 0.4
"""Seconds before the first voice that are heard with it: a soft consonant comes before what counts."""


class Utterance:
    """Iterated once, by the recogniser; `text` is set to its words so far. The rules are the live loop's."""

    def __init__(
        self,
        sound: Iterable[Samples],
        rules: EndOfTurn,
        pace: Pace,
        makes_sense: Callable[[str], bool],
        *,
        on_voice: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_voice` is told when somebody begins to speak, and when it is over."""
        self._sound, self._pace, self._makes_sense = sound, pace, makes_sense
        self._on_voice, self._clock = on_voice, clock
        self._hearing = HeardTurn(0.0, rules)
        self.began = clock()
        """When the first voice was heard, on the clock."""

    @property
    def text(self) -> str:
        return self._hearing.text

    @text.setter
    def text(self, text: str) -> None:
        self._hearing.text = text

    def __iter__(self) -> Iterator[Samples]:
        """Raises Withdrawn when nobody says anything, and when the sound does."""
        voice, recent, heard = VoiceActivity(), RecentSound(), False
        patience = self._hearing.rules.pauses.patience
        for chunk in in_chunks(self._sound):
            voice.feed(chunk)
            if voice.started is None and not heard:
                recent.add(chunk)
                if voice.now >= patience:
                    raise Withdrawn
                continue
            if not heard and voice.started is not None:
                heard = True
                recent.add(chunk)
                self.began = self._clock() - (voice.now - voice.started)
                self._on_voice(True)
                yield from recent.last(voice.now - voice.started + _LEAD)
            else:
                yield chunk
            verdict = self._hearing.verdict(voice, self._pace, self._makes_sense)
            if verdict is Verdict.NO_WORDS:
                voice.forget()
                if voice.now >= patience:
                    raise Withdrawn
            elif verdict is not Verdict.GO_ON:
                break
        else:
            if not heard:  # the recogniser decides whether there was anything
                yield from recent.last(patience)
        self._on_voice(False)
