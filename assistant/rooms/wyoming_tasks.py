"""What a Wyoming client can ask for, in the thread of its connection."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.tts import Synthesize
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detect, Detection, NotDetected

from assistant.audio.frames import Samples
from assistant.errors import SilentRecordingError
from assistant.events import Event as TurnEvent
from assistant.events import PartialTranscript, ReplyText, TurnFailed
from assistant.events import Transcript as WhatWasHeard
from assistant.rooms.feed import Feed
from assistant.rooms.room import Caller, Listened, Room, Rooms, said
from assistant.rooms.waiting import until_played, until_woken
from assistant.rooms.wyoming_info import WAKE
from assistant.turn import Turn

_PIECE = 2048
"""Samples of our voice in one event: 93 ms."""
_PLACES = ("satellite_id", "device_id", "conversation_id")
"""Names under which a client tells where a request comes from, the steadiest first (Home Assistant's)."""
HEARD = "heard"
"""Among the context of a transcript: hand it back with the text, and it counts as heard here."""

Send = Callable[[Event], None]


class Tasks:
    """For one connection; used by its one thread, but for `played`."""

    def __init__(self, rooms: Rooms, caller: Caller, send: Send) -> None:
        self._rooms, self._caller, self._send = rooms, caller, send
        self._own = secrets.token_hex(8)
        # Who has a name goes on with the conversation that was had before.
        self._key = "" if caller.has_name else self._own
        self._listened: Listened | None = None

    def transcribe(self, feed: Feed, context: Mapping[str, object], began: float) -> None:
        """All of the sound, as words."""
        stream = _Streamed(self._send)
        room = self._room(context)
        if room.is_busy:  # with another stream of a client that has several satellites
            room = self._rooms.room(self._caller, self._own)
        try:
            listened = room.listen(feed, stream, began, self._caller.name)
        except SilentRecordingError:
            stream.finish("")
            self._send(Transcript("").event())
            return
        self._listened = listened
        stream.finish(listened.shown)
        self._send(
            Transcript(
                listened.shown,
                context={**context, HEARD: self._rooms.keep(listened)},
                language=self._rooms.desk.settings.language,
            ).event()
        )

    def handle(self, text: str, context: Mapping[str, object]) -> None:
        """A text is answered with text. It counts as heard where its sound came this way."""
        listened = self._rooms.handed_back(context.get(HEARD), text, self._caller)
        if listened is None and self._listened is not None and self._listened.shown == text:
            listened = self._listened
        self._listened = None
        room = self._room(context)
        turn = room.read(text, _nothing, None) if listened is None else room.take(listened, _nothing, None)
        self._answer(turn, context)

    def synthesize(self, text: str, context: Mapping[str, object]) -> None:
        self._speaking(lambda voice: self._room(context).speak(text, voice.say))

    def detect(self, feed: Feed) -> None:
        """Wait for the wake phrase; once."""
        if not self._woken(feed):
            self._send(NotDetected().event())

    def pipeline(self, wanted: RunPipeline, feed: Feed) -> None:
        """What a satellite is there for: from the wake phrase, or from speech, to our voice."""
        stage = wanted.start_stage
        while True:
            if stage is PipelineStage.WAKE:
                self._send(Detect().event())
                if not self._woken(feed) or wanted.end_stage is PipelineStage.WAKE:
                    return
            asked = self._one_turn(feed, wanted.end_stage)
            if not wanted.restart_on_end or feed.is_over:
                return
            until_played(self._room({}).playing, feed)
            stage = PipelineStage.ASR if asked else wanted.start_stage

    def close(self) -> None:
        """The connection is over."""
        self._rooms.leave(self._caller, self._own)

    def played(self) -> None:
        """The device is through with what it was sent."""
        self._room({}).playing.played()

    # --- parts -----------------------------------------------------------------------------------

    def _room(self, context: Mapping[str, object]) -> Room:
        place = next((str(context[each]) for each in _PLACES if context.get(each)), self._key)
        return self._rooms.room(self._caller, place)

    def _woken(self, feed: Feed) -> bool:
        after = until_woken(self._rooms.desk, feed)
        if after is not None:
            self._send(Detection(WAKE, timestamp=round(after * 1000)).event())
        return after is not None

    def _one_turn(self, feed: Feed, last: PipelineStage) -> bool:
        """Whether a question of ours waits for its answer."""
        room = self._room({})
        self._send(Transcribe(language=self._rooms.desk.settings.language).event())

        def tell_voice(speaking: bool) -> None:
            self._send(VoiceStarted().event() if speaking else VoiceStopped().event())

        voice = _Voice(self._send)

        def observe(event: TurnEvent) -> None:
            if isinstance(event, WhatWasHeard):
                self._send(Transcript(event.text).event())
            elif isinstance(event, ReplyText):
                voice.text = f"{voice.text} {event.speech}".strip()
            elif isinstance(event, TurnFailed):
                voice.text = event.say

        if last is PipelineStage.ASR:
            self._listened = room.listen_once(feed, observe, self._caller.name, tell_voice)
            return False
        speaker = voice.say if last is PipelineStage.TTS else None
        turn = room.converse(feed, observe, speaker, on_voice=tell_voice)
        if turn is None:
            self._send(Error(SilentRecordingError.say, SilentRecordingError.code).event())
            return False
        if last is PipelineStage.TTS:
            voice.end()
        else:
            self._answer(turn, {})
        return room.conversation.asked is not None

    def _answer(self, turn: Turn, context: Mapping[str, object]) -> None:
        kept = {name: value for name, value in context.items() if name != HEARD} or None
        text = said(turn)
        if turn.failure is not None:
            self._send(NotHandled(text, context=kept).event())
        else:
            self._send(Handled(text, context=kept).event())

    def _speaking(self, speak: Callable[[_Voice], None]) -> None:
        voice = _Voice(self._send)
        try:
            speak(voice)
        finally:
            voice.end()


def _nothing(_event: TurnEvent) -> None:
    """The text alone is wanted."""


class _Voice:
    """Our voice as Wyoming's events, each sentence as soon as it is rendered."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False
        self.text = ""
        """What is going to be said, where the device does not know it yet."""

    def say(self, sound: Samples, rate: int) -> None:
        if not self._begun:
            self._begun = True
            if self.text:
                self._send(Synthesize(self.text).event())
            self._send(AudioStart(rate, 2, 1, timestamp=0).event())
        for start in range(0, len(sound), _PIECE):
            piece = sound[start : start + _PIECE].astype("<i2").tobytes()
            self._send(AudioChunk(rate, 2, 1, piece).event())

    def end(self) -> None:
        """Also of nothing: who asked waits for it."""
        self._send(AudioStop().event())


class _Streamed:
    """Words as they are heard: those that three others follow do not change any more, or seldom."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sent: list[str] = []

    def __call__(self, event: TurnEvent) -> None:
        if isinstance(event, PartialTranscript):
            self._go_on(event.text.split()[:-3])

    def finish(self, text: str) -> None:
        """The rest; where the beginning was heard differently at last, the transcript that follows has it."""
        if self._sent or text:
            self._go_on(text.split())
            self._send(TranscriptStop().event())

    def _go_on(self, words: list[str]) -> None:
        if len(words) <= len(self._sent) or words[: len(self._sent)] != self._sent:
            return
        fresh = " ".join(words[len(self._sent) :])
        if not self._sent:
            self._send(TranscriptStart().event())
        self._send(TranscriptChunk(f" {fresh}" if self._sent else fresh).event())
        self._sent = words
