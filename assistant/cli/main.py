"""The `assistant` command: puts the audiences' commands together and meets every error."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import (
    banks,
    doctor,
    evaluating,
    guarding,
    listening,
    models,
    recording,
    replaying,
    reviewing,
    serving,
    serving_rooms,
    speaking,
    training,
    utterances,
)
from assistant.cli.console import print_failure
from assistant.ending import end_in_order
from assistant.errors import AssistantError, StorageError
from assistant.redaction import guard_logs

app = typer.Typer(
    name="assistant",
    help="Talk to your banks. Everything runs on this computer; only your own banks are called.",
    epilog="Without a command it listens. Start with `assistant demo`, or `assistant chat --practice` to "
    "type to the practice bank.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for register in (
    listening,
    speaking,
    replaying,
    recording,
    training,
    utterances,
    reviewing,
    evaluating,
    banks,
    guarding,
    models,
    serving_rooms,
    serving,
    doctor,
):
    register.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"assistant {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
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
    if context.invoked_subcommand is None:
        if sys.stdin.isatty() and sys.stdout.isatty():
            listening.listen()
        else:
            typer.echo(context.get_help())
            raise typer.Exit(2)


def main() -> None:
    """Run the command line; errors become a sentence, a remedy and an exit status, never a traceback.

    Ctrl-C ends with status 130, another request to end with 128 and its number.
    """
    end_in_order()
    guard_logs()
    # Before anything can import Rasa: nothing about this machine is reported to anybody.
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What is no text in the terminal's encoding is shown as a question mark and stops nothing.
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        failure = _failure(error)
        print_failure(failure)
        if os.environ.get("ASSISTANT_DEBUG"):
            raise
        _give_up_output()
        sys.exit(failure.exit_status)


def _give_up_output() -> None:
    """What the disk had no room for is not tried again at the end, where Python would end with 120 for it."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _failure(error: Exception) -> AssistantError:
    if isinstance(error, AssistantError):
        return error
    if isinstance(error, OSError):  # a folder that may not be made, a full disk behind `>`
        return StorageError(f"{error.filename or 'the output'}: {error.strerror or type(error).__name__}")
    # The type alone: a message may quote what was said or an account number.
    return AssistantError(type(error).__name__)
