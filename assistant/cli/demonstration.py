"""`assistant demo`: a recorded conversation of the made-up customer with the practice bank."""

from __future__ import annotations

import time
from pathlib import Path

from assistant.audio.loudspeaker import Loudspeaker
from assistant.audio.recordings import RecordingSource, read_recording
from assistant.audio.writer import WavWriter
from assistant.cli.aloud import Aloud
from assistant.cli.console import console, plain, print_failure
from assistant.cli.desk import open_desk
from assistant.cli.turns import TurnPrinter
from assistant.conversation import Conversation
from assistant.errors import AssistantError, BadRecordingError
from assistant.settings import SAMPLE_RATE, Settings

_BEFORE_ANSWER = 0.4
_AFTER_ANSWER = 0.8
"""Seconds of quiet in the written conversation, so that it can be listened to."""


def demonstrate(settings: Settings, output: Path, *, play: bool) -> None:
    """Replay `voices/<language>/demo`, print every turn, play it where that is possible, write one WAV.

    Raises AssistantError with what is missing or failed.
    """
    recordings = sorted((settings.voice / "demo").glob("*.flac"))
    if not recordings:
        raise BadRecordingError(f"no recordings in {settings.voice / 'demo'}")
    started = time.monotonic()
    output.parent.mkdir(parents=True, exist_ok=True)
    # The file first: that nothing can be written is better told before half a minute of loading.
    with WavWriter(output) as sound, open_desk(practice=True) as desk:
        console().print(f"Ready after {time.monotonic() - started:.1f} s.\n")
        if desk.voice_problem is not None:
            print_failure(desk.voice_problem)
        aloud = Aloud(Loudspeaker()) if play else None
        conversation = desk.conversation(observers=[TurnPrinter(console())])
        failed = _replay(conversation, recordings, sound, aloud)
    console().print(f"The whole conversation: {plain(str(output))}", soft_wrap=True)
    if failed:
        raise AssistantError(f"{failed} of {len(recordings)} turns failed")


def _replay(conversation: Conversation, recordings: list[Path], sound: WavWriter, aloud: Aloud | None) -> int:
    """How many turns failed. Raises BadRecordingError, StorageError."""
    failed = 0
    for recording in recordings:
        question = read_recording(recording)
        turn = conversation.hear(RecordingSource(recording))
        failed += turn.failure is not None
        sound.write(question)
        sound.write_silence(_BEFORE_ANSWER)
        if turn.speech is not None:
            sound.write(turn.speech.samples, turn.speech.sample_rate)
        sound.write_silence(_AFTER_ANSWER)
        if aloud is not None:
            aloud.play(question, SAMPLE_RATE)
            if turn.speech is not None:
                aloud.play(turn.speech.samples, turn.speech.sample_rate)
    return failed
