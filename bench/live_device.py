"""The live loop at a real PortAudio device: a PulseAudio server of our own, recordings played in real time.

What is played into its microphone passes the sound system, and so do our answers; waits count both ways.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.audio.devices import rescan
from assistant.audio.duplex import Duplex
from assistant.audio.frames import Samples
from assistant.audio.player import Player
from assistant.events import DeviceNotice, Event, FirstSound, Interrupted, Transcript
from assistant.live.loop import LiveLoop
from assistant.live.manner import Manner, State
from assistant.live.spotting import spotters
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk
from bench.live_room import OUT_RATE, hearing_of, prepared
from bench.measure import Row, at_most, found_of, percentile
from tests.audio_io.pulse import SoundCard, sound_card, why_not

_LOUD = -45.0
"""dBFS from which a chunk of the microphone is speech; nothing else is in the air."""
_PATIENCE = 12.0
"""Seconds until a turn counts as not answered."""


class Place:
    """A desk at a sound card; every turn is a conversation of its own."""

    def __init__(self, desk: Desk, card: SoundCard) -> None:
        self.card = card
        self.events: list[Event] = []
        self.player = _Heard(OUT_RATE)
        self.sound = Duplex(None, None, self.player, on_notice=self._notice)
        self.loud_at = 0.0
        """When somebody was last heard in the air, monotonic."""
        self._desk = desk
        self._lock = threading.Lock()
        self._turns = 0
        self._loop: LiveLoop | None = None
        self._thread = threading.Thread(target=self._hear, daemon=True)

    def __enter__(self) -> Place:
        self.sound.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.sound.stop()
        self._thread.join(10)
        self.sound.__exit__(None, None, None)
        if self._loop is not None:
            self._loop.close()

    def fresh(self, manner: Manner, *, asked: str = "", tells: str = "") -> LiveLoop:
        """A conversation of its own, in which `asked` was typed and answered; `tells`: said unasked."""
        self._turns += 1
        name = f"device-{self._turns}"
        self.player.hush()
        _, halt = spotters(hearing_of(self._desk), None)
        time.sleep(0.1)  # until the loop before has taken what was played: it is no echo of this one
        loop = LiveLoop(
            lambda observer, on_speech: prepared(self._desk, name, observer, on_speech, asked, tells),
            self.player,
            manner,
            observers=[self.events.append],
            halt=halt,
        )
        loop.latency.way_out = self.sound.way_out
        with self._lock:
            before, self._loop = self._loop, loop
            self.events.clear()
        if before is not None:
            before.close()
        return loop

    def until(self, true: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def has(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in list(self.events))

    def speaks(self) -> bool:
        return self._loop is not None and self._loop.state is State.SPEAKING

    def ask(self, sound: Samples, *, asked: str = "") -> FirstSound | None:
        """One turn, up to the first sound of its answer."""
        self.fresh(Manner(always_open=True), asked=asked)
        self.card.speak_into(sound, SAMPLE_RATE)
        self.until(lambda: self.has(FirstSound))
        return next((event for event in list(self.events) if isinstance(event, FirstSound)), None)

    def _hear(self) -> None:
        for chunk in self.sound.frames():
            with self._lock:
                if self._loop is None:
                    continue
                if chunk is None:
                    self._loop.lost()
                    continue
                self._loop.feed(*chunk)
                if self._loop.level > _LOUD:
                    self.loud_at = chunk[1]

    def _notice(self, name: str, there: bool) -> None:
        self.events.append(DeviceNotice(time.monotonic(), name, there))


class _Heard(Player):
    """Knows when it was last heard."""

    sounded_at = 0.0

    def take(self, count: int) -> Samples:
        out = super().take(count)
        if np.abs(out.astype(int)).max(initial=0) > 100:
            self.sounded_at = time.monotonic()
        return out


@contextmanager
def at_a_device(desk: Desk, *modules: str, **devices: str) -> Iterator[Place]:
    """PulseAudio with `modules` beside the null sinks, and the desk at its devices. Raises RuntimeError where
    it cannot be."""
    if why_not():
        raise RuntimeError(why_not())
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="pulse") as folder, sound_card(Path(folder)) as card:
        for module in modules:
            card.call("load-module", *module.split())
        names = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_SERVER", "PULSE_SINK", "PULSE_SOURCE")
        os.environ.update({**{name: card.environment[name] for name in names}, **devices})
        try:
            rescan()
            with Place(desk, card) as place:
                yield place
        finally:
            os.environ.clear()
            os.environ.update(before)


def latency(desk: Desk, commands: Sequence[Samples], yes_no: Sequence[tuple[str, Samples]]) -> list[Row]:
    """`yes_no`: what is typed to be asked, and the answer."""
    with at_a_device(desk) as place:
        place.ask(commands[0])  # warm
        asked = [place.ask(sound) for sound in commands]
        answered = [place.ask(sound, asked=text) for text, sound in yes_no]
        lost = place.sound.counters
    turns, answers = ([turn.latency for turn in each if turn is not None] for each in (asked, answered))
    totals = [turn["total"] for turn in turns]
    computing = [turn["total"] - turn["wait"] - turn["play"] for turn in turns]
    waits = [turn["wait"] for turn in turns]
    play = [turn["play"] for turn in turns]
    rows = [
        found_of("at a device: commands answered", len(turns), len(commands), 1.0),
        at_most(f"last word → first sound, {len(turns)} commands, p50", percentile(totals, 50), 700, "ms"),
        at_most("the same, p95", percentile(totals, 95), 1000, "ms"),
        at_most("of this computing, p50", percentile(computing, 50), 150, "ms"),
        Row("of this until it is sure that it was all, p50", f"{percentile(waits, 50):.0f} ms"),
        Row("of this on the way out, p50", f"{percentile(play, 50):.0f} ms"),
        Row("sound lost, underflows", f"{lost.lost_seconds:.1f} s, {lost.underflows}"),
    ]
    if answers:
        yes = [turn["total"] for turn in answers]
        rows += [
            found_of("lone yes and no at the prompt, at a device", len(answers), len(yes_no), 0.98),
            at_most("last word of it → first sound, p50", percentile(yes, 50), 550, "ms"),
            Row("the same, p95", f"{percentile(yes, 95):.0f} ms"),
        ]
    return rows


def silence(desk: Desk, words: Sequence[Samples], tells: str) -> list[Row]:
    """A word over a long answer, until nothing of ours is in the air."""
    waits: list[float] = []
    with at_a_device(desk) as place:
        for word in words:
            loop = place.fresh(Manner(always_open=True), tells=tells)
            loop.tell_news()
            place.until(place.speaks)
            time.sleep(1.0)
            place.card.speak_into(word, SAMPLE_RATE)
            if place.until(lambda: place.has(Interrupted), 1.0):
                time.sleep(0.1)
                waits.append((place.player.sounded_at + place.sound.way_out - place.loud_at) * 1000)
    return [
        found_of("“stop”, “wait” heard at a device", len(waits), len(words), 1.0),
        at_most("the same → silence, longest", max(waits, default=9999), 200, "ms"),
    ]


def pulled(desk: Desk, sound: Samples, count: int) -> list[Row]:
    """Both devices go away while somebody speaks, come back, and the next request is answered."""
    recovered = answered = halves = 0
    with at_a_device(desk) as place:
        for _ in range(count):
            place.fresh(Manner(always_open=True))
            speaker = threading.Thread(target=_spoken_in_vain, args=(place.card, sound))
            speaker.start()
            time.sleep(1.3)
            place.card.pull_out()
            place.until(lambda: place.has(DeviceNotice))
            place.card.plug_in()
            recovered += place.until(
                lambda: any(isinstance(event, DeviceNotice) and event.there for event in list(place.events))
            )
            speaker.join()
            halves += place.has(Transcript)
            answered += place.ask(sound) is not None
    return [
        found_of("devices pulled out in mid-turn: recoveries", recovered, count, 1.0),
        found_of("requests answered after it", answered, count, 1.0),
        at_most("half requests taken for whole ones", halves, 0),
    ]


def _spoken_in_vain(card: SoundCard, sound: Samples) -> None:
    try:
        card.speak_into(sound, SAMPLE_RATE)
    except subprocess.SubprocessError:
        return  # the device went away


def duplex(desk: Desk, voice: Samples, tells: str, count: int) -> list[Row]:
    """PulseAudio's echo cancellation between us and a loudspeaker that the microphone hears at −11 dB; any
    voice interrupts."""
    itself = heard = 0
    loopback = "module-loopback source=speaker.monitor sink=air latency_msec=60"
    cancelling = (
        "module-echo-cancel source_master=microphone sink_master=speaker source_name=without_echo "
        "sink_name=with_echo aec_method=webrtc "
        'aec_args="analog_gain_control=0 digital_gain_control=0 noise_suppression=0"'
    )
    devices = {"PULSE_SOURCE": "without_echo", "PULSE_SINK": "with_echo"}
    manner = Manner(always_open=True, full_duplex=True)
    with at_a_device(desk, loopback, cancelling, **devices) as place:
        place.card.call("set-sink-input-volume", "0", "65%")  # the loopback: 11 dB softer
        for _ in range(count):
            loop = place.fresh(manner, tells=tells)
            loop.tell_news()
            place.until(place.speaks)
            time.sleep(4.0)
            itself += place.has(Interrupted)
            place.card.speak_into(voice, SAMPLE_RATE)
            heard += place.until(lambda: place.has(Interrupted), 2.0)
    return [
        at_most(f"full duplex behind echo cancellation, {count} answers: interrupted by itself", itself, 0),
        found_of("a voice over them interrupts", heard, count, 1.0),
    ]
