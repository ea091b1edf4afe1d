import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.model_training import train_nlu
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from assistant.nlu.components.counts import SentenceCounts
from assistant.nlu.components.intents import MarginClassifier

OURS = "assistant.nlu.components"
SENTENCES = {
    "balance": ("what is my balance", "how much money have i got", "how much is in my account", "my balance"),
    "spending": ("what did i spend on food", "how much have i spent", "my spending", "what did food cost me"),
    "thank": ("thank you", "thanks a lot", "thank you so much", "many thanks"),
}


class Taught:
    """The classifier behind one featurizer, trained on a few sentences; and the same, loaded."""

    def __init__(self, folder: Path, intents: Iterable[str] = SENTENCES) -> None:
        storage = LocalModelStorage.create(folder)
        context = ExecutionContext(GraphSchema({}), node_name="counts")
        self._tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
        self._counts = SentenceCounts.create(
            SentenceCounts.get_default_config(), storage, Resource("counts"), context
        )
        data = TrainingData(
            [Message.build(text, intent=intent) for intent in intents for text in SENTENCES[intent]]
        )
        self._tokenizer.process_training_data(data)
        self._counts.train(data)
        self._counts.process_training_data(data)
        config, resource = MarginClassifier.get_default_config(), Resource("intents")
        self.trained = MarginClassifier.create(config, storage, resource, context)
        self.trained.train(data)
        self.loaded = MarginClassifier.load(config, storage, resource, context)

    def ranking(self, text: str, classifier: MarginClassifier | None = None) -> list[tuple[str, float]]:
        message = Message.build(text)
        self._counts.process(self._tokenizer.process([message]))
        (classifier or self.loaded).process([message])
        ranking = [(each["name"], each["confidence"]) for each in message.get("intent_ranking")]
        assert not ranking or message.get("intent") == dict(
            zip(("name", "confidence"), ranking[0], strict=True)
        )
        return ranking


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    return Taught(tmp_path_factory.mktemp("storage"))


@pytest.mark.parametrize("text", ["what's my balance", "how much did food cost", "thanks", "zorbello", ""])
def test_what_is_loaded_judges_as_what_was_trained(taught: Taught, text: str) -> None:
    assert taught.ranking(text) == taught.ranking(text, taught.trained)


def test_the_likeliest_intent_comes_first(taught: Taught) -> None:
    ranking = taught.ranking("thank you")
    assert ranking[0][0] == "thank"
    assert [each for _, each in ranking] == sorted((each for _, each in ranking), reverse=True)
    assert {name for name, _ in ranking} == set(SENTENCES)


def test_a_sentence_that_fits_nothing_is_less_sure_than_one_that_was_learnt(taught: Taught) -> None:
    assert taught.ranking("purple elephants dance")[0][1] < taught.ranking("what is my balance")[0][1]


def test_nothing_to_judge_is_no_intent(taught: Taught) -> None:
    assert taught.ranking("") == []


def test_two_intents_are_told_apart(tmp_path: Path) -> None:
    """Then there is one machine for both."""
    taught = Taught(tmp_path, ("balance", "thank"))
    assert taught.ranking("many thanks")[0][0] == "thank"
    assert taught.ranking("my balance")[0][0] == "balance"


def test_one_intent_alone_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="two intents"):
        Taught(tmp_path, ("balance",))


def test_other_words_of_the_same_meaning_are_understood_with_the_extra(tmp_path: Path) -> None:
    """Through Rasa itself, as whoever puts the component into config.yml does."""
    parts = ("WhitespaceTokenizer", f"{OURS}.meaning.MeaningFeaturizer", "CountVectorsFeaturizer")
    pipeline = [{"name": name} for name in (*parts, f"{OURS}.intents.MarginClassifier")]
    config = {"recipe": "default.v1", "language": "en", "assistant_id": "test", "policies": []}
    data = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in SENTENCES.items()
    ]
    for name, content in (
        ("config.yml", {**config, "pipeline": pipeline}),
        ("nlu.yml", {"version": "3.1", "nlu": data}),
    ):
        with (tmp_path / name).open("w", encoding="utf-8") as file:
            YAML().dump(content, file)
    model = train_nlu(
        str(tmp_path / "config.yml"), str(tmp_path / "nlu.yml"), str(tmp_path), fixed_model_name="model"
    )
    agent = Agent.load(model)
    for text, intent in (("funds available?", "balance"), ("i am grateful", "thank")):
        assert asyncio.run(agent.parse_message(text))["intent"]["name"] == intent
