"""One satellite's conversation, and all of them on one loaded desk."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from assistant.asr.endpoint import Pace
from assistant.audio.frames import Samples
from assistant.conversation import Withdrawn
from assistant.events import Event, Observer, PartialTranscript
from assistant.heard import Heard
from assistant.live.sounds import trimmed
from assistant.rooms.feed import Feed
from assistant.rooms.playing import Playing
from assistant.rooms.utterance import Utterance
from assistant.security.demands import Reach
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk
from assistant.tts.synthesiser import Speech
from assistant.turn import Turn

_LONGEST = 60.0
"""Seconds that are heard at once."""
_ROOMS = 256
"""Conversations that are kept; beyond that the one that was silent longest begins anew."""
_HEARD_FOR = 60.0
"""Seconds within which what was heard must be handed back to be answered."""
_HEARINGS = 128
"""That wait to be handed back; each holds its sound, some 100 kB. Home Assistant hands none back."""

Speaker = Callable[[Samples, int], None]
"""Takes a piece of our voice and its rate in Hz."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of a connection."""

    name: str
    reach: Reach = Reach.ALL
    has_name: bool = True
    """Else it is anybody on this computer, and each connection is a conversation of its own."""


@dataclass(frozen=True, slots=True)
class Listened:
    """Something heard that waits for being handed back."""

    heard: Heard
    shown: str
    """The text as it was given to the device: without codes."""
    began: float
    """When its sound began, monotonic."""
    caller: str


class Room:
    """One person, one device; requests are taken one after another, in the thread of whoever calls."""

    def __init__(self, desk: Desk, name: str, reach: Reach) -> None:
        self.playing = Playing()
        self.unheard = ""
        """What was cut off of the last reply."""
        self._desk = desk
        self._busy = threading.Lock()
        self._pace = Pace()
        self._observer: Observer = _nobody
        self._first = True
        self._speaker: Speaker | None = None
        self.conversation = desk.conversation(
            name=name, observers=[self._observe], on_speech=self._say, reach=reach
        )

    @property
    def is_busy(self) -> bool:
        return self._busy.locked()

    def converse(
        self,
        sound: Iterable[Samples],
        observer: Observer,
        speaker: Speaker | None,
        *,
        on_voice: Callable[[bool], None] = lambda _: None,
    ) -> Turn | None:
        """Hear one request out of a stream that goes on, and answer it; None when nobody said anything, and
        when the sound raised Withdrawn. Raises StoreError."""
        try:
            utterance = self._begun(sound, on_voice)
        except Withdrawn:
            return None
        with self._busy:
            unheard = self.unheard
            turn = self._turn(
                lambda: self.conversation.hear(
                    utterance,
                    overlapped=lambda: self.playing.sounded_at(utterance.began),
                    reply_heard=self._was_heard,
                    unheard=unheard,
                    awaited=lambda: utterance.is_quiet,
                ),
                _following(utterance, observer),
                speaker,
            )
        return turn if turn.stages else None

    def listen_once(
        self, sound: Iterable[Samples], observer: Observer, caller: str, on_voice: Callable[[bool], None]
    ) -> Listened:
        """Only hear one request out of a stream that goes on. Raises Withdrawn, StoreError, and what
        `Conversation.listen` does."""
        utterance = self._begun(sound, on_voice)
        with self._busy:
            following = _following(utterance, observer)
            return self._listened(utterance, following, lambda: utterance.is_quiet, utterance.began, caller)

    def listen(self, sound: Feed, observer: Observer, began: float, caller: str) -> Listened:
        """Only hear, to the end of the sound, or of the longest that anybody says at once. Raises what
        `Conversation.listen` does."""
        with self._busy:
            return self._listened(_at_most(sound, _LONGEST), observer, lambda: sound.has_ended, began, caller)

    def take(self, listened: Listened, observer: Observer, speaker: Speaker | None) -> Turn:
        """Answer what was heard before."""
        with self._busy:
            overlapped = self.playing.sounded_at(listened.began)
            return self._turn(
                lambda: self.conversation.take(
                    listened.heard, overlapped=overlapped, reply_heard=self._was_heard
                ),
                observer,
                speaker,
            )

    def read(self, text: str, observer: Observer, speaker: Speaker | None) -> Turn:
        """Answer words that came as text: nobody knows how surely they were heard."""
        with self._busy:
            return self._turn(lambda: self.conversation.take_unheard(text), observer, speaker)

    def speak(self, text: str, speaker: Speaker) -> None:
        """Say any text. Raises NoVoiceError, SpeakingError."""
        synthesiser = self._desk.synthesiser
        if synthesiser is None:
            assert self._desk.voice_problem is not None  # noqa: S101 - there is one or the other
            raise self._desk.voice_problem
        for number, speech in enumerate(synthesiser.sentences(text)):
            self._hand_on(speech, speaker, first=number == 0)
        self.playing.sent_all(text)

    def hush(self) -> None:
        """Whoever listens has heard enough; from any thread."""
        self.unheard = self.playing.cut()

    # --- inside ----------------------------------------------------------------------------------

    def _begun(self, sound: Iterable[Samples], on_voice: Callable[[bool], None]) -> Utterance:
        """Nobody else has to wait while somebody may or may not begin to speak."""
        utterance = Utterance(sound, self._pace, self.conversation, on_voice=on_voice)
        utterance.wait()
        return utterance

    def _was_heard(self) -> bool:
        """The reply before, by whichever server gave it: known once the turn has begun."""
        return self.playing.is_whole(self.conversation.said_last)

    def _listened(
        self,
        sound: Iterable[Samples],
        observer: Observer,
        awaited: Callable[[], bool],
        began: float,
        caller: str,
    ) -> Listened:
        self._observer = observer
        try:
            heard = self.conversation.listen(sound, awaited=awaited)
        finally:
            self._observer = _nobody
        return Listened(heard, self.conversation.shown(heard.text), began, caller)

    def _turn(self, take: Callable[[], Turn], observer: Observer, speaker: Speaker | None) -> Turn:
        self._observer, self._speaker, self._first = observer, speaker, True
        try:
            turn = take()
        finally:
            self._observer, self._speaker = _nobody, None
        text = said(turn)
        if turn.stages:  # else it was withdrawn, and the reply before still stands
            self.unheard = ""
            self.playing.replied(text)
            if speaker is not None and turn.speech is not None:
                self.playing.sent_all(text)
        return turn

    def _observe(self, event: Event) -> None:
        self._observer(event)

    def _say(self, speech: Speech) -> None:
        if self._speaker is not None:
            self._hand_on(speech, self._speaker, first=self._first)
            self._first = False

    def _hand_on(self, speech: Speech, speaker: Speaker, *, first: bool) -> None:
        sound = trimmed(speech, first=first)
        self.playing.sent(len(sound) / speech.sample_rate, speech.text)
        speaker(sound, speech.sample_rate)


def said(turn: Turn) -> str:
    """What a turn ended with, as it is to be said."""
    failure = turn.failure
    return failure.say if failure else " ".join(reply.speech for reply in turn.replies)


def _at_most(sound: Iterable[Samples], seconds: float) -> Iterator[Samples]:
    """What is heard is kept for a second hearing, so it is not to go on for ever."""
    left = round(seconds * SAMPLE_RATE)
    for chunk in sound:
        yield chunk
        left -= len(chunk)
        if left <= 0:
            return


def _following(utterance: Utterance, observer: Observer) -> Observer:
    """The end of the turn depends on the words so far."""

    def observe(event: Event) -> None:
        if isinstance(event, PartialTranscript):
            utterance.text = event.text
        observer(event)

    return observe


def _nobody(_event: Event) -> None:
    """Between turns nobody looks on."""


class Rooms:
    """All conversations on one desk. May be used from several threads."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lock = threading.Lock()
        self._rooms: dict[tuple[str, str], Room] = {}
        self._heard: dict[str, Listened] = {}

    def room(self, caller: Caller, key: str = "") -> Room:
        """The conversation of a caller; `key` tells several of its own apart."""
        with self._lock:
            room = self._rooms.pop((caller.name, key), None)
            if room is None:
                room = Room(self.desk, f"room:{caller.name}/{key}", caller.reach)
            self._rooms[caller.name, key] = room
            while len(self._rooms) > _ROOMS:
                self._rooms.pop(next(iter(self._rooms)))
            return room

    def leave(self, caller: Caller, key: str) -> None:
        """Nobody comes back to it."""
        with self._lock:
            room = self._rooms.pop((caller.name, key), None)
        if room is not None:
            self.desk.forget(room.conversation)

    def keep(self, listened: Listened) -> str:
        """Until it is handed back; the answer is a key to it, which nobody can guess."""
        key = secrets.token_urlsafe(16)
        old = time.monotonic() - _HEARD_FOR
        with self._lock:
            self._heard = {each: kept for each, kept in self._heard.items() if kept.began > old}
            self._heard[key] = listened
            while len(self._heard) > _HEARINGS:
                self._heard.pop(next(iter(self._heard)))
        return key

    def handed_back(self, key: object, text: str, caller: Caller) -> Listened | None:
        """What was heard under that key, once, soon, by the same caller and in the same words."""
        with self._lock:
            listened = self._heard.pop(key, None) if isinstance(key, str) else None
        if listened is None or listened.caller != caller.name or listened.shown != text:
            return None
        return listened if time.monotonic() - listened.began < _HEARD_FOR else None
