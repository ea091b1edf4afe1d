"""Notices that the training data changed, and when there is a model for them.

Importing this module does not import Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import TrainingDataError
from assistant.nlu.training import trained_model, training_files
from assistant.nlu.training_check import check
from assistant.settings import Settings

_Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    model: Path | None
    """A trained model of the data as they are now, other than the one in use."""
    mistake: str = ""
    """`file:line: …` where they cannot be trained."""


class ModelWatch:
    """Ask `look` now and then; nothing but names, sizes and times of some thirty files is read while nothing
    changes. One thread at a time."""

    def __init__(self, settings: Settings, loaded: Path) -> None:
        self._settings = settings
        self._loaded = loaded
        self._seen = self._signature()
        self._told = ""

    def look(self) -> Change | None:
        """What changed since it was looked last; None when nothing did that matters."""
        now = self._signature()
        if now == self._seen:
            return None
        self._seen = now
        try:
            model = trained_model(self._settings)
            if model is None:
                check(self._settings.data, training_files(self._settings))
        except TrainingDataError as error:
            mistake, self._told = (error.detail if error.detail != self._told else ""), error.detail
            return Change(None, mistake) if mistake else None
        self._told = ""
        if model is None or model == self._loaded:
            return None
        self._loaded = model
        return Change(model)

    def _signature(self) -> _Signature:
        """Of the files of the training data, and of the folder into which models are put."""
        files = [*training_files(self._settings), self._settings.nlu_models]
        found: list[tuple[str, int, int]] = []
        for path in files:
            try:
                stat = path.stat()
            except OSError:
                continue  # gone a moment ago, or not yet there
            # A model that is used is touched, which changes its file and not the folder.
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return tuple(found)
