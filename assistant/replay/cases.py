"""From what a tester names to what is replayed: files, scenarios, variations, repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from assistant.errors import NothingToReplayError
from assistant.replay.reading import read_scenarios
from assistant.replay.scenario import SUFFIX, Given, SaidTurn, Scenario
from assistant.replay.variations import AS_IT_IS, SOUNDS, Variation


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario in one variation, once."""

    scenario: Scenario
    variation: Variation = AS_IT_IS
    repeat: int = 1
    """Counts from 1."""

    @property
    def id(self) -> str:
        """The same for the same case in every run: where it is written, its name, variation, repeat."""
        scenario, changed = self.scenario, " ".join(self.variation.arguments())
        name = "\0".join((str(scenario.file), scenario.name, changed, str(self.repeat)))
        return hashlib.sha256(name.encode()).hexdigest()[:16]


def scenarios_at(paths: Iterable[Path]) -> list[Scenario]:
    """Those of the files named, and of all that lie in the folders named, in the order of their names.

    A recording that belongs to no scenario is one by itself, of which nothing is expected but words, where a
    text of the same name lies beside it (`question.wav`, `question.txt`). Raises ScenarioError,
    NothingToReplayError.
    """
    found: dict[Path, list[Scenario]] = {}
    recordings: list[Path] = []
    for path in paths:
        if path.is_dir():
            for each in sorted(path.rglob("*")):
                if each.name.endswith(SUFFIX):
                    found[each] = read_scenarios(each)
                elif each.suffix.lower() in SOUNDS and each.is_file():
                    recordings.append(each)
        elif path.suffix.lower() in SOUNDS:
            found[path] = [recording_scenario(path)]
        elif path.suffix.lower() in (".yml", ".yaml"):
            found[path] = read_scenarios(path)
        else:
            reason = "is no recording and no scenario" if path.exists() else "is not there"
            raise NothingToReplayError(f"{path} {reason}")
    turns = [turn for each in found.values() for scenario in each for turn in scenario.turns]
    used = {turn.audio.resolve() for turn in turns if turn.audio}
    for path in recordings:
        if path.resolve() not in used:
            found[path] = [recording_scenario(path)]
    scenarios = [scenario for path in sorted(found) for scenario in found[path]]
    if not scenarios:
        raise NothingToReplayError(", ".join(map(str, paths)) or "no path was named")
    return scenarios


def recording_scenario(path: Path) -> Scenario:
    text = path.with_suffix(".txt")
    said = text.read_text(encoding="utf-8").strip() if text.is_file() else ""
    return Scenario(path.name, path, 0, Given(), (SaidTurn(said, audio=path),))


def only(scenarios: Iterable[Scenario], patterns: Sequence[str]) -> list[Scenario]:
    """Those with such a name (shell patterns, case does not matter). Raises NothingToReplayError."""
    scenarios = list(scenarios)
    found = [
        each
        for each in scenarios
        if any(fnmatchcase(each.name.casefold(), pattern.casefold()) for pattern in patterns)
    ]
    if not found:
        names = ", ".join([*(each.name for each in scenarios[:5]), *(["…"] if len(scenarios) > 5 else [])])
        raise NothingToReplayError(f"no scenario is called {' or '.join(patterns)}; there are {names}")
    return found


def multiplied(
    scenarios: Sequence[Scenario], variations: Sequence[Variation], repeats: int
) -> Iterator[Case]:
    """Every scenario in every variation so many times. What is typed sounds alike in all of them."""
    for scenario in scenarios:
        typed = all(turn.audio is None for turn in scenario.turns)
        for variation in (AS_IT_IS,) if typed else variations:
            for repeat in range(1, repeats + 1):
                yield Case(scenario, variation, repeat)


def how_many(scenarios: Sequence[Scenario], variations: Sequence[Variation], repeats: int) -> int:
    return sum(1 for _ in multiplied(scenarios, variations, repeats))
