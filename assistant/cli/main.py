"""The `assistant` command: puts the audiences' commands together and meets every error."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import banks, doctor, models, replaying, serving, speaking, training
from assistant.cli.console import error_console, print_failure
from assistant.errors import AssistantError

app = typer.Typer(
    name="assistant",
    help="Talk to your banks. Everything runs on this computer; only your own banks are called.",
    epilog="Start with `assistant demo`, or `assistant chat --practice` to type to the practice bank.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for register in (speaking, replaying, training, banks, models, serving, doctor):
    register.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"assistant {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from, and log (numbers masked).")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    if debug:
        os.environ["ASSISTANT_DEBUG"] = "1"


def main() -> None:
    """Run the command line; errors become a sentence, a remedy and an exit status, never a traceback."""
    # Before anything can import Rasa: nothing about this machine is reported to anybody.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    try:
        app()
    except AssistantError as error:
        print_failure(error)
        if os.environ.get("ASSISTANT_DEBUG"):
            raise
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        error_console().print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        # `assistant … | head` is no error; the interpreter must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
