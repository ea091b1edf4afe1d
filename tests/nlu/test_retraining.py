"""What has not changed is not trained again."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from assistant.nlu.runtime import Dialogue
from assistant.nlu.training import train
from assistant.settings import Settings
from tests.nlu.colours import write

SAID = "train_LogisticRegressionClassifier2"
DONE = "train_RulePolicy0"


class Trainer:
    def __init__(self, data: Path) -> None:
        self.settings = Settings(data=data, home=data / "home")
        self.told: list[str] = []

    def change(self, name: str, old: str, new: str) -> None:
        path = self.settings.data / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def train(self) -> Path:
        self.told.clear()
        return train(self.settings, self.told.append)

    @property
    def learnt(self) -> str:
        return next(line for line in self.told if line.startswith("Learning"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of data, and the model of it in `home`."""
    data = tmp_path_factory.mktemp("colours")
    write(data, hue=False)
    Trainer(data).train()
    return data


@pytest.fixture
def trainer(trained: Path, tmp_path: Path) -> Trainer:
    shutil.copytree(trained, tmp_path / "data")
    return Trainer(tmp_path / "data")


def written(model: Path, part: str) -> dict[str, float]:
    """When the files of a part were written: they keep it from one model to the next."""
    with tarfile.open(model) as archive:
        found = {
            each.name: each.mtime for each in archive if each.isfile() and f"components/{part}/" in each.name
        }
    assert found
    return found


def answer(model: Path, text: str) -> str:
    with Dialogue.load(model, actions="tests.nlu.plain_actions") as dialogue:
        dialogue.handle("make it red", conversation="a")
        return dialogue.handle(text, conversation="a").replies[0].screen


def test_another_answer_leaves_what_was_learnt_of_utterances(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "The colour is", "You chose")
    after = trainer.train()
    assert trainer.learnt == "Learning what is done; what you may say has not changed."
    assert after != before
    assert written(after, SAID) == written(before, SAID)
    assert written(after, DONE) != written(before, DONE)
    assert answer(after, "tell me the colour") == "You chose red."


def test_another_rule_is_followed(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change(
        "nlu_data/en/rules.yml",
        "{intent: colour}, {action: utter_colour}",
        "{intent: colour}, {action: utter_noted}",
    )
    after = trainer.train()
    assert written(after, SAID) == written(before, SAID)
    assert answer(after, "tell me the colour") == "Noted."


def test_another_utterance_leaves_the_rules(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change(
        "nlu_data/en/nlu/nlu.yml", "- tell me the colour", "- tell me the colour\n    - i forgot the paint"
    )
    after = trainer.train()
    assert trainer.learnt == "Learning what you may say; what is done then has not changed."
    assert written(after, DONE) == written(before, DONE)
    assert written(after, SAID) != written(before, SAID)
    assert answer(after, "i forgot the paint") == "The colour is red."


def test_going_back_trains_nothing(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "The colour is", "You chose")
    trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "You chose", "The colour is")
    assert trainer.train() == before
    assert trainer.told == []


def test_both_at_once_and_another_pipeline_train_everything(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "The colour is", "You chose")
    trainer.change("nlu_data/en/nlu/nlu.yml", "- i want red", "- i want it red")
    both = trainer.train()
    assert trainer.learnt.endswith("once.")
    trainer.change("config.yml", "- name: RulePolicy", "- name: MemoizationPolicy\n- name: RulePolicy")
    other = trainer.train()
    assert trainer.learnt.endswith("once.")
    for earlier, later in ((before, both), (both, other)):
        assert written(later, SAID) != written(earlier, SAID)


def test_an_earlier_model_that_is_broken_costs_time_alone(trainer: Trainer) -> None:
    before = trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "The colour is", "You chose")
    before.write_bytes(before.read_bytes()[:2000])
    assert answer(trainer.train(), "tell me the colour") == "You chose red."


def test_answers_are_utterances_to_a_pipeline_that_learns_them(trainer: Trainer) -> None:
    trainer.change(
        "config.yml",
        "- name: LogisticRegressionClassifier",
        "- name: LogisticRegressionClassifier\n# ResponseSelector",
    )
    trainer.train()
    trainer.change("nlu_data/en/domain/domain.yml", "The colour is", "You chose")
    trainer.train()
    assert trainer.learnt.endswith("once.")
