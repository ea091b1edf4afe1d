"""A turn as a person wants to read it: heard, understood, answered, milliseconds a stage."""

from __future__ import annotations

from rich.console import Console

from assistant.cli.console import plain
from assistant.errors import SilentRecordingError
from assistant.events import (
    BankCalled,
    Event,
    ReplyText,
    Transcript,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    Understood,
)


class TurnPrinter:
    """Observes a conversation and prints each turn when it has ended."""

    def __init__(self, console: Console, *, heard: bool = True, silence: bool = True) -> None:
        """`heard`: also print the transcript; who typed knows it. `silence`: also print turns in which
        nobody spoke; an open microphone has many."""
        self._console = console
        self._heard = heard
        self._silence = silence
        self._events: list[Event] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, TurnStarted):
            self._events = []
        self._events.append(event)
        if isinstance(event, TurnEnded) and (self._silence or not self._is_silent()):
            for each in self._events:
                self._print(each)
            self._console.print()

    def _is_silent(self) -> bool:
        silent = SilentRecordingError.code
        return any(isinstance(each, TurnFailed) and each.code == silent for each in self._events)

    def _print(self, event: Event) -> None:
        if isinstance(event, Transcript) and self._heard and event.text:
            self._line("heard", f"[bold]{plain(event.text)}[/]")
        elif isinstance(event, Understood):
            found = "".join(f", {name}: {wording(value)}" for name, value in event.entities)
            self._line("understood", f"[dim]{plain(f'{event.intent} {event.confidence:.0%}{found}')}[/]")
        elif isinstance(event, ReplyText):
            self._line("answered", *(f"[green]{plain(line)}[/]" for line in event.screen.splitlines()))
        elif isinstance(event, TurnFailed):
            remedy = f"[dim]{plain(event.remedy)} ({event.code})[/]"
            self._line("answered", f"[red]{plain(event.say)}[/]", remedy)
        elif isinstance(event, TurnEnded) and event.stages:
            stages = [f"{name} {milliseconds:.0f} ms" for name, milliseconds in event.stages.items()]
            calls = sum(isinstance(each, BankCalled) for each in self._events)
            if calls:
                stages.append(f"{calls} bank call{'s' * (calls > 1)}")
            self._line("took", f"[dim]{' · '.join(stages)}[/]")

    def _line(self, label: str, *lines: str) -> None:
        for number, line in enumerate(lines):
            self._console.print(f"[dim]{'' if number else label:>11}[/]  {line}", soft_wrap=True)


def wording(value: object) -> str:
    """An entity's value in a few words: `last month (2026-03-01 to 2026-03-31)`, `above 50 EUR`."""
    if not isinstance(value, dict):
        return str(value)
    if "start" in value:
        return f"{value.get('label') or ''} ({value['start']} to {value['end']})".strip()
    if "value" in value:
        parts = (value.get("comparison"), value["value"], value.get("currency"))
        upper = f" to {value['upper']}" if value.get("upper") else ""
        return " ".join(str(part) for part in parts if part) + upper
    return str(value)
