from pathlib import Path

import pytest

from assistant.asr.adaptation_sentences import names, utterances
from assistant.errors import TrainingDataError

NLU = """
version: "3.1"
nlu:
  - intent: spending
    examples: |
      - how much did I spend at [Tesco](merchant)
      - spending in [London]{"entity": "place"}
  - lookup: merchant
    examples: |
      - Zorbello
  - synonym: abroad
    examples: |
      - another country
"""


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nlu.yml").write_text(NLU, "utf-8")
    return tmp_path


def test_examples_come_first_and_spoken(folder: Path) -> None:
    found = list(utterances(folder, variants=0))
    assert found == ["how much did i spend at tesco", "spending in london"]


def test_slots_are_filled_from_lookups_and_own_names(folder: Path) -> None:
    found = set(utterances(folder, own={"merchant": ["Liffey Homes 2"]}))
    assert "how much did i spend at zorbello" in found
    assert "how much did i spend at liffey homes two" in found
    assert not any("[" in text or "(" in text for text in found)


def test_the_same_seed_gives_the_same_sentences(folder: Path) -> None:
    assert list(utterances(folder, seed=3)) == list(utterances(folder, seed=3))


def test_names_are_lookups_and_synonyms(folder: Path) -> None:
    assert names(folder) == ["another country", "zorbello"]


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "more.yml").write_text("nlu: [", "utf-8")
    with pytest.raises(TrainingDataError, match=r"more\.yml"):
        list(utterances(folder))
