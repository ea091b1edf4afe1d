"""The shape of a sentence as features for the intent classifier."""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.shape import Names, features, shape, with_unknown
from assistant.nlu.values.today import today

_FILE = "shape.json"
_AT_LEAST = 2
"""A word that one example alone has is not learnt: the next new word would look like nothing seen."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class ShapeFeaturizer(SparseFeaturizer, GraphComponent):
    """Learns names from lookup tables, synonyms and annotations, and words from the shapes of the examples.

    Adds sentence features only. In half of the examples names of the kinds in `hide` count as unknown
    words: a customer's shops are for the most part in no list.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "kinds": ["account", "bank", "category", "place", "merchant"],
            "hide": ["merchant"],
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, name: str) -> None:
        super().__init__(name, config)
        self._kinds: list[str] = config["kinds"]
        self._hidden: list[str] = config["hide"]
        self._storage = storage
        self._resource = resource
        self._learn(Names({}), [], [])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShapeFeaturizer:
        return cls(config, model_storage, resource, execution_context.node_name)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> ShapeFeaturizer:
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            learnt = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        component._learn(Names(learnt["names"]), learnt["words"], learnt["features"])
        return component

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Rasa checks the names of the options."""

    def train(self, training_data: TrainingData) -> Resource:
        names = Names(_names(training_data, self._kinds))
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        counts = Counter(word for text in texts for word in set(shape(text, names, today())))
        self._learn(names, [word for word, count in sorted(counts.items()) if count >= _AT_LEAST], [])
        seen = {each for text in texts for each in self._features(text, training=True)}
        self._learn(names, sorted(self._words), sorted(seen))
        with self._storage.write_to(self._resource) as folder:
            learnt = {"names": names.by_kind, "words": sorted(self._words), "features": list(self._columns)}
            (folder / _FILE).write_text(json.dumps(learnt), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._add(message, training=False)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for message in training_data.training_examples:
            self._add(message, training=True)
        return training_data

    def _learn(self, names: Names, words: list[str], columns: list[str]) -> None:
        self._names = names
        self._words = frozenset(words)
        self._columns = {feature: column for column, feature in enumerate(columns)}

    def _features(self, text: str, *, training: bool) -> list[str]:
        hidden = self._hidden if training and zlib.crc32(text.encode()) % 2 else ()
        words = shape(text, self._names, today(), unknown=hidden)
        return list(features(with_unknown(words, self._words)))

    def _add(self, message: Message, *, training: bool) -> None:
        text = message.get(TEXT)
        if not text:
            return
        counts = Counter(
            self._columns[each] for each in self._features(text, training=training) if each in self._columns
        )
        columns = list(counts)
        matrix = scipy.sparse.coo_matrix(
            (np.array([counts[column] for column in columns], float), ([0] * len(columns), columns)),
            shape=(1, len(self._columns)),
        )
        self.add_features_to_message(None, matrix, TEXT, message)


def _names(data: TrainingData, kinds: list[str]) -> Mapping[str, set[str]]:
    """Names by kind. A synonym belongs to the kind of an entity that was annotated with its value or text."""
    names: dict[str, set[str]] = defaultdict(set)
    kind_of: dict[str, str] = {}
    for example in data.training_examples:
        for entity in example.get(ENTITIES) or ():
            said = example.get(TEXT)[entity["start"] : entity["end"]].lower()
            names[entity["entity"]].add(said)
            kind_of[said] = entity["entity"]
            kind_of[str(entity["value"]).lower()] = entity["entity"]
    for said, value in data.entity_synonyms.items():
        kind = kind_of.get(said.lower()) or kind_of.get(str(value).lower())
        if kind:
            names[kind].update((said.lower(), str(value).lower()))
    for table in data.lookup_tables:
        if isinstance(table["elements"], list):
            names[table["name"]].update(str(each).lower() for each in table["elements"])
    return {kind: names[kind] for kind in kinds}
