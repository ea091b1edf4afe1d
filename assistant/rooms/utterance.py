"""One request out of a stream that does not end: from the first voice to the end of the turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from assistant.asr.endpoint import Pace, Pauses, Verdict
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples, in_chunks
from assistant.conversation import Conversation, Withdrawn
from assistant.live.hearing import HeardTurn
from assistant.live.recent import RecentSound

_PATIENCE = Pauses().patience
_LEAD = 0.4
"""Seconds before the first voice that are heard with it: a soft consonant comes before what counts."""


class Utterance:
    """Waited for, then iterated once, by the recogniser; `text` is set to its words so far. The rules are the
    live loop's."""

    def __init__(
        self,
        sound: Iterable[Samples],
        pace: Pace,
        conversation: Conversation,
        *,
        on_voice: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_voice` is told when somebody begins to speak, and when it is over."""
        self._sound, self._pace, self._conversation = iter(in_chunks(sound)), pace, conversation
        self._on_voice, self._clock = on_voice, clock
        self._voice, self._recent = VoiceActivity(), RecentSound()
        self.text = ""
        self.began = clock()
        """When the first voice was heard, on the clock."""

    @property
    def is_quiet(self) -> bool:
        """Nobody speaks just now: perhaps that was all."""
        return not self._voice.speaking

    def wait(self) -> None:
        """Until somebody speaks, or the sound ends. Raises Withdrawn when nobody does, or the sound does."""
        voice = self._voice
        for chunk in self._sound:
            voice.feed(chunk)
            self._recent.add(chunk)
            if voice.started is not None:
                self.began = self._clock() - (voice.now - voice.started)
                self._on_voice(True)
                return
            if voice.now >= _PATIENCE:
                raise Withdrawn

    def __iter__(self) -> Iterator[Samples]:
        """Within a turn, which knows what was asked. Raises Withdrawn when it held no words, and when the
        sound does."""
        voice = self._voice
        hearing = HeardTurn(0.0, self._conversation.end_of_turn(self._pace.pause))
        # Where no voice was found before the sound ended, the recogniser decides whether there was one.
        since = _PATIENCE if voice.started is None else voice.now - voice.started + _LEAD
        yield from self._recent.last(since)
        while True:
            hearing.text = self.text
            verdict = hearing.verdict(voice, self._pace, self._conversation.makes_sense)
            if verdict is Verdict.NO_WORDS:
                voice.forget()
                if voice.now >= _PATIENCE:
                    raise Withdrawn
            elif verdict is not Verdict.GO_ON:
                break
            chunk = next(self._sound, None)
            if chunk is None:
                break
            voice.feed(chunk)
            yield chunk
        self._on_voice(False)
