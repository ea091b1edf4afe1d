"""What came of a replayed scenario: plain facts that go through JSON unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from assistant.replay.words import WordErrors


class Kind(str, Enum):
    """Why a turn failed, the gravest first: what comes earlier explains what comes later."""

    CRASH = "crash"
    NOT_HEARD = "not heard"
    MISHEARD = "misheard"
    MISUNDERSTOOD = "misunderstood"
    WRONG_SLOT = "wrong slot"
    WRONG_CALL = "wrong bank call"
    WRONG_REPLY = "wrong reply"
    LATE = "late"


_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Problem:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class EndOfTurnFound:
    """Where the rules for the end of a turn would have ended it, had it come through a microphone."""

    cut: bool
    """Before the person had finished."""
    wait: float
    """Seconds from the last voice to the end of the turn; negative for a cut."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    number: int
    """Counts from 1."""
    said: str
    spoken: bool
    """There was sound; else it was typed."""
    heard: str = ""
    words: tuple[tuple[str, float, float, float], ...] = ()
    """(word, start, end, confidence) of the transcript; seconds from the begin of the sound."""
    intent: str = ""
    confidence: float = 0.0
    entities: tuple[tuple[str, Any], ...] = ()
    replies: tuple[Mapping[str, Any], ...] = ()
    """`response`, `screen` and `values` of each."""
    calls: tuple[str, ...] = ()
    """`METHOD path` of each call to a bank, in the order of their ends."""
    failure: str = ""
    """Code of the error that the turn ended in."""
    problems: tuple[Problem, ...] = ()
    confident: bool = False
    """Answered as if it had been understood."""
    judged: bool = False
    """Something was expected of it."""
    counts: WordErrors | None = None
    """None where it is not known what was said, or where it was typed."""
    seconds: float = 0.0
    """Of sound."""
    end: EndOfTurnFound | None = None
    stages: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by stage."""
    timeline: tuple[tuple[float, str, str], ...] = ()
    """(milliseconds since the turn began, kind of event, what) for the page."""

    @property
    def kind(self) -> Kind | None:
        return min((problem.kind for problem in self.problems), key=_ORDER.__getitem__, default=None)

    @property
    def silently_wrong(self) -> bool:
        """Took one thing for another and answered as if nothing were wrong."""
        return self.confident and any(_ORDER[each.kind] <= _ORDER[Kind.WRONG_SLOT] for each in self.problems)

    @property
    def accepted(self) -> bool:
        """Intent and every slot right, and what was to be asked was asked."""
        return not any(_ORDER[each.kind] <= _ORDER[Kind.WRONG_CALL] for each in self.problems)


@dataclass(frozen=True, slots=True)
class CaseResult:
    id: str
    file: str
    scenario: str
    variation: str
    """Empty for the recording as it is."""
    repeat: int
    turns: tuple[TurnResult, ...] = ()
    crash: str = ""
    """What ended the work before its end; then `turns` are those before."""
    took: float = 0.0
    """Seconds."""

    @property
    def kind(self) -> Kind | None:
        """Of the first turn that failed: those after it may lean on it."""
        if self.crash:
            return Kind.CRASH
        return next((turn.kind for turn in self.turns if turn.kind), None)

    @property
    def passed(self) -> bool:
        return self.kind is None

    def as_json(self) -> dict[str, Any]:
        content = asdict(self)
        content["kind"] = self.kind.value if self.kind else None
        for turn, found in zip(content["turns"], self.turns, strict=True):
            turn["kind"] = found.kind.value if found.kind else None
            turn["problems"] = [[each.kind.value, each.text] for each in found.problems]
        return content

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> CaseResult:
        """Raises KeyError, TypeError or ValueError for what `as_json` did not write."""
        facts = {name: value for name, value in content.items() if name != "kind"}
        return cls(**{**facts, "turns": tuple(_turn(each) for each in content["turns"])})

    def without_times(self) -> dict[str, Any]:
        """What must be alike wherever and whenever the same case is replayed."""
        content = self.as_json()
        del content["took"]
        for turn in content["turns"]:
            del turn["stages"], turn["timeline"]
            turn["calls"] = sorted(turn["calls"])  # banks are asked side by side
        return content


def _turn(content: Mapping[str, Any]) -> TurnResult:
    facts = {name: value for name, value in content.items() if name != "kind"}
    return TurnResult(
        **{
            **facts,
            "words": tuple(tuple(each) for each in facts["words"]),
            "entities": tuple(tuple(each) for each in facts["entities"]),
            "replies": tuple(facts["replies"]),
            "calls": tuple(facts["calls"]),
            "problems": tuple(Problem(Kind(kind), text) for kind, text in facts["problems"]),
            "counts": WordErrors(**facts["counts"]) if facts["counts"] else None,
            "end": EndOfTurnFound(**facts["end"]) if facts["end"] else None,
            "timeline": tuple(tuple(each) for each in facts["timeline"]),
        }
    )
