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
from assistant.replay.variations import AS_IT_IS, Variation
from assistant.settings import Settings

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"
COMMANDS = RECORDINGS / "commands.scenario.yml"


def run(settings: Settings, model: Path) -> Iterator[tuple[str, TurnResult]]:
    """The voice of every command, and what came of it."""
    with Replayer(Setup(settings, model, teach(settings).model, speaking=True)).load() as replayer:
        yield from commands(replayer)


def commands(
    replayer: Replayer, variation: Variation = AS_IT_IS, every: int = 1
) -> Iterator[tuple[str, TurnResult]]:
    """The same of every n-th one; each command is the last turn of its scenario."""
    for scenario in read_scenarios(COMMANDS)[::every]:
        yield scenario.turns[-1].voice, played(replayer, Case(scenario, variation))[-1]


def played(replayer: Replayer, case: Case) -> tuple[TurnResult, ...]:
    """Raises AssertionError where it could not be played to its end."""
    result = replayer.run(case)
    if result.crash:
        raise AssertionError(f"{case.scenario.name}: {result.crash}")
    return result.turns
