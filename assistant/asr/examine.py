"""What `assistant doctor` asks about hearing, as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.asr.speech_model import open_model
from assistant.asr.store import SpeechModelStore
from assistant.errors import AssistantError
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelReport:
    name: str
    folder: Path | None
    words: int
    """Size of the vocabulary; 0 when the model cannot be used."""
    takes_grammar: bool
    problem: AssistantError | None


def examine_speech_model(settings: Settings) -> ModelReport:
    """Load the model in use. What is wrong with it is reported, not raised."""
    store = SpeechModelStore(settings)
    name, folder = "", None
    try:
        name = store.active_name
        folder = store.active
        model = open_model(folder)
        return ModelReport(name, folder, model.vocabulary_size, model.takes_grammar, None)
    except AssistantError as error:
        return ModelReport(name, folder, 0, False, error)
