"""Speech models: `models list`, `models install`, `models use`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.asr.store import SpeechModelStore
from assistant.cli.console import console, plain
from assistant.settings import Settings

app = typer.Typer(
    help="What the assistant hears with. The built-in model is in the box; nothing is fetched unasked.",
    no_args_is_help=True,
)


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="models", rich_help_panel="Set up")


@app.command("list")
def list_models() -> None:
    """Show the built-in model, the installed ones, and those that can be installed."""
    table = Table("", "model", "language", "size", "")
    for model in SpeechModelStore(Settings.from_environment()).list():
        state = "in use" if model.active else "installed" if model.installed else ""
        size = f"{model.bytes / 1e6:,.0f} MB"
        table.add_row("●" if model.active else "", plain(model.name), model.language, size, state)
    console().print(table)


@app.command()
def install(
    name: Annotated[str, typer.Argument(help="A name from `models list`, or a zip file on this computer.")],
    sha256: Annotated[str | None, typer.Option("--sha256", help="Checksum to insist on.")] = None,
) -> None:
    """Install an official Vosk model from the vendor's site, or any from a zip file.

    For example `assistant models install vosk-model-small-en-us-0.15`, about 40 MB.

    A download that breaks off goes on where it stopped; the checksum is verified before anything is unpacked.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True) as progress:
        task = progress.add_task(plain(name), total=None)
        model = SpeechModelStore(Settings.from_environment()).install(
            name,
            sha256=sha256,
            progress=lambda done, total: progress.update(task, completed=done, total=total or None),
        )
    console().print(
        f"{plain(model.name)} is installed. Use it with `assistant models use {plain(model.name)}`."
    )


@app.command()
def use(name: Annotated[str, typer.Argument(help="`builtin`, or an installed model.")]) -> None:
    """Hear with this model from now on."""
    SpeechModelStore(Settings.from_environment()).use(name)
    console().print(f"Hearing with {plain(name)} from now on.")
