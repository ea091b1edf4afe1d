"""What a recogniser's certainty is worth: its own figures mapped to how often it was right.

`calibration.json` of a model holds, for single words and for whole utterances, points of a rising
curve measured on recordings of speakers that the model was not trained on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import BrokenSpeechModelError

Curve = tuple[tuple[float, ...], tuple[float, ...]]
"""Recogniser's figures, rising, and the share of right words at each; straight lines between."""

_IDENTITY: Curve = ((0.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Calibration:
    words: Curve = _IDENTITY
    utterances: Curve = _IDENTITY

    @classmethod
    def of_model(cls, model: Path) -> Calibration:
        """The model's curves; figures stay as they are for a model without `calibration.json`.

        Raises BrokenSpeechModelError when the file is there and makes no sense.
        """
        path = model / "calibration.json"
        if not path.is_file():
            return cls()
        try:
            content = json.loads(path.read_text("utf-8"))
            return cls(_curve(content["words"]), _curve(content["utterances"]))
        except (ValueError, KeyError, TypeError) as error:
            raise BrokenSpeechModelError(f"calibration.json: {error}") from error

    def save(self, model: Path) -> None:
        content = {
            name: {"raw": curve[0], "right": curve[1]}
            for name, curve in (("words", self.words), ("utterances", self.utterances))
        }
        (model / "calibration.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")

    def word(self, raw: float) -> float:
        """Probability that a word of this raw confidence (Vosk's `conf`, 0 to 1) is right."""
        return float(np.interp(raw, *self.words))

    def utterance(self, raw: Sequence[float]) -> float:
        """Probability that all words are right, from their raw confidences; 0 without any word.

        The least sure word decides, as in `Transcript.confidence`.
        """
        return float(np.interp(min(raw), *self.utterances)) if raw else 0.0


def _curve(content: dict[str, list[float]]) -> Curve:
    raw, right = (tuple(float(value) for value in content[name]) for name in ("raw", "right"))
    if len(raw) != len(right) or len(raw) < 2 or list(raw) != sorted(raw) or list(right) != sorted(right):
        raise ValueError("not a rising curve")
    return raw, right
