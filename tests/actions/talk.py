"""Talking to the actions without Rasa: Rasa's own executor, a tracker's memory, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import ActionExecutor

_FRAME = frozenset(
    {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment", "speech_rate"}
)


@dataclass(frozen=True)
class Said:
    response: str
    values: Mapping[str, Any]
    speech_rate: str | None = None


@dataclass
class Talk:
    """One conversation. Slots are kept between turns, as Rasa's tracker keeps them."""

    executor: ActionExecutor
    slots: dict[str, Any] = field(default_factory=dict)

    def __call__(self, action: str, text: str = "", **entities: Any) -> list[Said]:
        """Run an action for a message with these entities; a list is several of one kind."""
        found = [
            {"entity": kind, "value": value}
            for kind, values in entities.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        call = {
            "next_action": action,
            "domain": {},
            "tracker": {
                "sender_id": "test",
                "slots": dict(self.slots),
                "latest_message": {"text": text, "entities": found, "intent": {}},
                "events": [],
            },
        }
        answer = asyncio.run(self.executor.run(call))
        assert answer is not None
        for event in answer["events"]:
            assert event["event"] == "slot"
            self.slots[event["name"]] = event["value"]
        return [
            Said(
                message["response"],
                {name: value for name, value in message.items() if name not in _FRAME},
                message.get("speech_rate"),
            )
            for message in answer["responses"]
        ]


def names(said: list[Said]) -> list[str]:
    return [each.response for each in said]


def period(start: str, end: str, label: str, grain: str = "range") -> dict[str, str]:
    return {"start": start, "end": end, "label": label, "grain": grain}
