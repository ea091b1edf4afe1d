"""A new model is taken up between two turns, and nothing that was said is lost."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from assistant.errors import NoLanguageModelError
from assistant.nlu.runtime import Dialogue
from assistant.nlu.training import fingerprint, train, training_files
from assistant.nlu.watch import Change, ModelWatch
from assistant.settings import Settings
from tests.nlu.colours import RULES, write


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One that knows two intents, one that knows a third and another answer."""
    data = tmp_path_factory.mktemp("colours")
    settings = Settings(data=data, home=data / "home")
    write(data, hue=False)
    before = train(settings, lambda _: None)
    write(data, hue=True)
    return before, train(settings, lambda _: None)


def said(dialogue: Dialogue, text: str, name: str = "a") -> str:
    return dialogue.handle(text, conversation=name).replies[0].screen


def test_a_conversation_goes_on_with_what_it_knew(models: tuple[Path, Path]) -> None:
    before, after = models
    with Dialogue.load(before, actions="tests.nlu.plain_actions") as dialogue:
        assert said(dialogue, "make it red") == "Noted."
        assert said(dialogue, "which hue did we choose") != "The hue is red."
        dialogue.replace(after)
        assert said(dialogue, "which hue did we choose") == "The hue is red."
        assert said(dialogue, "which hue did we choose", "another") != "The hue is red."


def test_a_model_that_is_broken_changes_nothing(models: tuple[Path, Path], tmp_path: Path) -> None:
    with Dialogue.load(models[1], actions="tests.nlu.plain_actions") as dialogue:
        said(dialogue, "make it red")
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(models[0].read_bytes()[:2000])
        for path in (broken, tmp_path / "none.tar.gz"):
            with pytest.raises(NoLanguageModelError):
                dialogue.replace(path)
        assert said(dialogue, "which hue did we choose") == "The hue is red."


def test_turns_that_go_on_meanwhile_are_all_answered(models: tuple[Path, Path]) -> None:
    with Dialogue.load(models[0], actions="tests.nlu.plain_actions") as dialogue:
        answers: list[str] = []
        over = threading.Event()

        def talk(name: str) -> None:
            assert said(dialogue, "make it red", name) == "Noted."
            while not over.is_set():
                answers.append(said(dialogue, "what colour is it", name))

        talkers = [threading.Thread(target=talk, args=(f"talker-{number}",)) for number in range(3)]
        for each in talkers:
            each.start()
        for model in (models[1], models[0], models[1]):
            dialogue.replace(model)
        over.set()
        for each in talkers:
            each.join()
        assert len(answers) > 10
        assert set(answers) == {"The colour is red."}
        assert said(dialogue, "which hue did we choose", "talker-1") == "The hue is red."


def test_the_watch_tells_of_models_and_of_mistakes_once(tmp_path: Path, models: tuple[Path, Path]) -> None:
    write(tmp_path, hue=False)
    settings = Settings(data=tmp_path, home=tmp_path / "home")
    watch = ModelWatch(settings, models[0])
    assert watch.look() is None
    rules = settings.nlu_data / "rules.yml"
    rules.write_text(RULES + "- rule: x\n  steps: [{intent: nosuch}]\n", "utf-8")
    mistake = watch.look()
    assert mistake is not None
    assert mistake.model is None
    assert mistake.mistake.startswith("nlu_data/en/rules.yml:8: the domain has no intent")
    rules.write_text(RULES + "- rule: xy\n  steps: [{intent: nosuch}]\n", "utf-8")
    assert watch.look() is None  # the same words again
    write(tmp_path, hue=True)
    assert watch.look() is None  # in order, and not trained yet
    settings.nlu_models.mkdir(parents=True)
    model = settings.nlu_models / f"{fingerprint(settings, training_files(settings))}.tar.gz"
    shutil.copy(models[1], model)
    assert watch.look() == Change(model)
    assert watch.look() is None
