"""`assistant utterances import`: what others wrote down, all or nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.training.utterances.editing import Utterances
from tests.cli.command import Assistant, trainers_copy

CSV = """\
text,category
"how fares my purse, friend",check_balance
how much dosh have i got on me,check_balance
"""
YAML = """\
version: "3.1"
nlu:
  - intent: spending
    examples: |
      - what did the [quibble inn](merchant) swallow last month
"""
JSON = {
    "rasa_nlu_data": {
        "common_examples": [
            {
                "text": "what went to Zorbello in may",
                "intent": "spending",
                "entities": [{"start": 13, "end": 21, "entity": "merchant", "value": "Zorbello"}],
            }
        ]
    }
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return trainers_copy(tmp_path / "data")


@pytest.fixture
def trainer(tmp_path: Path, data: Path) -> Assistant:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    own = {"ASSISTANT_HOME": str(tmp_path / "home"), "ASSISTANT_DATA": str(data), "COLUMNS": "200"}
    return Assistant(tmp_path / "home", {**kept, **own, "NO_COLOR": "1"})


def taught(data: Path) -> set[tuple[str, str]]:
    return {(each.intent, each.text) for each in Utterances(Settings(data=data, home=data)).examples}


def test_each_kind_of_file_comes_in_once(trainer: Assistant, data: Path, tmp_path: Path) -> None:
    before = taught(data)
    files = {"a.csv": CSV, "b.yml": YAML, "c.json": json.dumps(JSON)}
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    counts = {}
    for name in files:
        done = trainer.run("utterances", "import", str(tmp_path / name))
        assert done.status == 0, done.complaint
        counts[name] = done.shown
    assert "2 added, 0 were there already." in counts["a.csv"]
    assert "spending: 1" in counts["b.yml"]
    assert taught(data) - before == {
        ("check_balance", "how fares my purse, friend"),
        ("check_balance", "how much dosh have i got on me"),
        ("spending", "what did the [quibble inn](merchant) swallow last month"),
        ("spending", "what went to [zorbello](merchant) in may"),
    }
    again = trainer.run("utterances", "import", str(tmp_path / "a.csv"))
    assert "0 added, 2 were there already." in again.shown


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", CSV + "show my shoes,shoes\n", "a.csv:4: "),
        (
            "a.csv",
            CSV + "how much dosh have i got on me,spending\n",
            "an utterance of `check_balance` already",
        ),
        ("b.yml", YAML + "      - at the [inn](tavern)\n", "b.yml:6: "),
        ("c.json", "[{}]", "c.json:1: "),
    ],
)
def test_one_mistake_and_nothing_comes_in(
    trainer: Assistant, data: Path, tmp_path: Path, name: str, content: str, told: str
) -> None:
    before = taught(data)
    (tmp_path / name).write_text(content, encoding="utf-8")
    trainer.run("utterances", "import", str(tmp_path / name)).failed_with("nlu.training_data", told)
    assert taught(data) == before
