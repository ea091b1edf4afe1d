"""For trainers: `train`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from assistant.asr.adaptation import Missing
from assistant.asr.taught import teach, told_before
from assistant.cli.console import console, plain, working
from assistant.nlu.finding import Finding, Severity
from assistant.nlu.training import train as train_model
from assistant.settings import Settings

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_NOTES = 10
"""Notes that are shown unasked."""


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Teach")(train)


def train(
    check: Annotated[bool, typer.Option("--check", help="Only look for mistakes; train nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse warnings as well as mistakes.")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="Show every note, not only the first ten.")] = False,
) -> None:
    """Learn from nlu_data what people may say and hear. Nothing is trained twice for the same data.

    A conversation that is going on (`chat`, `listen`) takes the new model up between two turns.

    `--check` looks at everything first: mistakes, the same words in two intents, words that cannot be heard,
    rules that contradict each other. The exit status is 1 when there is a mistake, with `--strict` also when
    there is a warning.
    """
    settings = Settings.from_environment()
    started = time.monotonic()
    if check or strict:
        passed = _check(settings, strict=strict, every_note=notes)
        if not passed:
            raise typer.Exit(1)
    if check:
        return
    told = told_before(settings)
    with working("Training") as progress, ThreadPoolExecutor(max_workers=1) as side:
        teaching = side.submit(teach, settings)
        model = train_model(settings, progress)
        taught = teaching.result()
    console().print(f"The model is {model.name}, after {time.monotonic() - started:.1f} s.")
    for title, words in (
        ("These words are new to the speech model; it was told how they sound.", taught.added),
        ("The speech model lacks these words; it hears others instead.", taught.missing),
    ):
        _print_words(title, [each for each in words if each.word not in told])


def _check(settings: Settings, *, strict: bool, every_note: bool) -> bool:
    from assistant.training.checks import check_everything

    with working("Checking") as progress:
        found = check_everything(settings, progress)
    counts = Counter(each.severity for each in found)
    shown = 0
    for each in found:
        shown += each.severity is Severity.NOTE
        if each.severity is not Severity.NOTE or every_note or shown <= _NOTES:
            _print_finding(each)
    if not every_note and counts[Severity.NOTE] > _NOTES:
        console().print(f"[dim]and {counts[Severity.NOTE] - _NOTES} more notes: --notes shows them[/]")
    summary = ", ".join(f"{counts[each]} {each.value}{'' if counts[each] == 1 else 's'}" for each in Severity)
    console().print(f"{summary}.")
    return not (counts[Severity.ERROR] or (strict and counts[Severity.WARNING]))


def _print_finding(found: Finding) -> None:
    colour = _COLOURS[found.severity]
    console().print(
        f"[{colour}]{found.severity.value}[/] {plain(found.file)}:{found.line}: {plain(found.text)}",
        soft_wrap=True,
    )


def _print_words(title: str, words: Sequence[Missing]) -> None:
    if not words:
        return
    table = Table("word", "known word that sounds nearest", title=title, title_justify="left")
    for each in words:
        table.add_row(escape(each.word), escape(each.nearest) or "none")
    console().print(table)
