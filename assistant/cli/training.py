"""For trainers: `train`."""

from __future__ import annotations

import time

import typer

from assistant.cli.console import console, working
from assistant.nlu.training import train as train_model
from assistant.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Teach")(train)


def train() -> None:
    """Learn from nlu_data what people may say. Nothing is trained twice for the same data."""
    settings = Settings.from_environment()
    started = time.monotonic()
    with working("Training") as progress:
        model = train_model(settings, progress)
    console().print(f"The model is {model.name}, after {time.monotonic() - started:.1f} s.")
