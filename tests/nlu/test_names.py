import ctypes
from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.extractors.crf_entity_extractor import CRFToken
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn_crfsuite import CRF

from assistant.nlu.components.names import NameExtractor, without_repeated_zeros
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


def test_what_is_left_out_of_training_changes_no_weight() -> None:
    """Most zeros are: the tagger has the same weights as with all of them."""
    tokens = [
        [
            CRFToken(word, "", {"shop": word in SHOPS, "day": word == "monday"}, None, tag, "O", "O")
            for word, tag in said
        ]
        for said in (
            (("at", "O"), ("tesco", "B-merchant"), ("monday", "O")),
            (("in", "O"), ("cork", "B-place"), ("at", "O"), ("lidl", "B-merchant")),
            (("at", "O"), ("zorbello", "B-merchant"), ("on", "O"), ("monday", "O")),
        )
    ]
    config = NameExtractor.get_default_config() | {"features": [["pattern"], ["low", "pattern"], ["pattern"]]}
    features = [NameExtractor._crf_tokens_to_features(each, config) for each in tokens]
    labels = [NameExtractor._crf_tokens_to_tags(each, "entity") for each in tokens]
    less = without_repeated_zeros(features, labels)
    assert sum(len(word) for each in less for word in each) < sum(
        len(word) for each in features for word in each
    )

    def weights(taught: list[list[dict[str, object]]]) -> object:
        ctypes.CDLL(None).srand(1)  # by which sentences are shuffled
        learnt = CRF(algorithm="ap", max_iterations=9, all_possible_transitions=True).fit(taught, labels)
        return learnt.state_features_, learnt.transition_features_

    assert weights(less) == weights(features)
    careless = [
        [{name: value for name, value in word.items() if value} for word in each] for each in features
    ]
    assert weights(careless) != weights(features)
