"""A room in virtual time: a person, a microphone, a loudspeaker and what its sound does between the walls.

The live loop is the real one, and so are recogniser, dialogue, bank and voice; only the clock is not. A
second takes what its computing takes, and the same sounds give the same turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.signal import fftconvolve

from assistant.asr.hearing import Hearing
from assistant.audio.frames import Converter, Samples
from assistant.audio.player import Player
from assistant.conversation import Conversation
from assistant.events import Event, Observer, Transcript
from assistant.live.loop import LiveLoop
from assistant.live.manner import Manner, State
from assistant.live.spotting import spotters
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk
from assistant.tts.synthesiser import Speech

STEP = 512 * 2
"""Samples fed at a time, as a microphone does."""
OUT_RATE = 22_050
E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class EchoPath:
    """From loudspeaker to microphone."""

    gain: float
    """dB."""
    delay: float
    """Seconds."""
    reverberation: float = 0.4
    """Seconds until it is 60 dB softer."""

    def response(self, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """Impulse response at 16 kHz: the direct sound and a tail of noise that decays, 10 dB below it."""
        start, tail = round(self.delay * SAMPLE_RATE), round(self.reverberation * SAMPLE_RATE)
        response = np.zeros(start + tail + 1, np.float32)
        decay = 10 ** (-3 * np.arange(tail) / tail)
        noise = np.random.default_rng(seed).normal(0, 1, tail) * decay
        response[start + 1 :] = noise * 10 ** (-10 / 20) / np.sqrt(np.square(noise).sum())
        response[start] = 1.0
        return response * np.float32(10 ** (self.gain / 20))


def hearing_of(desk: Desk) -> Hearing:
    """Raises TypeError for a desk that was opened without."""
    if desk.hearing is None:
        raise TypeError("no hearing")
    return desk.hearing


def prepared(
    desk: Desk, name: str, observer: Observer, on_speech: Callable[[Speech], None], asked: str, tells: str
) -> Conversation:
    """A conversation in which `asked` was typed and answered already, on the screen; `tells`: a request whose
    answer is what it has to tell unasked."""
    silent = True

    def say(speech: Speech) -> None:
        if not silent:
            on_speech(speech)

    conversation = desk.conversation(name=name, observers=[observer], on_speech=say)
    if asked:
        conversation.read(asked)
    silent = False
    if tells:
        conversation.tell_news = lambda: conversation.read(tells)  # type: ignore[method-assign] # news made up
    return conversation


class Room:
    """`say` puts sound into the air, `run` lets time pass; `events` is what happened."""

    def __init__(
        self,
        desk: Desk,
        manner: Manner,
        *,
        echo: EchoPath | None = None,
        noise_dbfs: float | None = -70.0,
        seed: int = 0,
        asked: str = "",
        tells: str = "",
    ) -> None:
        """`asked`, `tells`: see `prepared`."""
        self.events: list[tuple[float, Event]] = []
        self.now = 0.0
        self.player = Player(OUT_RATE)
        self.played: list[Samples] = []
        self._converter = Converter(OUT_RATE, 1)
        self._out_due = 0.0
        self._air = np.zeros(0, np.float32)
        self._noise = None if noise_dbfs is None else 32768 * 10 ** (noise_dbfs / 20)
        self._random = np.random.default_rng(seed)
        self._response = echo.response(seed) if echo else None
        wake, halt = spotters(hearing_of(desk), manner.wake_phrase)
        self.loop = LiveLoop(
            lambda observer, on_speech: prepared(
                desk, f"room-{seed}-{id(self)}", observer, on_speech, asked, tells
            ),
            self.player,
            manner,
            observers=[self._note],
            wake=wake,
            halt=halt,
            clock=lambda: self.now,
            step_by_step=True,
        )

    def say(self, sound: Samples, after: float = 0.0) -> float:
        """Put a sound into the air, beginning so many seconds from now; the second at which it ends."""
        start = round(after * SAMPLE_RATE)
        self._mix(sound.astype(np.float32), start)
        return self.now + (start + len(sound)) / SAMPLE_RATE

    def run(self, seconds: float = 60.0, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; whether `until` came true."""
        end = self.now + seconds
        while self.now < end:
            self._step()
            if until():
                return True
        return False

    def settle(self) -> None:
        """Until the assistant has said everything and nothing is in the air."""
        busy = (State.HEARING, State.THINKING, State.SPEAKING)
        self.run(
            90, until=lambda: self.loop.state not in busy and not self.player.playing and not self._air.any()
        )

    def drop_air(self) -> None:
        """Whatever was still to be heard is not."""
        self._air = np.zeros(0, np.float32)

    def has(self, kind: type[Event]) -> bool:
        return bool(self.of(kind))

    def speaks(self) -> bool:
        return self.loop.state is State.SPEAKING

    def of(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.events if isinstance(event, kind)]

    @property
    def heard(self) -> list[str]:
        return [event.text for _, event in self.events if isinstance(event, Transcript) and event.text]

    def close(self) -> None:
        self.loop.close()

    def _step(self) -> None:
        self._out_due += STEP * OUT_RATE / SAMPLE_RATE
        count = int(self._out_due)
        self._out_due -= count
        out = self.player.take(count)
        self.played.append(out)
        if self._response is not None:
            sent = self._converter.feed(out).astype(np.float32)
            if sent.any():
                self._mix(fftconvolve(sent, self._response), 0)
        heard = np.zeros(STEP, np.float32)
        part = self._air[:STEP]
        heard[: len(part)] = part
        self._air = self._air[STEP:]
        if self._noise is not None:
            heard += self._random.normal(0, self._noise, STEP).astype(np.float32)
        self.now += STEP / SAMPLE_RATE
        self.loop.feed(np.clip(heard, -32768, 32767).astype(np.int16), self.now)

    def _mix(self, sound: np.ndarray[tuple[int], np.dtype[np.float32]], start: int) -> None:
        if len(self._air) < start + len(sound):
            self._air = np.pad(self._air, (0, start + len(sound) - len(self._air)))
        self._air[start : start + len(sound)] += sound

    def _note(self, event: Event) -> None:
        self.events.append((self.now, event))
