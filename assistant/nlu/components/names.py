"""Names in a sentence, found by a conditional random field."""

from __future__ import annotations

import ctypes
import json
import logging
import shutil
from collections import OrderedDict
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken
from rasa.shared.nlu.constants import ENTITY_ATTRIBUTE_TYPE
from sklearn_crfsuite import CRF

_log = logging.getLogger(__name__)

_ORDER = "order.json"
_ROUNDS = 12
_SEED = 1
_PEOPLE = ("payee", "merchant")
"""Kinds of name whose own words tell nothing of their part."""
_NAME = "name"
"""Stands for each word of one."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class NameExtractor(CRFEntityExtractor):
    """Rasa's extractor, learnt by the averaged perceptron (Collins, 2002) and kept as it was learnt.

    Rasa 3.6.21 learns by L-BFGS, which takes five times as long with our data and finds fewer names in
    sentences that were left out of training (docs/nlu.md). It keeps the training examples instead of what was
    learnt, and learns again at every start, which took longer than all the rest of starting.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's, but for how often the data are gone through, which is less here."""
        return {**CRFEntityExtractor.get_default_config(), "max_iterations": _ROUNDS}

    @classmethod
    def train_model(
        cls, df_train: list[list[CRFToken]], config: dict[str, Any], crf_order: list[str]
    ) -> OrderedDict[str, CRF]:
        """A tagger for each of `crf_order`; those of roles and groups look at what the first one found."""
        taggers: OrderedDict[str, CRF] = OrderedDict()
        for tag in crf_order:
            # The order in which sentences are gone through is drawn by C's `rand`.
            ctypes.CDLL(None).srand(_SEED)
            second = tag != ENTITY_ATTRIBUTE_TYPE
            labels = [cls._crf_tokens_to_tags(each, tag) for each in df_train]
            features = [cls._crf_tokens_to_features(each, config, second) for each in df_train]
            taggers[tag] = CRF(
                algorithm="ap", max_iterations=config["max_iterations"], all_possible_transitions=True
            ).fit(without_repeated_zeros(features, labels), labels)
        return taggers

    @classmethod
    def _crf_tokens_to_features(
        cls, crf_tokens: list[CRFToken], config: dict[str, Any], include_tag_features: bool = False
    ) -> list[dict[str, Any]]:
        """What part somebody plays is told by what stands around the name, so those who learn that do not see
        it: somebody who is mostly "not" meant in the data may be meant elsewhere."""
        tokens = [_hidden(each) for each in crf_tokens] if include_tag_features else crf_tokens
        features: list[dict[str, Any]] = super()._crf_tokens_to_features(tokens, config, include_tag_features)
        return features

    def persist(self, dataset: object) -> None:
        """Keep the taggers in CRFsuite's own format, and which comes first."""
        del dataset
        with self._model_storage.write_to(self._resource) as folder:
            for tag, tagger in self.entity_taggers.items():
                shutil.copyfile(tagger.modelfile.name, folder / f"{tag}.crfsuite")
            (folder / _ORDER).write_text(json.dumps(self.crf_order), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> NameExtractor:
        component: NameExtractor = cls.create(config, model_storage, resource, execution_context)
        try:
            with model_storage.read_from(resource) as folder:
                component.crf_order = json.loads((folder / _ORDER).read_text(encoding="utf-8"))
                component.entity_taggers = OrderedDict()
                for tag in component.crf_order:
                    tagger = CRF(model_filename=str(folder / f"{tag}.crfsuite"))
                    assert tagger.tagger_ is not None  # noqa: S101 - reads the file, which goes after loading
                    component.entity_taggers[tag] = tagger
        except ValueError:
            _log.debug("no names were marked in the training data, so none are found")
        return component


def _hidden(token: CRFToken) -> CRFToken:
    """The same, without the letters of a name."""
    if token.entity_tag.rpartition("-")[2] not in _PEOPLE:
        return token
    return CRFToken(**{**vars(token), "text": _NAME})


def without_repeated_zeros(
    sentences: list[list[dict[str, Any]]], labels: list[list[str]]
) -> list[list[dict[str, Any]]]:
    """The same features of each word, less most of those that are false, four fifths of all.

    To CRFsuite these are zeros. The first with each label makes a weight for the two, which what is true
    elsewhere may push below zero; any further one takes time and changes nothing.
    """
    met: set[tuple[str, str]] = set()
    kept = []
    for sentence, names in zip(sentences, labels, strict=True):
        words = []
        for word, label in zip(sentence, names, strict=True):
            words.append(
                {
                    name: value
                    for name, value in word.items()
                    if value is not False or (name, label) not in met
                }
            )
            met.update((name, label) for name, value in words[-1].items() if value is False)
        kept.append(words)
    return kept
