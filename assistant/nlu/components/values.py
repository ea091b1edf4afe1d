"""Amounts, periods and counts as entities, and as features of the sentence they stand in.

`ValueFeaturizer` stands before the classifier: that a sentence holds a period or an amount tells much
about its intent, whichever figure it is. The three extractors stand behind every trained one, because
what they find is sure: where a guess overlaps it, the guess goes.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.values.everything import read
from assistant.nlu.values.today import today

_KINDS = ("period", "amount", "count")
_TOKENS = "text_tokens"
_REASON = "remittance"
"""May hold figures of its own: "for invoice forty one", "for dinner last night"."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ValueFeaturizer(SparseFeaturizer, GraphComponent):
    """Marks the words inside periods, amounts and counts, and the sentences that hold some.

    Words: one column for each kind. Sentence: the same, then whether there are two periods, and
    whether the amount is compared with something. The marks are set as patterns of the tokens too,
    which is where the `NameExtractor` with the feature `pattern` looks.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @classmethod
    def create(
        cls, config: dict[str, Any], _storage: Any, _resource: Any, context: ExecutionContext
    ) -> ValueFeaturizer:
        return cls(context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be configured."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._mark(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _mark(self, message: Message) -> None:
        tokens = message.get(_TOKENS) or []
        if not tokens:
            return
        found = read(message.get(TEXT), today())
        words = np.zeros((len(tokens), len(_KINDS)))
        for row, token in enumerate(tokens):
            patterns = dict(token.get("pattern", default={}))
            for column, kind in enumerate(_KINDS):
                inside = any(
                    name == kind and token.start < each.end and each.start < token.end for name, each in found
                )
                words[row, column] = inside
                patterns[kind] = inside
            token.set("pattern", patterns)
        periods = sum(kind == "period" for kind, _ in found)
        compared = any(kind == "amount" and each.value["comparison"] for kind, each in found)
        sentence = np.concatenate([words.max(axis=0), [periods > 1, compared]])
        self.add_features_to_message(
            scipy.sparse.coo_matrix(words), scipy.sparse.coo_matrix(sentence[np.newaxis, :]), TEXT, message
        )


class _ValueExtractor(GraphComponent, EntityExtractorMixin):
    KIND: ClassVar[str]

    @classmethod
    def create(cls, *_: Any) -> _ValueExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = [each for kind, each in read(message.get(TEXT), today()) if kind == self.KIND]
            if not found:
                continue
            kept = [
                entity
                for entity in message.get(ENTITIES, [])
                if entity["entity"] == _REASON
                or all(entity["end"] <= each.start or each.end <= entity["start"] for each in found)
            ]
            own: list[dict[str, Any]] = [
                {
                    "entity": self.KIND,
                    "start": each.start,
                    "end": each.end,
                    "value": each.value,
                    "confidence_entity": 1.0,
                    **({"role": each.role} if each.role else {}),
                }
                for each in found
            ]
            merged = sorted([*kept, *self.add_extractor_name(own)], key=lambda entity: entity["start"])
            message.set(ENTITIES, merged, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PeriodExtractor(_ValueExtractor):
    """ "Last weekend", "since the third of march"."""

    KIND = "period"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AmountExtractor(_ValueExtractor):
    """ "Twenty five pounds fifty", "above €50"."""

    KIND = "amount"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class CountExtractor(_ValueExtractor):
    """ "The last five transactions"."""

    KIND = "count"
