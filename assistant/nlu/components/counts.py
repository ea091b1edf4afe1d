"""Pieces of words as features of a sentence: Rasa's counts, less what nobody here looks at."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceCounts(CountVectorsFeaturizer):
    """Rasa's featurizer with the same options and the same counts, of sentences alone and of all at once.

    Rasa 3.6.21 counts every word of a sentence too, which no classifier or extractor of the pipeline asks
    for, and takes one sentence after another: that takes three times as long, in training and in each turn.
    """

    def process(self, messages: list[Message]) -> list[Message]:
        vectorizer = (self.vectorizers or {}).get(TEXT)
        said = [
            (message, tokens)
            for message in messages
            if (tokens := self._get_processed_message_tokens_by_attribute(message, TEXT))
        ]
        if vectorizer is None or not said:
            return messages
        counts = vectorizer.transform([" ".join(tokens) for _, tokens in said])
        counts.sort_indices()
        for row, (message, _) in enumerate(said):
            own = slice(counts.indptr[row], counts.indptr[row + 1])
            columns = counts.indices[own]
            sentence = scipy.sparse.coo_matrix(
                (counts.data[own], (np.zeros_like(columns), columns)), shape=(1, counts.shape[1])
            )
            self.add_features_to_message(None, sentence, TEXT, message)
        return messages
