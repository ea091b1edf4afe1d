"""What is to be said, kept until it is: response templates with what fills them, as slots hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.actions.turn import Turn


@dataclass(frozen=True, slots=True)
class Said:
    """A response template with what fills it."""

    response: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, slot: Iterable[Mapping[str, Any]]) -> tuple[Said, ...]:
        """Raises TypeError or KeyError for what is not ours."""
        return tuple(cls(each["response"], each["values"]) for each in slot)

    def written(self) -> dict[str, Any]:
        return {"response": self.response, "values": dict(self.values)}


def say_all(turn: Turn, lines: Iterable[Said]) -> None:
    for each in lines:
        turn.say(each.response, **each.values)
