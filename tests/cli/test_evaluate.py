"""`assistant evaluate`: measured by real training, compared, and gated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import Assistant

WORDS = {
    "card_lost": (
        "i lost my card",
        "my card is gone",
        "where is my card",
        "card was stolen",
        "somebody took my card",
    ),
    "rate": (
        "what is the exchange rate",
        "how much is a dollar",
        "tell me the rate",
        "rate for euros",
        "the rate now",
    ),
    "fee": (
        "why was there a fee",
        "what does it cost",
        "the fee is wrong",
        "no fee please",
        "who pays the fee",
    ),
}


@pytest.fixture
def trainer(tmp_path: Path) -> Assistant:
    """No model is needed to train one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    own = {"ASSISTANT_HOME": str(tmp_path / "home"), "ASSISTANT_KEYRING": "off"}
    return Assistant(tmp_path / "home", {**kept, **own, "COLUMNS": "120", "NO_COLOR": "1"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set in the shape of Banking77: three intents, nine utterances each to train and two to ask."""
    rows = [
        (f"{start}{text}", intent)
        for intent, texts in WORDS.items()
        for text in texts
        for start in ("", "so ")
    ]
    (tmp_path / "train.csv").write_text("text,category\n" + "".join(f'"{t}",{i}\n' for t, i in rows), "utf-8")
    asked = "text,category\nmy card is lost,card_lost\nwhat rate for a dollar,rate\nis the fee right,fee\n"
    (tmp_path / "test.csv").write_text(asked + "the bank is on fire,fee\n", "utf-8")
    return tmp_path


def test_a_set_of_others_with_gates(trainer: Assistant, folder: Path, tmp_path: Path) -> None:
    command = ("evaluate", "--dataset", "banking77", str(folder), "-o", str(tmp_path / "out"))
    first = trainer.run(*command, "--accept", "--fail-under", "1")
    assert first.status == 0, first.complaint
    assert "the standard split: 30 to train, 4 to ask" in first.shown
    assert "Accepted" in first.shown
    assert (tmp_path / "out" / "banking77.html").is_file()
    (folder / "test.csv").write_text("text,category\nmy card is lost,rate\nis the fee right,fee\n", "utf-8")
    second = trainer.run(*command, "--fail-under", "99", "--no-regressions", "--accept")
    assert second.status == 1
    assert "Less than 99 %" in second.shown
    assert "Accepted" not in second.shown
    assert "0 better, 0 worse" in second.shown  # a sentence that means something else is another sentence


def test_a_sentence_that_got_worse_fails_the_gate(trainer: Assistant, folder: Path, tmp_path: Path) -> None:
    """After a trainer mixed up two intents."""
    command = ("evaluate", "--dataset", "banking77", str(folder), "-o", str(tmp_path / "out"))
    assert trainer.run(*command, "--accept").status == 0
    rows = (folder / "train.csv").read_text("utf-8")
    mixed = rows.replace(",card_lost", ",?").replace(",fee", ",card_lost").replace(",?", ",fee")
    (folder / "train.csv").write_text(mixed, "utf-8")
    gated = trainer.run(*command, "--no-regressions")
    assert gated.status == 1
    assert "sentences got worse." in gated.shown
    assert "worse “my card is lost” (card_lost): card_lost → " in gated.shown


def test_what_cannot_be_measured(trainer: Assistant, tmp_path: Path) -> None:
    trainer.run("evaluate", "--dataset", "mnist", str(tmp_path)).failed_with("nlu.training_data", "banking77")
    trainer.run("evaluate", "--dataset", "clinc", str(tmp_path)).failed_with("nlu.training_data", "train.tsv")
    (tmp_path / "empty.yml").write_text("nlu: []\n", "utf-8")
    trainer.run("evaluate", str(tmp_path / "empty.yml")).failed_with("nlu.training_data", "empty.yml")
    (tmp_path / "broken.yml").write_text("nlu: [\n", "utf-8")
    trainer.run("evaluate", str(tmp_path / "broken.yml")).failed_with("nlu.training_data", "broken.yml")
    trainer.run("evaluate", str(tmp_path / "none.yml")).failed_with("nlu.training_data", "none.yml")
