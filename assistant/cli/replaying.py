"""For testers: `replay`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assistant.asr.turns import split_turns
from assistant.audio.frames import in_chunks
from assistant.audio.recordings import RecordingSource
from assistant.audio.writer import WavWriter
from assistant.cli.console import console, print_failure, working
from assistant.cli.turns import TurnPrinter
from assistant.conversation import Conversation
from assistant.errors import AssistantError
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk


def add_to(app: typer.Typer) -> None:
    app.command(rich_help_panel="Test")(replay)


def replay(
    files: Annotated[list[Path], typer.Argument(help="WAV, FLAC or OGG; any rate, any channels.")],
    practice: Annotated[
        bool, typer.Option("--practice/--my-banks", help="Ask the practice bank, or the connected ones.")
    ] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the answers as one WAV.")
    ] = None,
) -> None:
    """Take recordings for what somebody said: one conversation, in the order of the files.

    A recording with pauses of more than a second between requests is taken for several turns. The exit
    status is 1 when a recording could not be read or a turn failed.
    """
    settings = Settings.from_environment()
    failures = 0
    with ExitStack() as stack:
        with working("Getting ready") as progress:
            if practice:
                settings = practice_settings(settings)
                stack.enter_context(practising(settings))
            desk = stack.enter_context(Desk(settings, speaking=output is not None).load(progress))
        conversation = desk.conversation(observers=[TurnPrinter(console())])
        sound = stack.enter_context(WavWriter(output)) if output is not None else None
        for file in files:
            console().print(f"[bold]{escape(str(file))}[/]")
            try:
                failures += _replay_file(file, conversation, sound)
            except AssistantError as error:
                print_failure(error)
                failures += 1
    if failures:
        raise typer.Exit(1)


def _replay_file(file: Path, conversation: Conversation, sound: WavWriter | None) -> int:
    """How many turns failed. Raises AudioError for a recording that cannot be used."""
    failed = 0
    for said in split_turns(RecordingSource(file)):
        turn = conversation.hear(in_chunks([said]))
        failed += turn.failure is not None
        if sound is not None and turn.speech is not None:
            sound.write(turn.speech.samples, turn.speech.sample_rate)
    return failed
