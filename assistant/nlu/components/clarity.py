"""Asking again where most of a spoken sentence may be something else than what was heard."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.clarity import clarity_of


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ClarityClassifier(IntentClassifier, GraphComponent):
    """Takes an intent back whose confidence, times the share of words that are likely to be right (`clarity`
    of the message's metadata), lies below `threshold`. What was typed stays as it is.

    Talk that is no request is heard as the nearest words of banking, and those may make a request. Intents
    that are `spared` look nothing up and begin nothing (docs/certainty.md).
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"threshold": 0.6, "spared": []}

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold = float(config["threshold"])
        self._spared = frozenset([*config["spared"], DEFAULT_NLU_FALLBACK_INTENT_NAME])

    @classmethod
    def create(
        cls, config: dict[str, Any], _storage: Any, _resource: Any, _context: ExecutionContext
    ) -> ClarityClassifier:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = message.get(INTENT) or {}
            share = clarity_of(message.get("metadata"))
            sure = share * float(intent.get(PREDICTED_CONFIDENCE_KEY) or 0.0)
            if share < 1 and sure < self._threshold and intent.get(INTENT_NAME_KEY) not in self._spared:
                unclear = {INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME, PREDICTED_CONFIDENCE_KEY: sure}
                message.set(INTENT, unclear, add_to_output=True)
                ranking = [unclear, *message.get(INTENT_RANKING_KEY, [])]
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
