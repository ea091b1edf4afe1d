"""Our own messages over a WebSocket: sound goes in all the time, what happens and our voice come out.

docs/rooms.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assistant.audio.frames import Samples
from assistant.errors import AssistantError, FrameError
from assistant.events import Event, PartialTranscript, ReplyText, Transcript, TurnFailed, Understood
from assistant.rooms.feed import Feed, Intake
from assistant.rooms.room import Room, Rooms
from assistant.rooms.waiting import until_played, until_woken
from assistant.settings import SAMPLE_RATE
from assistant.turn import Turn

Send = Callable[[Mapping[str, object] | bytes], None]


class TalkDialect:
    """One device. `run` belongs to a thread of its own, the rest to the connection."""

    def __init__(self, rooms: Rooms, room: Room, wishes: Mapping[str, Any], send: Send) -> None:
        """`wishes`: `sample_rate` of what is sent, `wake` for starting with the wake phrase, `voice` for
        hearing us. Raises FrameError."""
        self._rooms, self._room, self._send = rooms, room, send
        self._rate = wishes.get("sample_rate", SAMPLE_RATE)
        self._wake, self._voice = wishes.get("wake", False), wishes.get("voice", True)
        if not isinstance(self._wake, bool) or not isinstance(self._voice, bool):
            raise FrameError("wake and voice are true or false")
        self._intake = Intake()
        self.feed = Feed()
        self._silenced = False

    def hear(self, pcm: bytes) -> None:
        """Raises SoundFormatError."""
        self.feed.put(self._intake.samples(pcm, rate=self._rate))

    def take(self, wish: Mapping[str, Any]) -> Callable[[], None] | None:
        """What the device says beside sound; the answer is work for a thread. Raises FrameError."""
        if wish.get("stop"):
            self._silenced = True
            self._room.hush()
            self._send({"event": "silenced"})
        elif wish.get("played"):
            self._room.playing.played()
        elif wish.get("eof"):
            self.feed.end()
        elif isinstance(wish.get("text"), str):
            text = str(wish["text"])
            return lambda: self._ended(self._room.read(text, self._tell, self._speaker()))
        else:
            raise FrameError("the message says nothing that is known")
        return None

    def run(self) -> None:
        """Turn after turn, until the sound ends. Raises Withdrawn when the device is gone."""
        asked = False
        while not self.feed.is_over:
            if self._wake and not asked:
                if until_woken(self._rooms.desk, self.feed) is None:
                    return
                self._send({"event": "woken"})
            asked = self._turn()
            until_played(self._room.playing, self.feed)

    def _turn(self) -> bool:
        """Whether a question of ours waits for its answer."""
        waits_for = self._room.conversation.asked
        self._send({"event": "listening", "expects": waits_for.value if waits_for else None})
        try:
            turn = self._room.converse(
                self.feed,
                self._tell,
                self._speaker(),
                on_voice=lambda speaking: self._send({"event": "voice", "speaking": speaking}),
            )
        except AssistantError as error:
            self._send(failure(error))
            return False
        if turn is None:
            return False
        self._ended(turn)
        return self._room.conversation.asked is not None

    def _ended(self, turn: Turn) -> None:
        stages = {name: round(value, 1) for name, value in turn.stages.items()}
        self._send({"event": "ended", "stages": stages})

    def _speaker(self) -> Callable[[Samples, int], None] | None:
        self._silenced = False
        return self._say if self._voice else None

    def _say(self, sound: Samples, rate: int) -> None:
        if not self._silenced:
            self._send({"event": "audio", "rate": rate, "samples": len(sound)})
            self._send(sound.astype("<i2").tobytes())

    def _tell(self, event: Event) -> None:
        told = _told(event)
        if told is not None:
            self._send(told)


def _told(event: Event) -> Mapping[str, object] | None:
    if isinstance(event, PartialTranscript):
        return {"event": "partial", "text": event.text}
    if isinstance(event, Transcript):
        return {"event": "transcript", "text": event.text}
    if isinstance(event, Understood):
        return {"event": "understood", "intent": event.intent, "confidence": round(event.confidence, 3)}
    if isinstance(event, ReplyText):
        return {"event": "reply", "screen": event.screen, "speech": event.speech, "response": event.response}
    if isinstance(event, TurnFailed):
        return {"event": "failed", "code": event.code, "say": event.say, "remedy": event.remedy}
    return None


def failure(error: AssistantError) -> Mapping[str, object]:
    """For every device that sends what cannot be worked with."""
    return {"event": "error", "code": error.code, "say": error.say, "remedy": error.remedy}
