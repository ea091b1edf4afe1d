"""The face of the live loop: what it does, how loud it is, what it hears, and what went wrong with sound."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from assistant.audio.duplex import Counters
from assistant.cli.console import plain
from assistant.cli.turns import TurnPrinter
from assistant.events import (
    DeviceNotice,
    Event,
    FirstSound,
    Interrupted,
    LoopState,
    PartialTranscript,
    TurnEnded,
    TurnStarted,
)
from assistant.live.loop import LiveLoop

_QUIET, _LOUD = -60.0, -6.0
"""dBFS at the two ends of the meter."""
_WIDTH = 24
KEYS = "space talk · s stop · m mute · q quit"


class LiveScreen:
    """Observes the loop. At a terminal it draws the last lines anew ten times a second; elsewhere it prints
    a line when something happens."""

    def __init__(self, console: Console, how_to_begin: str) -> None:
        self._console = console
        self._how_to_begin = how_to_begin
        self._printer = TurnPrinter(console, silence=False)
        self._state = ""
        self._partial = ""
        self.loop: LiveLoop | None = None
        self.counters = Counters()

    def live(self) -> Live:
        """The part that is drawn anew, as a context."""
        return Live(console=self._console, get_renderable=self.render, refresh_per_second=10, transient=True)

    def __call__(self, event: Event) -> None:
        self._printer(event)
        if isinstance(event, PartialTranscript):
            self._partial = event.text
        elif isinstance(event, TurnStarted | TurnEnded):
            self._partial = ""
        elif isinstance(event, LoopState):
            self._state = event.state
            if event.state == "muted":
                self._line("[yellow]The microphone is muted.[/]")
        elif isinstance(event, Interrupted):
            self._line(f"[dim]Silenced by {plain(event.by)}. Say “go on” for the rest.[/]")
        elif isinstance(event, DeviceNotice):
            what = "is there again." if event.there else "went away. I go on when it is back."
            self._line(f"[yellow]{plain(event.name)} {what}[/]")
        elif isinstance(event, FirstSound):
            waited = event.latency
            stages = " · ".join(f"{name} {ms:.0f}" for name, ms in waited.items() if name != "total")
            self._line(f"[dim]first sound {waited['total']:.0f} ms after your last word ({stages})[/]")

    def render(self) -> RenderableType:
        loop = self.loop
        level = loop.level if loop else _QUIET
        state = "muted" if loop and loop.muted else self._state
        shown = {
            "asleep": self._how_to_begin,
            "open": "I am listening.",
            "hearing": self._partial or "…",
            "thinking": self._partial or "One moment.",
            "speaking": "Speaking; “stop” or s silences me.",
            "muted": "Muted; m opens the microphone.",
        }.get(state, self._how_to_begin)
        style = {"hearing": "bold", "muted": "yellow"}.get(state, "")
        return Group(
            Text.assemble(_meter(level), "  ", (shown, style), no_wrap=True, overflow="ellipsis"),
            Text(f"{KEYS}{self._troubles()}", style="dim", no_wrap=True, overflow="ellipsis"),
        )

    def _troubles(self) -> str:
        counted = (
            ("overflow", self.counters.overflows),
            ("underflow", self.counters.underflows),
            ("reconnection", self.counters.recoveries),
        )
        told = [f"{count} {name}{'s' * (count > 1)}" for name, count in counted if count]
        if self.counters.lost_seconds:
            told.append(f"{self.counters.lost_seconds:.1f} s lost")
        return "".join(f" · {each}" for each in told)

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)


def _meter(level: float) -> tuple[str, str]:
    share = min(max((level - _QUIET) / (_LOUD - _QUIET), 0.0), 1.0)
    filled = round(share * _WIDTH)
    colour = "red" if share >= 1 else "green"
    return "▮" * filled + "▯" * (_WIDTH - filled), colour
