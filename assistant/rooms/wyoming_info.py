"""What a Wyoming client is told about the assistant."""

from __future__ import annotations

from typing import Any

from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)

from assistant import __version__
from assistant.startup import Desk

NAME = "voice-banking-assistant"
WAKE = "assistant"
"""Name of the wake model."""


def info(desk: Desk) -> Info:
    """Speech to text, text to speech, wake phrase and the whole conversation, as far as the desk has them."""
    language = [desk.settings.language]
    about: dict[str, Any] = {"name": NAME, "installed": True, "version": __version__}
    vosk = Attribution("Alpha Cephei", "https://alphacephei.com/vosk")
    rasa = Attribution("Rasa", "https://rasa.com")
    espeak = Attribution("eSpeak NG", "https://github.com/espeak-ng/espeak-ng")

    asr = AsrProgram(
        **about,
        attribution=vosk,
        description="Banking commands, heard on this computer",
        models=[AsrModel("builtin", vosk, True, "The speech model in use", None, language)],
        supports_transcript_streaming=True,
    )
    handle = HandleProgram(
        **about,
        attribution=rasa,
        description="Questions to your banks",
        models=[HandleModel("banking", rasa, True, "Banking", None, language)],
    )
    wake = WakeProgram(
        **about,
        attribution=vosk,
        description="The wake phrase",
        models=[
            WakeModel(WAKE, vosk, True, desk.settings.wake_phrase, None, language, desk.settings.wake_phrase)
        ],
    )
    tts = TtsProgram(
        **about,
        attribution=espeak,
        description="The assistant's voice",
        voices=[TtsVoice("assistant", espeak, True, "The assistant's voice", None, language)],
    )
    return Info(
        asr=[asr] if desk.hearing else [],
        tts=[tts] if desk.synthesiser else [],
        handle=[handle],
        wake=[wake] if desk.hearing else [],
    )
