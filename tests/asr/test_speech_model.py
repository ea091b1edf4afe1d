"""Models that are missing or damaged: every one gives an error that says what to do, and none a crash."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.asr.examine import examine_speech_model
from assistant.asr.speech_model import check_model, open_model, prove_model
from assistant.errors import BrokenSpeechModelError, NoSpeechModelError
from assistant.settings import Settings
from tests.asr.speech import MODEL, ROOT, model


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(MODEL, folder)
    return folder


def _missing(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 1])


def _garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [_missing, _empty, _half, _garbage])
@pytest.mark.parametrize(
    "name", ["am/final.mdl", "graph/Gr.fst", "graph/HCLr.fst", "graph/words.txt", "conf/mfcc.conf"]
)
def test_a_damaged_file_is_noticed(name: str, damage: Callable[[Path], None], copy: Path) -> None:
    damage(copy / name)
    with pytest.raises(BrokenSpeechModelError) as caught:
        open_model(copy)
    assert str(copy) in caught.value.detail
    assert "assistant models" in caught.value.remedy


@pytest.mark.parametrize("name", ["conf/model.conf", "graph/disambig_tid.int"])
def test_an_empty_settings_file_is_noticed_before_vosk_hangs_on_it(name: str, copy: Path) -> None:
    _empty(copy / name)
    with pytest.raises(BrokenSpeechModelError, match="is empty"):
        open_model(copy)


def test_a_folder_that_is_not_there_or_holds_something_else(tmp_path: Path) -> None:
    with pytest.raises(NoSpeechModelError):
        check_model(tmp_path / "nowhere")
    with pytest.raises(BrokenSpeechModelError, match=r"final\.mdl"):
        check_model(tmp_path)


def test_a_sound_model_is_proved() -> None:
    prove_model(MODEL)


def test_a_model_that_kills_the_native_code_kills_only_the_proof(copy: Path) -> None:
    (copy / "graph" / "phones" / "word_boundary.int").write_bytes(b"\xff" * 100)
    with pytest.raises(BrokenSpeechModelError):
        prove_model(copy)


def test_vosk_keeps_quiet() -> None:
    """A log line per model file would bury the conversation."""
    code = f"""
from pathlib import Path
from assistant.asr.recogniser import Recogniser
import numpy as np
Recogniser(Path({str(MODEL)!r})).transcribe([np.zeros(16000, np.int16)])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_model_knows_its_words() -> None:
    assert model().knows("balance")
    assert not model().knows("zzyzzx")
    assert model().vocabulary_size > 1000
    assert model().takes_grammar


def test_the_doctor_hears_about_the_model_in_use(tmp_path: Path) -> None:
    good = examine_speech_model(Settings(data=ROOT, home=tmp_path))
    assert (good.name, good.problem) == ("builtin", None)
    assert good.words > 1000
    bad = examine_speech_model(Settings(data=tmp_path, home=tmp_path))
    assert isinstance(bad.problem, NoSpeechModelError)
