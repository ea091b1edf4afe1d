"""Names in a sentence, found by a conditional random field."""

from __future__ import annotations

import json
import logging
import shutil
from collections import OrderedDict
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from sklearn_crfsuite import CRF

_log = logging.getLogger(__name__)

_ORDER = "order.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class NameExtractor(CRFEntityExtractor):
    """Rasa's extractor, kept as it was trained.

    Rasa 3.6.21 keeps the training examples instead and trains again at every start, which with ours took
    longer than all the rest of starting.
    """

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
