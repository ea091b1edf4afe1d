"""The prototype's test, drawn by a stand-in for its `corpus.py` and said by the voices that are there."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench import speech, speech_prototype
from bench.speech_prototype import prototype_test

CORPUS = """
import random
def sentence():
    return f"pay  {random.choice(['one', 'two', 'three'])} euros "
"""


def test_a_folder_without_the_prototype_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        speech.main(["--prototype", str(tmp_path)])
    assert f"there is no corpus.py in {tmp_path}" in capsys.readouterr().err


def test_sentences_are_the_same_every_time_and_nobody_elses_chance_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_prototype, "_SENTENCES", 4)
    (tmp_path / "corpus.py").write_text(CORPUS, "utf-8")
    random.seed(7)
    expected = random.random()
    random.seed(7)
    first = prototype_test(tmp_path, tmp_path / "work")
    assert random.random() == expected
    flite = [item for item in first.items if item.group == "flite rms"]
    assert len(flite) == 4
    assert all(len(item.samples(None)) > 8000 for item in flite)
    assert {item.text for item in first.items} <= {f"pay {n} euros" for n in ("one", "two", "three")}
    written = flite[0].path.stat().st_mtime_ns
    again = prototype_test(tmp_path, tmp_path / "work")
    assert [item.text for item in again.items] == [item.text for item in first.items]
    assert again.sentences == first.sentences and len(again.sentences) == 40_000
    assert flite[0].path.stat().st_mtime_ns == written  # said once
