"""A whole run: cases out to the processes or machines, results in to the folder and the sums."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.asr.store import SpeechModelStore
from assistant.asr.taught import teach
from assistant.errors import AssistantError
from assistant.nlu.training import train
from assistant.practice import practice_settings
from assistant.replay.cases import Case, how_many, multiplied
from assistant.replay.folder import RunFolder
from assistant.replay.measures import Measures
from assistant.replay.replayer import Setup
from assistant.replay.results import CaseResult
from assistant.replay.scenario import Scenario
from assistant.replay.variations import Variation
from assistant.settings import Settings

Replay = Callable[[Iterable[Case], Setup], Iterator[CaseResult]]
"""Something that has cases replayed: the processes of this machine, or a cluster."""


@dataclass(frozen=True)
class Suite:
    scenarios: Sequence[Scenario]
    variations: Sequence[Variation]
    repeats: int = 1

    @property
    def cases(self) -> int:
        return how_many(self.scenarios, self.variations, self.repeats)

    def all_cases(self) -> Iterator[Case]:
        return multiplied(self.scenarios, self.variations, self.repeats)

    @property
    def hears(self) -> bool:
        return any(turn.audio is not None for scenario in self.scenarios for turn in scenario.turns)

    def identity(self, setup: Setup) -> dict[str, Any]:
        """What two runs must share for their results to belong together."""
        digest = hashlib.sha256()
        for file in sorted({scenario.file for scenario in self.scenarios}):
            digest.update(file.read_bytes() if file.suffix in (".yml", ".yaml") else str(file).encode())
        for case in multiplied(self.scenarios, self.variations, 1):
            digest.update(case.id.encode())
        return {
            "assistant": __version__,
            "model": setup.model.name,
            "speech_model": setup.speech_model.name if setup.speech_model else None,
            "suite": digest.hexdigest()[:16],
            "repeats": self.repeats,
            "paced": setup.paced,
        }


def make_setup(
    settings: Settings, progress: Callable[[str], None], *, hears: bool = True, paced: bool = False
) -> Setup:
    """Train what has to be trained, once, before processes are started. Raises AssistantError."""
    settings = practice_settings(settings)
    model = train(settings, progress)
    speech_model = None
    if hears:
        try:
            speech_model = teach(settings).model
        except AssistantError:
            speech_model = SpeechModelStore(settings).active
    return Setup(settings, model, speech_model, paced)


def run(
    suite: Suite, setup: Setup, replay: Replay, folder: RunFolder, watch: Callable[[CaseResult], None]
) -> Measures:
    """Replay what the folder has no results of yet; `watch` is called with every new result.

    Memory does not grow with the number of cases, but for an id and a few times of each. Raises
    AssistantError; what was done until then is kept.
    """
    measures = Measures()
    for result in folder.results():
        measures.add(result)
    left = (case for case in suite.all_cases() if case.id not in folder.done)
    for result in replay(left, setup):
        folder.add(result)
        measures.add(result)
        watch(result)
    folder.finish(measures)
    return measures


def default_folder() -> Path:
    return Path("out") / "replay"
