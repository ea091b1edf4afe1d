import json
from pathlib import Path
from typing import Any

import pytest

from assistant.asr.adaptation_confidence import Calibration
from assistant.errors import BrokenSpeechModelError


def test_a_model_without_curves_keeps_its_figures(tmp_path: Path) -> None:
    calibration = Calibration.of_model(tmp_path)
    assert calibration.word(0.73) == pytest.approx(0.73)
    assert calibration.utterance([0.9, 0.4]) == pytest.approx(0.4)
    assert calibration.utterance([]) == 0.0


def test_curves_survive_the_disk_and_are_straight_between_points(tmp_path: Path) -> None:
    Calibration(((0.5, 1.0), (0.2, 0.8)), ((0.0, 1.0), (0.1, 0.9))).save(tmp_path)
    calibration = Calibration.of_model(tmp_path)
    assert calibration.word(0.75) == pytest.approx(0.5)
    assert calibration.word(0.1) == pytest.approx(0.2)
    assert calibration.utterance([1.0, 0.5]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"words": {"raw": [0, 1], "right": [1, 0]}}',
        '{"words": {"raw": [0], "right": [0]}, "utterances": 3}',
    ],
)
def test_nonsense_is_refused(tmp_path: Path, content: Any) -> None:
    (tmp_path / "calibration.json").write_text(content, "utf-8")
    with pytest.raises(BrokenSpeechModelError):
        Calibration.of_model(tmp_path)


def test_falling_curves_are_refused(tmp_path: Path) -> None:
    curve = {"raw": [0.0, 0.5, 1.0], "right": [0.1, 0.9, 0.8]}
    (tmp_path / "calibration.json").write_text(json.dumps({"words": curve, "utterances": curve}), "utf-8")
    with pytest.raises(BrokenSpeechModelError, match="rising"):
        Calibration.of_model(tmp_path)
