"""For trainers: `train`."""

from __future__ import annotations

import time
from collections.abc import Sequence

import typer
from rich.markup import escape
from rich.table import Table

from assistant.asr.adaptation import Missing
from assistant.asr.taught import teach
from assistant.cli.console import console, working
from assistant.nlu.training import train as train_model
from assistant.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Teach")(train)


def train() -> None:
    """Learn from nlu_data what people may say and hear. Nothing is trained twice for the same data."""
    settings = Settings.from_environment()
    started = time.monotonic()
    with working("Training") as progress:
        model = train_model(settings, progress)
        progress("Teaching the speech model.")
        taught = teach(settings)
    console().print(f"The model is {model.name}, after {time.monotonic() - started:.1f} s.")
    _print_words("These words are new to the speech model; it was told how they sound.", taught.added)
    _print_words("The speech model lacks these words; it hears others instead.", taught.missing)


def _print_words(title: str, words: Sequence[Missing]) -> None:
    if not words:
        return
    table = Table("word", "known word that sounds nearest", title=title, title_justify="left")
    for each in words:
        table.add_row(escape(each.word), escape(each.nearest) or "none")
    console().print(table)
