"""Our counts of pieces of words are Rasa's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.components.counts import SentenceCounts

SENTENCES = ("what is my balance", "what did i spend at tesco", "balance balance please", "thanks")
OPTIONS: dict[str, Any] = {"analyzer": "char_wb", "min_ngram": 2, "max_ngram": 4}


def sentence_counts(kind: type[CountVectorsFeaturizer], folder: Path) -> dict[str, Any]:
    """By text, of what was trained on and of what was not; from what was loaded again."""
    folder.mkdir()
    storage, resource = LocalModelStorage.create(folder), Resource("counts")
    context = ExecutionContext(GraphSchema({}), node_name="counts")
    config = kind.get_default_config() | OPTIONS
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    # An intent without a text is what Rasa makes of the intents in stories.
    intent = Message(data={"intent": "greet"})
    data = TrainingData([*(Message.build(each, intent="any") for each in SENTENCES), intent])
    tokenizer.process_training_data(data)
    featurizer = kind.create(config, storage, resource, context)
    featurizer.train(data)
    featurizer.process_training_data(data)
    loaded = kind.load(config, storage, resource, context)
    fresh = Message.build("what is a tesco balance worth")
    loaded.process(tokenizer.process([fresh]))
    return {
        each.get(TEXT): features.features.toarray()
        for each in (*data.training_examples, fresh)
        for features in each.features
        if features.type == FEATURE_TYPE_SENTENCE and features.attribute == TEXT
    }


def test_sentences_have_the_features_that_rasa_gives_them(tmp_path: Path) -> None:
    theirs = sentence_counts(CountVectorsFeaturizer, tmp_path / "theirs")
    ours = sentence_counts(SentenceCounts, tmp_path / "ours")
    assert ours.keys() == theirs.keys() == {*SENTENCES, "what is a tesco balance worth"}
    for text, counts in theirs.items():
        assert counts.sum() > 0
        np.testing.assert_array_equal(ours[text], counts)


@pytest.mark.parametrize("text", ["", "!?"])
def test_a_sentence_without_words_has_no_features(tmp_path: Path, text: str) -> None:
    storage = LocalModelStorage.create(tmp_path)
    context = ExecutionContext(GraphSchema({}), node_name="counts")
    counts = SentenceCounts.create(
        SentenceCounts.get_default_config() | OPTIONS, storage, Resource("counts"), context
    )
    tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
    counts.train(tokenizer.process_training_data(TrainingData([Message.build("my balance", intent="any")])))
    message = Message.build(text)
    counts.process(tokenizer.process([message]))
    assert all(each.features.nnz == 0 for each in message.features)
