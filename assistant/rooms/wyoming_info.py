"""What a Wyoming client is told about the assistant."""

from __future__ import annotations

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
    vosk = Attribution("Alpha Cephei", "https://alphacephei.com/vosk")
    rasa = Attribution("Rasa", "https://rasa.com")
    espeak = Attribution("eSpeak NG", "https://github.com/espeak-ng/espeak-ng")

    asr = AsrProgram(
        name=NAME,
        attribution=vosk,
        installed=True,
        description="Banking commands, heard on this computer",
        version=__version__,
        models=[AsrModel("builtin", vosk, True, "The speech model in use", None, language)],
        supports_transcript_streaming=True,
    )
    handle = HandleProgram(
        name=NAME,
        attribution=rasa,
        installed=True,
        description="Questions to your banks",
        version=__version__,
        models=[HandleModel("banking", rasa, True, "Banking", None, language)],
    )
    wake = WakeProgram(
        name=NAME,
        attribution=vosk,
        installed=True,
        description="The wake phrase",
        version=__version__,
        models=[
            WakeModel(WAKE, vosk, True, desk.settings.wake_phrase, None, language, desk.settings.wake_phrase)
        ],
    )
    tts = TtsProgram(
        name=NAME,
        attribution=espeak,
        installed=True,
        description="The assistant's voice",
        version=__version__,
        voices=[TtsVoice("assistant", espeak, True, "The assistant's voice", None, language)],
    )
    return Info(
        asr=[asr] if desk.hearing else [],
        tts=[tts] if desk.synthesiser else [],
        handle=[handle],
        wake=[wake] if desk.hearing else [],
    )
