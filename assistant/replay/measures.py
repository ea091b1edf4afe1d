"""What a suite's results amount to: rates with confidence intervals, times by stage."""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.replay.results import CaseResult, Kind, TurnResult

_Z = 1.96
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`, with the interval that holds the true rate 95 times in 100 (Wilson's score
    interval). Words of one turn are not independent, so for them it is somewhat narrow."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return math.nan, math.nan
        share, square = min(self.value, 1.0), _Z * _Z / self.total
        middle = (share + square / 2) / (1 + square)
        reach = _Z / (1 + square) * math.sqrt(share * (1 - share) / self.total + square / (4 * self.total))
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = self.interval
        return f"{self.value:.1%} ({low:.1%} to {high:.1%}; {self.count:,} of {self.total:,})"

    def as_json(self) -> dict[str, Any]:
        low, high = self.interval
        known = {"value": self.value, "low": low, "high": high} if self.total else {}
        return {"count": self.count, "total": self.total, **known}


@dataclass(frozen=True, slots=True)
class Times:
    """Of one stage or wait."""

    count: int
    p50: float
    p95: float
    low: float
    """The interval of the median: order statistics that hold it 95 times in 100."""
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Times:
        ordered = sorted(values)
        number = len(ordered)
        if not number:
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        reach = _Z * math.sqrt(number) / 2
        low = max(0, math.floor(number / 2 - reach))
        high = min(number - 1, math.ceil(number / 2 + reach))
        return cls(number, _rank(ordered, 0.5), _rank(ordered, 0.95), ordered[low], ordered[high])

    def __str__(self) -> str:
        return f"p50 {self.p50:,.0f} ({self.low:,.0f} to {self.high:,.0f}), p95 {self.p95:,.0f}"

    def as_json(self) -> dict[str, float]:
        known = {"p50": self.p50, "p95": self.p95, "p50_low": self.low, "p50_high": self.high}
        return {"count": self.count, **(known if self.count else {})}


def _rank(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


class Measures:
    """Takes in results one by one and keeps sums, and four bytes a time: ten thousand clips fit anywhere."""

    def __init__(self) -> None:
        self.cases = 0
        self.passed = 0
        self.kinds: Counter[Kind] = Counter()
        self.seconds = 0.0
        """Of sound."""
        self._counts: Counter[str] = Counter()
        self._times: defaultdict[str, array[float]] = defaultdict(lambda: array("f"))
        self._repeats: dict[tuple[str, str, str], list[int]] = {}

    def add(self, result: CaseResult) -> None:
        self.cases += 1
        self.passed += result.passed
        if result.kind:
            self.kinds[result.kind] += 1
        if result.repeat > 1 or (result.file, result.scenario, result.variation) in self._repeats:
            self._repeat(result)
        else:
            self._repeats[result.file, result.scenario, result.variation] = [int(result.passed), 1]
        for turn in result.turns:
            self._add_turn(turn)

    def _repeat(self, result: CaseResult) -> None:
        tally = self._repeats.setdefault((result.file, result.scenario, result.variation), [0, 0])
        tally[0] += result.passed
        tally[1] += 1

    def _add_turn(self, turn: TurnResult) -> None:
        count = self._counts
        if turn.judged:
            count["judged"] += 1
            count["accepted"] += turn.accepted
            count["silently wrong"] += turn.silently_wrong
        if turn.counts is not None:
            count["words"] += turn.counts.words
            count["word errors"] += turn.counts.errors
            count["numbers"] += turn.counts.numbers
            count["right numbers"] += turn.counts.numbers - turn.counts.wrong_numbers
            count["sentences"] += 1
            count["exact"] += turn.counts.errors == 0
        if turn.end is not None:
            count["ends"] += 1
            count["cuts"] += turn.end.cut
            if not turn.end.cut:
                self._times["wait"].append(turn.end.wait * 1000)
        if turn.spoken:
            self.seconds += turn.seconds
        for stage, milliseconds in turn.stages.items():
            self._times[stage].append(milliseconds)
        if turn.stages:
            self._times["total"].append(sum(turn.stages.values()))

    @property
    def rates(self) -> Mapping[str, Rate]:
        c = self._counts
        return {
            "cases passed": Rate(self.passed, self.cases),
            "commands accepted": Rate(c["accepted"], c["judged"]),
            "silent errors": Rate(c["silently wrong"], c["judged"]),
            "word error rate": Rate(c["word errors"], c["words"]),
            "heard word for word": Rate(c["exact"], c["sentences"]),
            "number words heard right": Rate(c["right numbers"], c["numbers"]),
            "turns cut off too early": Rate(c["cuts"], c["ends"]),
        }

    @property
    def times(self) -> Mapping[str, Times]:
        """Milliseconds: `hear`, `understand`, `answer`, `speak`, `total`, and `wait`, the quiet from the last
        voice until the turn counts as over."""
        order = ["hear", "understand", "answer", "speak", "total", "wait"]
        return {name: Times.of(self._times[name]) for name in order if self._times.get(name)}

    @property
    def unsteady(self) -> list[tuple[str, str, str, Rate]]:
        """(file, scenario, variation, pass rate) of what passed sometimes."""
        return [
            (*key, Rate(passed, total))
            for key, (passed, total) in self._repeats.items()
            if total > 1 and 0 < passed < total
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "seconds_of_sound": round(self.seconds, 2),
            "failures": {kind.value: self.kinds[kind] for kind in Kind if self.kinds[kind]},
            "rates": {name: rate.as_json() for name, rate in self.rates.items()},
            "milliseconds": {name: times.as_json() for name, times in self.times.items()},
        }
