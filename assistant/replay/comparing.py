"""A run beside an earlier one: what got better, what got worse, turn by turn and in figures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import StorageError
from assistant.replay.folder import RESULTS, SUMMARY, read_results
from assistant.replay.measures import Measures
from assistant.replay.results import CaseResult


@dataclass
class Comparison:
    worse: list[CaseResult] = field(default_factory=list)
    """Passed before, fail now."""
    better: list[CaseResult] = field(default_factory=list)
    only_now: int = 0
    """Cases that the earlier run did not have."""
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Rates before and now, by name."""


class Baseline:
    """An earlier run: its `summary.json`, with `results.jsonl` beside it, or the folder of both."""

    def __init__(self, path: Path) -> None:
        """Raises StorageError when it cannot be read."""
        summary = path / SUMMARY if path.is_dir() else path
        try:
            content = json.loads(summary.read_text(encoding="utf-8"))
            self._rates: dict[str, Any] = content["rates"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{summary} is no summary of a replay") from error
        # By id a bit each: thousands of cases are no matter.
        self._passed = {result.id: result.passed for result in read_results(summary.parent / RESULTS)}

    def compare(self, results: Iterable[CaseResult], measures: Measures) -> Comparison:
        found = Comparison()
        for result in results:
            before = self._passed.get(result.id)
            if before is None:
                found.only_now += 1
            elif before and not result.passed:
                found.worse.append(result)
            elif result.passed and not before:
                found.better.append(result)
        for name, rate in measures.rates.items():
            if rate.total and self._rates.get(name, {}).get("total"):
                found.figures[name] = (self._rates[name]["value"], rate.value)
        return found
