"""For testers: `replay`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from assistant.asr.turns import split_turns
from assistant.audio.frames import in_chunks
from assistant.audio.recordings import RecordingSource
from assistant.audio.writer import WavWriter
from assistant.cli.console import console, plain, print_failure
from assistant.cli.desk import open_desk
from assistant.cli.turns import TurnPrinter
from assistant.conversation import Conversation
from assistant.errors import AudioError


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

    For example `assistant replay tests/audio/check-balance-1.flac --output answers.wav`

    A recording with pauses of more than a second between requests is taken for several turns. The exit
    status is 1 when a recording could not be read or a turn failed.
    """
    failures = 0
    with ExitStack() as stack:
        # First of all: that nothing can be written is better told before half a minute of loading.
        sound = stack.enter_context(WavWriter(output)) if output is not None else None
        desk = stack.enter_context(open_desk(practice=practice, speaking=output is not None))
        conversation = desk.conversation(observers=[TurnPrinter(console())])
        for file in files:
            console().print(f"[bold]{plain(str(file))}[/]")
            try:
                failures += _replay_file(file, conversation, sound)
            except AudioError as error:
                print_failure(error)
                failures += 1
    if failures:
        raise typer.Exit(1)


def _replay_file(file: Path, conversation: Conversation, sound: WavWriter | None) -> int:
    """How many turns failed. Raises AudioError for a recording that cannot be used, StorageError."""
    failed = 0
    for said in split_turns(RecordingSource(file)):
        turn = conversation.hear(in_chunks([said]))
        failed += turn.failure is not None
        if sound is not None and turn.speech is not None:
            sound.write(turn.speech.samples, turn.speech.sample_rate)
    return failed
