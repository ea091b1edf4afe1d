"""Which intent a sentence has: one linear classifier for each, and how sure the best of them is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from assistant.arrays import save_arrays
from assistant.nlu.beside import beside

Floats = npt.NDArray[np.float32]

_FILE = "intents.npz"
_FOLDS = 3
"""Parts of the training data, each judged once by what was learnt from the others."""
_USUAL = (3.5, 1.3)
"""Slope and offset of the confidence where too few sentences are there to learn them: as in our own data."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MarginClassifier(IntentClassifier, GraphComponent):
    """Support vector machines over the sentence features of all featurizers before it.

    Each featurizer's counts are weighed by how rare they are (1 + log count, times inverse document
    frequency) and brought to length 1, so that none drowns another; dense features, which are no counts, are
    brought to the length `dense`. The confidence of an intent is a logistic
    function of its margin, learnt on sentences that the machine had not seen: it says how often the best
    intent is the right one. Confidences of one sentence do not add up to 1, so a sentence
    that fits nothing is sure of nothing.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 1.0, "dense": 2.0, "ranking_length": 10}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._learnt: _Learnt | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa hands it over by this name
    ) -> MarginClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> MarginClassifier:
        component: MarginClassifier = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as arrays:
            component._learnt = _Learnt(**{name: arrays[name] for name in arrays.files})
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [each for each in training_data.intent_examples if each.get(TEXT) and each.get(INTENT)]
        names = np.array([each.get(INTENT) for each in examples])
        if len(set(names)) < 2:
            raise InvalidConfigException("there must be utterances of two intents at least")
        blocks = _stacked(examples)
        scales = {origin: self._scale(block) for origin, block in blocks.items()}
        known = scipy.sparse.hstack([_scaled(blocks[origin], *scales[origin]) for origin in blocks]).tocsr()
        confidence = beside(lambda: self._confidence(known, names))
        machine = self._machine().fit(known, names)
        two = len(machine.classes_) == 2  # then scikit-learn has one margin, of the second
        weights = np.concatenate([-machine.coef_, machine.coef_]) if two else machine.coef_
        offsets = np.concatenate([-machine.intercept_, machine.intercept_]) if two else machine.intercept_
        self._learnt = _Learnt(
            intents=machine.classes_.astype(str),
            origins=np.array(list(blocks)),
            widths=np.array([block.matrix.shape[1] for block in blocks.values()]),
            rarity=np.concatenate([rarity for rarity, _ in scales.values()]),
            lengths=np.array([length for _, length in scales.values()], np.float32),
            weights=np.ascontiguousarray(weights.T, np.float32),
            offsets=offsets.astype(np.float32),
            confidence=confidence(),
        )
        with self._storage.write_to(self._resource) as folder:
            save_arrays(folder / _FILE, vars(self._learnt))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        learnt = self._learnt
        if learnt is None or not message.get(TEXT):
            message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", [], add_to_output=True)
            return
        confidences = learnt.confidences(_blocks(message))
        best = np.argsort(-confidences)[: self._config["ranking_length"]]
        ranking = [
            {"name": str(learnt.intents[each]), "confidence": float(confidences[each])} for each in best
        ]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)

    def _scale(self, block: _Block) -> tuple[Floats, float]:
        """What each feature is worth, and the length of a row."""
        sentences, width = block.matrix.shape
        if block.dense:
            return np.ones(width, np.float32), float(self._config["dense"])
        having = np.bincount(block.matrix.indices[block.matrix.data != 0], minlength=width)
        # Inverse document frequency, as if one more sentence had every feature.
        return (np.log((1 + sentences) / (1 + having)) + 1).astype(np.float32), 1.0

    def _machine(self) -> LinearSVC:
        return LinearSVC(C=self._config["C"], random_state=1)

    def _confidence(self, known: scipy.sparse.csr_matrix, names: npt.NDArray[np.str_]) -> Floats:
        """Slope and offset of the logistic function from the best margin to being right."""
        if min(Counter(names).values()) < _FOLDS:
            return np.array(_USUAL, np.float32)
        margins, right = [], []
        for others, held_out in StratifiedKFold(_FOLDS, shuffle=True, random_state=1).split(known, names):
            machine = self._machine().fit(known[others], names[others])
            found = machine.decision_function(known[held_out])
            if found.ndim == 1:
                found = np.stack([-found, found], axis=1)
            margins.append(found.max(axis=1))
            right.append(machine.classes_[found.argmax(axis=1)] == names[held_out])
        outcome = np.concatenate(right)
        if outcome.all():
            return np.array(_USUAL, np.float32)
        fitted = LogisticRegression(C=100.0).fit(np.concatenate(margins)[:, np.newaxis], outcome)
        return np.array([fitted.coef_[0, 0], fitted.intercept_[0]], np.float32)


@dataclass(frozen=True)
class _Learnt:
    """All that is stored, as arrays."""

    intents: npt.NDArray[np.str_]
    """(intents,)"""
    origins: npt.NDArray[np.str_]
    """(featurizers,): in the order in which their features stand side by side."""
    widths: npt.NDArray[np.int64]
    """(featurizers,): how many features each has."""
    rarity: Floats
    """(features,): inverse document frequencies."""
    lengths: Floats
    """(featurizers,): of a row of each."""
    weights: Floats
    """(features, intents): a sentence touches few rows, so they lie together."""
    offsets: Floats
    """(intents,)"""
    confidence: Floats
    """Slope and offset."""

    def confidences(self, blocks: Mapping[str, _Block]) -> Floats:
        """(intents,), each 0 to 1."""
        margins = self.offsets.astype(np.float64)
        start = 0
        for origin, width, length in zip(self.origins, self.widths, self.lengths, strict=True):
            block = blocks.get(str(origin))
            if block is not None and block.matrix.nnz:
                values = _worth(block, self.rarity[start : start + width])
                values *= length / (np.sqrt(values @ values) or 1)
                margins += values @ self.weights[start + block.matrix.indices]
            start += width
        slope, offset = self.confidence
        return 1 / (1 + np.exp(-(slope * margins + offset)))  # type: ignore[no-any-return]


class _Block(NamedTuple):
    """Sentence features of one featurizer, a row a sentence."""

    matrix: scipy.sparse.csr_matrix
    dense: bool


def _blocks(message: Message) -> dict[str, _Block]:
    """One sentence, by featurizer."""
    return {
        str(each.origin): _Block(scipy.sparse.csr_matrix(each.features), each.is_dense())
        for each in _sentence_features(message)
    }


def _stacked(messages: Sequence[Message]) -> dict[str, _Block]:
    """All sentences, by featurizer, in the order of the pipeline."""
    parts: dict[str, list[tuple[int, Any]]] = {}
    dense: dict[str, bool] = {}
    for row, message in enumerate(messages):
        for each in _sentence_features(message):
            origin = str(each.origin)
            dense[origin] = each.is_dense()
            # One matrix of all rows and not one a row: most of the time goes into making them.
            parts.setdefault(origin, []).append((row, scipy.sparse.coo_matrix(each.features)))
    stacked = {}
    for origin, rows in parts.items():
        lengths = [matrix.nnz for _, matrix in rows]
        where = (
            np.repeat([row for row, _ in rows], lengths),
            np.concatenate([matrix.col for _, matrix in rows]),
        )
        values = np.concatenate([matrix.data for _, matrix in rows])
        shape = (len(messages), rows[0][1].shape[1])
        stacked[origin] = _Block(scipy.sparse.coo_matrix((values, where), shape).tocsr(), dense[origin])
    return stacked


def _sentence_features(message: Message) -> Iterator[Features]:
    return (
        each for each in message.features if each.attribute == TEXT and each.type == FEATURE_TYPE_SENTENCE
    )


def _scaled(block: _Block, rarity: Floats, length: float) -> scipy.sparse.csr_matrix:
    """Each row brought to that length, after its values were weighed."""
    scaled = block.matrix.copy()
    scaled.data = _worth(block, rarity)
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return scipy.sparse.diags(length / lengths) @ scaled


def _worth(block: _Block, rarity: Floats) -> npt.NDArray[np.float64]:
    """The values that stand in the matrix: counts dampened and weighed by rarity, others as they are."""
    values = block.matrix.data.astype(np.float64)
    if block.dense:
        return values  # type: ignore[no-any-return]
    positive = values > 0  # a zero may be written out
    return np.where(positive, (1 + np.log(np.where(positive, values, 1))) * rarity[block.matrix.indices], 0.0)
