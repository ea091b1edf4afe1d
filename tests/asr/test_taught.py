"""What `assistant train` teaches the speech model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.asr.graph_lexicon import read_words
from assistant.asr.recogniser import Recogniser
from assistant.asr.store import SpeechModelStore
from assistant.asr.taught import teach, told_before
from assistant.errors import TrainingDataError
from assistant.settings import Settings
from tests.asr.speech import MODEL, ROOT
from tests.asr.strangers import foreign_model

TEACH = """
import sys
from pathlib import Path
from assistant.asr.taught import teach
from assistant.settings import Settings
teach(Settings(data=Path(sys.argv[1]), home=Path(sys.argv[2])))
"""


@pytest.fixture
def lesson(settings: Settings, tmp_path: Path) -> Settings:
    """A trainer with a few sentences of their own."""
    (tmp_path / "data" / "nlu_data" / "en").mkdir(parents=True)
    (tmp_path / "data" / "voices").symlink_to(ROOT / "voices")
    write(mine := replace(settings, data=tmp_path / "data"), "show my balance")
    return mine


def write(settings: Settings, *sentences: str) -> None:
    examples = "".join(f"      - {sentence}\n" for sentence in sentences)
    text = f"nlu:\n  - intent: any\n    examples: |\n{examples}"
    (settings.nlu_data / "sentences.yml").write_text(text, encoding="utf-8")


def test_a_new_word_is_learnt_and_told_with_its_neighbour(lesson: Settings) -> None:
    assert told_before(lesson) == frozenset()
    write(lesson, "is my quibblewick here", "show my balance")
    taught = teach(lesson)
    assert [each.word for each in taught.added] == ["quibblewick"]
    neighbour = taught.added[0].nearest.split()
    assert neighbour
    assert set(neighbour) <= set(read_words(MODEL / "graph" / "words.txt"))
    assert taught.missing == ()
    assert Recogniser(taught.model).model.knows("quibblewick")
    assert told_before(lesson) == {"quibblewick"}


def test_nothing_is_taught_twice_and_going_back_costs_nothing(lesson: Settings) -> None:
    first = teach(lesson)
    written = (first.model / "graph" / "Gr.fst").stat().st_mtime_ns
    write(lesson, "is my quibblewick here")
    other = teach(lesson)
    assert other.model != first.model
    write(lesson, "show my balance")
    assert teach(lesson) == first
    assert (first.model / "graph" / "Gr.fst").stat().st_mtime_ns == written


def test_old_models_do_not_pile_up(lesson: Settings) -> None:
    for number in ("one", "two", "three", "four"):
        write(lesson, f"number {number}")
        newest = teach(lesson).model
    assert len(list(lesson.taught_speech_models.iterdir())) == 3
    assert newest.is_dir()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_lesson_leaves_what_was_there(lesson: Settings, end: signal.Signals) -> None:
    before = teach(lesson)
    write(lesson, *(f"is my {word} here" for word in read_words(MODEL / "graph" / "words.txt")))
    process = subprocess.Popen(
        [sys.executable, "-c", TEACH, str(lesson.data), str(lesson.home)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not list(lesson.taught_speech_models.glob(".adapting-*")):
        time.sleep(0.01)
    process.send_signal(end)
    assert process.wait() != 0, "it was over before it could be interrupted"
    finished = [path for path in lesson.taught_speech_models.iterdir() if not path.name.startswith(".")]
    assert finished == [before.model]
    assert Recogniser(before.model).model.knows("balance")
    write(lesson, "is my quibblewick here")
    assert teach(lesson).added


def test_only_the_owner_can_look_in(lesson: Settings) -> None:
    teach(lesson)
    assert lesson.taught_speech_models.stat().st_mode & 0o077 == 0


def test_a_model_from_elsewhere_is_taught_with_its_own_words(lesson: Settings) -> None:
    foreign_model(lesson.speech_models / "foreign")
    SpeechModelStore(lesson).use("foreign")
    write(lesson, "did tessko charge me")
    taught = teach(lesson)
    assert taught.added == ()
    assert [(each.word, each.nearest) for each in taught.missing] == [("tessko", "tesco")]
    graphs = [(folder / "graph" / "Gr.fst").read_bytes() for folder in (taught.model, MODEL)]
    assert graphs[0] != graphs[1]


@pytest.mark.parametrize("name", ["words.txt", "graph/words.txt"])
def test_a_model_that_cannot_be_taught_is_used_as_it_is(lesson: Settings, name: str) -> None:
    """Both layouts that Vosk knows; only the one with folders can have a graph that is put together."""
    folder = foreign_model(lesson.speech_models / "fixed")
    (lesson.home / "speech-model").write_text("fixed")
    (folder / "graph" / "HCLr.fst").rename(folder / "HCLG.fst")
    (folder / "graph" / "words.txt").rename(folder / name)
    write(lesson, "did tessko charge me")
    for _ in range(2):
        taught = teach(lesson)
        assert taught.model == folder
        assert [each.word for each in taught.missing] == ["tessko"]


def test_a_template_cannot_expect_what_nobody_knows(lesson: Settings) -> None:
    (lesson.nlu_data / "domain").mkdir()
    (lesson.nlu_data / "domain" / "replies.yml").write_text(
        "responses:\n  utter_ask:\n  - text: How much?\n    metadata: {expects: amuont}\n"
    )
    with pytest.raises(TrainingDataError, match=r"replies\.yml: utter_ask expects 'amuont'.*amount"):
        teach(lesson)
