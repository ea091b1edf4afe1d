"""What `assistant train` tells trainers about words that the speech model lacks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.nlu.training import fingerprint, training_files
from assistant.settings import Settings
from tests.asr.strangers import foreign_model
from tests.cli.command import Assistant, trainers_copy

SENTENCE = """
  - intent: check_balance
    examples: |
      - what is in my quibblewick account
"""


@pytest.fixture
def data(newcomer: Assistant, nlu_model: Path, tmp_path: Path) -> Path:
    """The project's data and a sentence with a word of its own. The model for them is there: understanding
    is trained elsewhere."""
    folder = trainers_copy(tmp_path / "data")
    with (folder / "nlu_data" / "en" / "nlu" / "accounts.yml").open("a", encoding="utf-8") as stream:
        stream.write(SENTENCE)
    settings = Settings(data=folder, home=newcomer.home)
    name = fingerprint(settings, training_files(settings))
    shutil.copy(nlu_model, newcomer.home / "nlu-models" / f"{name}.tar.gz")
    return folder


def row_of(word: str, shown: str) -> list[str]:
    """The cells of the table's row that begins with the word."""
    (row,) = (line for line in shown.splitlines() if word in line)
    return [cell.strip() for cell in row.strip("│").split("│")]


def test_a_new_word_is_shown_with_the_known_one_that_sounds_nearest(newcomer: Assistant, data: Path) -> None:
    first = newcomer.run("train", ASSISTANT_DATA=str(data))
    assert first.status == 0, first.complaint
    assert "new to the speech model" in first.shown
    word, nearest = row_of("quibblewick", first.shown)
    assert (word, bool(nearest)) == ("quibblewick", True)
    graph = next((newcomer.home / "taught-speech-models").glob("*/graph/Gr.fst"))
    written = graph.stat().st_mtime_ns
    again = newcomer.run("train", ASSISTANT_DATA=str(data))
    assert "quibblewick" not in again.shown, "told once, when it is new"
    assert graph.stat().st_mtime_ns == written


def test_a_model_that_learns_no_words_is_told_as_such(newcomer: Assistant, data: Path) -> None:
    foreign_model(newcomer.home / "speech-models" / "foreign")
    assert newcomer.run("models", "use", "foreign").status == 0
    done = newcomer.run("train", ASSISTANT_DATA=str(data))
    assert done.status == 0, done.complaint
    assert "new to the speech model" not in done.shown
    assert "The speech model lacks these words" in done.shown
    assert row_of("quibblewick", done.shown)[0] == "quibblewick"
