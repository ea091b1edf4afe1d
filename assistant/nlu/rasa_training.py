"""A model made by Rasa, in less time than `rasa train`: files are read once, and both cores work."""

from __future__ import annotations

import dataclasses
import gc
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.engine import validation
from rasa.engine.caching import TrainingCache
from rasa.engine.graph import GraphModelConfiguration, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.data import TrainingType
from rasa.shared.importers.importer import E2EImporter, NluDataImporter, ResponsesSyncImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.earlier import Earlier
from assistant.nlu.side_by_side import SideBySide

_READERS = {"utterances": "nlu_training_data_provider", "stories": "story_graph_provider"}
"""The nodes that read them, by Rasa's names. Who needs the domain to learn also needs stories."""


def train_model(
    config: str,
    domain: str,
    data: Sequence[str],
    output: Path,
    *,
    core: bool = True,
    earlier: Earlier | None = None,
) -> None:
    """Write the model that these files make to `output`; without `core`, one that understands and no more.

    What does not depend on what changed since `earlier` is taken from there. For a process that does
    nothing else: Rasa's cache stays out of it. Raises what Rasa raises.
    """
    gc.disable()  # millions of objects stay until the end, and looking through them takes long
    # Rasa hashes all training data after every step, for its cache: a fifth of the whole time.
    TrainingData.fingerprint = lambda _: uuid4().hex
    # While it reads it copies every utterance three times, and nobody keeps the first ones.
    Message.__deepcopy__ = lambda message, _: message
    TrainingData.sanitize_examples = staticmethod(_each_once)
    read = ResponsesSyncImporter(_ReadOnce(config, domain, list(data)))
    files = _MergedOnce(read) if core else NluDataImporter(read)
    kind = TrainingType.BOTH if core else TrainingType.NLU
    recipe = Recipe.recipe_for_name(files.get_config().get("recipe"))
    configured, _, _ = recipe.auto_configure(
        files.get_config_file_for_auto_config(), files.get_config(), kind
    )
    graph = recipe.graph_config_for_recipe(configured, {}, training_type=kind, is_finetuning=False)
    validation.validate(graph)
    with tempfile.TemporaryDirectory() as folder:
        storage = _Storage(Path(folder), graph)
        anew = [name for name, node in graph.train_schema.nodes.items() if node.is_target]
        if earlier is not None:
            anew = _take_over(earlier, graph.train_schema, anew, Path(folder))
        needed = dataclasses.replace(graph, train_schema=graph.train_schema.minimal_graph_schema(anew))
        GraphTrainer(storage, _NoCache(), SideBySide).train(needed, files, output, force_retraining=True)


def _take_over(earlier: Earlier, schema: GraphSchema, targets: list[str], storage: Path) -> list[str]:
    """Put into `storage` what is as it was, and name the other targets: all if that model is broken."""

    def as_it_was(name: str) -> bool:
        # The domain is written anew in any case: it is small, and belongs to both parts.
        read_straight = schema.nodes[name].needs.keys() == {"importer"}
        return (
            not read_straight and _READERS[earlier.changed] not in schema.minimal_graph_schema([name]).nodes
        )

    same = list(filter(as_it_was, targets))
    try:
        with tempfile.TemporaryDirectory() as folder:
            LocalModelStorage.from_model_archive(Path(folder), earlier.model)
            for name in same:
                if (Path(folder) / name).is_dir():  # not everything that learns keeps something
                    shutil.move(Path(folder) / name, storage / name)
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        shutil.rmtree(storage)
        storage.mkdir()
        return targets
    return [name for name in targets if name not in same]


def _each_once(examples: list[Message]) -> list[Message]:
    """What Rasa makes of utterances, which tells two that are the same by a hash of each, six times."""
    kept: dict[str, Message] = {}
    for each in examples:
        for name in (INTENT, RESPONSE):
            if each.get(name):
                each.set(name, each.get(name).strip())
        kept.setdefault(repr(each.data), each)
    return list(kept.values())


class _ReadOnce(RasaFileImporter):
    """Rasa 3.6.21 reads all utterances twice, as it asks with a language and without one, and the domain
    three times."""

    def __init__(self, config: str, domain: str, data: list[str]) -> None:
        super().__init__(config, domain, data)
        self._utterances = cache(super().get_nlu_data)
        self._domain = cache(super().get_domain)
        self._stories = cache(super().get_stories)

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 - we train one
        return self._utterances()

    def get_domain(self) -> Domain:
        return self._domain()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        return self._stories(exclusion_percentage)


class _MergedOnce(E2EImporter):
    """The same of what Rasa puts together of them."""

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002 - we train one
        merged: TrainingData = super().get_nlu_data()
        return merged


class _Storage(LocalModelStorage):
    """Packs quickly: the last tenth of the size takes Rasa as long as half of the learning."""

    def __init__(self, storage_path: Path, whole: GraphModelConfiguration) -> None:
        """`whole`: how all of the model is made, whichever part of it is made anew."""
        super().__init__(storage_path)
        self._whole = whole

    def create_model_package(
        self,
        model_archive_path: str | Path,
        model_configuration: GraphModelConfiguration,  # noqa: ARG002 - of what is made anew
        domain: Domain,
    ) -> ModelMetadata:
        metadata = self._create_model_metadata(domain, self._whole)
        with tempfile.TemporaryDirectory() as folder:
            self._persist_metadata(metadata, Path(folder))
            with tarfile.open(model_archive_path, "w:gz", compresslevel=1) as archive:
                archive.add(self._storage_path, MODEL_ARCHIVE_COMPONENTS_DIR)
                archive.add(folder, arcname="")
        return metadata


class _NoCache(TrainingCache):
    """Keeps nothing: whether anything has changed is seen by the model's name."""

    def cache_output(self, *_: Any, **__: Any) -> None:
        return None

    def get_cached_output_fingerprint(self, *_: Any, **__: Any) -> None:
        return None

    def get_cached_result(self, *_: Any, **__: Any) -> None:
        return None
