"""For people who speak: `listen`, the live loop; and `stats`, how long they waited."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from assistant.audio.cancelling import echo_is_cancelled
from assistant.audio.duplex import Duplex
from assistant.audio.player import Player
from assistant.cli.console import console, plain, print_failure
from assistant.cli.desk import open_desk
from assistant.cli.keys import pressed_keys
from assistant.cli.live_screen import LiveScreen
from assistant.cli.speaking import BundleOption
from assistant.conversation import Conversation
from assistant.errors import NoDeviceError
from assistant.events import DeviceNotice, Event, Observer, TurnEnded
from assistant.live.history import LatencyHistory
from assistant.live.loop import LiveLoop
from assistant.live.manner import Key, Manner
from assistant.live.spotting import spotters
from assistant.settings import SAMPLE_RATE, Settings
from assistant.startup import Desk
from assistant.tts.synthesiser import SAMPLE_RATE as VOICE_RATE
from assistant.tts.synthesiser import Speech

_KEYS = {" ": Key.TALK, "\n": Key.TALK, "s": Key.STOP, "\x1b": Key.STOP, "m": Key.MUTE}


def add_to(app: typer.Typer) -> None:
    for command in (listen, stats):
        app.command(rich_help_panel="Talk")(command)


def listen(
    practice: Annotated[
        bool, typer.Option("--practice", help="Talk to the practice bank, which is started for you.")
    ] = False,
    always_open: Annotated[
        bool, typer.Option("--open", help="Whatever is said is meant for the assistant.")
    ] = False,
    push_to_talk: Annotated[
        bool, typer.Option("--push-to-talk", "-p", help="Listen only after a key.")
    ] = False,
    full_duplex: Annotated[
        bool,
        typer.Option("--full-duplex", help="Any voice interrupts; for headphones or echo cancellation."),
    ] = False,
    device: Annotated[
        str | None, typer.Option("--device", help="Microphone, by (part of) its name or its number.")
    ] = None,
    speaker: Annotated[
        str | None, typer.Option("--speaker", help="Loudspeaker, by (part of) its name or its number.")
    ] = None,
    mute: Annotated[bool, typer.Option("--mute", help="Show the answers only.")] = False,
    turns: Annotated[int, typer.Option("--turns", min=0, help="Stop after so many turns; 0 goes on.")] = 0,
    bundle: BundleOption = None,
) -> None:
    """Talk through the microphone. Say "hello assistant" first, or press space; q or Ctrl-C ends it.

    To try it without a bank of your own: `assistant listen --practice`

    The wake phrase is a setting: ASSISTANT_WAKE_PHRASE="hey computer".
    """
    phrase = None if always_open or push_to_talk else Settings.from_environment().wake_phrase
    player = None if mute else Player(VOICE_RATE)
    with ExitStack() as stack:
        stack.enter_context(native_noise_hidden())
        # Sound is opened first: that there is none is better told before half a minute of loading.
        sound = Duplex(device, speaker, player)
        try:
            stack.enter_context(sound)
        except NoDeviceError:
            if player is None:
                raise
            sound = stack.enter_context(Duplex(device, None, None))  # a microphone alone will do
            console().print("[yellow]There is no loudspeaker; I show the answers only.[/]")
        desk = stack.enter_context(
            open_desk(practice=practice, speaking=player is not None, watch=True, bundles=bundle)
        )
        if desk.voice_problem is not None:
            print_failure(desk.voice_problem)
        no_echo = full_duplex or echo_is_cancelled(sound.microphone)
        manner = Manner(phrase, always_open=always_open, full_duplex=no_echo)
        _talk(desk, sound, player, manner, turns)


def _talk(desk: Desk, sound: Duplex, player: Player | None, manner: Manner, turns: int) -> None:
    begin = f"Say “{manner.wake_phrase}”, or press space." if manner.wake_phrase else "Press space to talk."
    screen = LiveScreen(console(), begin)
    screen.counters = sound.counters
    history = LatencyHistory(desk.settings.latency_history)
    history.shorten()
    done = _Turns(turns, sound)
    audible, mouth = player is not None, player or Player(VOICE_RATE)
    loop = _loop(desk, mouth, manner, [screen, history, done])
    loop.latency.way_out = sound.way_out
    sound.on_notice = lambda name, there: screen(DeviceNotice(time.monotonic(), name, there))
    screen.loop = loop

    def on_key(key: str) -> None:
        if key == "q":
            sound.stop()
        elif key in _KEYS:
            loop.press(_KEYS[key])

    live = screen.live() if console().is_terminal else nullcontext()
    try:
        with pressed_keys(on_key), live:
            sound.drop_waiting()
            console().print("I am listening." if manner.always_open else f"I am ready. {begin}")
            if desk.has_news:
                loop.tell_news()
            for chunk in sound.frames():
                if chunk is None:
                    loop.lost()
                    continue
                if not audible:
                    mouth.take(round(len(chunk[0]) * mouth.rate / SAMPLE_RATE))
                loop.feed(*chunk)
    finally:
        loop.close()


def _loop(desk: Desk, player: Player, manner: Manner, observers: list[Observer]) -> LiveLoop:
    """Warmed up: the first turn is as quick as the others."""
    if desk.hearing is None:
        raise TypeError("the desk was opened without hearing")
    desk.hearing.expecting(None)().transcribe([np.zeros(SAMPLE_RATE, np.int16)])
    if desk.synthesiser is not None:
        desk.synthesiser.render("I am listening.")

    def converse(observer: Observer, on_speech: Callable[[Speech], None]) -> Conversation:
        return desk.conversation(observers=[observer], on_speech=on_speech)

    wake, halt = spotters(desk.hearing, manner.wake_phrase)
    loop = LiveLoop(converse, player, manner, observers=observers, wake=wake, halt=halt)
    loop.warm_up()
    return loop


class _Turns:
    """Ends the loop after so many turns."""

    def __init__(self, wanted: int, sound: Duplex) -> None:
        self._left = wanted
        self._sound = sound

    def __call__(self, event: Event) -> None:
        if isinstance(event, TurnEnded) and event.stages and self._left:
            self._left -= 1
            if not self._left:
                self._sound.stop()


@contextmanager
def native_noise_hidden() -> Iterator[None]:
    """PortAudio writes its own trouble to standard error; what matters is told in our words.

    Python's own standard error goes on.
    """
    ours = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    before = sys.stderr
    try:
        with os.fdopen(os.dup(ours), "w", errors="replace", buffering=1) as stream:
            os.dup2(nowhere, 2)
            sys.stderr = stream
            yield
    finally:
        sys.stderr = before
        os.dup2(ours, 2)
        os.close(ours)
        os.close(nowhere)


def stats() -> None:
    """Show how long answers took: from the last word said to the first sound, p50 and p95 by stage.

    Only numbers are kept, of the last 5,000 turns of `assistant listen`.
    """
    history = LatencyHistory(Settings.from_environment().latency_history)
    stages = history.summary()
    if not stages:
        console().print("No turn was measured yet; talk to me with `assistant listen`.")
        return
    table = Table("turns", "stage", "p50", "p95", "count")
    for stage in stages:
        table.add_row(
            plain(stage.kind),
            plain(stage.name),
            f"{stage.p50:.0f} ms",
            f"{stage.p95:.0f} ms",
            f"{stage.turns}",
        )
    console().print(table)
