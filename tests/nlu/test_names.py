from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.components.names import NameExtractor
from assistant.nlu.components.values import ValueFeaturizer

SHOPS = ["tesco", "lidl", "aldi", "ikea"]


def sentence(name: str) -> Message:
    text = f"how much did i spend at {name} last month"
    entity = {"entity": "merchant", "value": name, "start": 24, "end": 24 + len(name)}
    return Message.build(text, intent="spending", entities=[entity])


def test_what_is_loaded_finds_what_was_trained(tmp_path: Path) -> None:
    """The same names with the same confidence."""
    storage, resource = LocalModelStorage.create(tmp_path), Resource("names")
    context = ExecutionContext(GraphSchema({}))
    config = NameExtractor.get_default_config() | {"features": [["low"], ["low", "suffix3"], ["low"]]}
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    values = ValueFeaturizer.create(
        ValueFeaturizer.get_default_config(), storage, Resource("values"), context
    )
    data = tokenizer.process_training_data(TrainingData([sentence(shop) for shop in SHOPS]))
    values.process_training_data(data)
    trained = NameExtractor.create(config, storage, resource, context)
    trained.train(data)
    loaded = NameExtractor.load(config, storage, resource, context)
    for name in (*SHOPS, "zorbello"):
        message = Message.build(f"how much did i spend at {name} last month")
        values.process(tokenizer.process([message]))
        assert loaded.extract_entities(message) == trained.extract_entities(message)
        assert [each["value"] for each in loaded.extract_entities(message)] == [name]
