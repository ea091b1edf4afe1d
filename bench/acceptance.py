"""Recorded commands through the whole assistant: was each one understood, and was the right thing asked?

A command is *accepted* when its intent and every slot are right and the banks were asked what they should be.
It is a *silent error* when the assistant answered something else instead of asking or saying that it did not
understand. The recordings are synthetic voices that the speech model never learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant.asr.taught import teach
from assistant.replay.cases import Case
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import TurnResult
from assistant.settings import Settings

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"
COMMANDS = RECORDINGS / "commands.scenario.yml"


def run(settings: Settings, model: Path) -> Iterator[tuple[str, TurnResult]]:
    """The voice of every command, and what came of it; each is the last turn of its scenario."""
    with Replayer(Setup(settings, model, teach(settings).model, speaking=True)).load() as replayer:
        for scenario in read_scenarios(COMMANDS):
            result = replayer.run(Case(scenario))
            if result.crash:
                raise AssertionError(f"{scenario.name}: {result.crash}")
            yield scenario.turns[-1].voice, result.turns[-1]
