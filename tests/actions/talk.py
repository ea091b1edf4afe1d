"""Talking to the actions without Rasa: Rasa's own executor, a tracker's memory, and nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML

DOMAIN = Path(__file__).parents[2] / "nlu_data" / "en" / "domain"

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
    metadata: dict[str, Any] = field(default_factory=dict)
    """What the conversation tells of the messages that follow."""

    def __call__(self, action: str, text: str = "", **entities: Any) -> list[Said]:
        """Run an action for a message with these entities; a list is several of one kind."""
        found = [
            value if isinstance(value, dict) and "entity" in value else {"entity": kind, "value": value}
            for kind, values in entities.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        call = {
            "next_action": action,
            "domain": {},
            "tracker": {
                "sender_id": "test",
                "slots": dict(self.slots),
                "latest_message": {"text": text, "entities": found, "intent": {}, "metadata": self.metadata},
                "events": [],
            },
        }
        answer = asyncio.run(self.executor.run(call))
        assert answer is not None
        for event in answer["events"]:
            assert event["event"] == "slot"
            self.slots[event["name"]] = event["value"]
        said = [
            Said(
                message["response"],
                {name: value for name, value in message.items() if name not in _FRAME},
                message.get("speech_rate"),
            )
            for message in answer["responses"]
        ]
        for each in said:
            missing = blanks()[each.response] - each.values.keys()
            assert not missing, f"{each.response} lacks {missing}"
        return said


@lru_cache(maxsize=1)
def blanks() -> dict[str, set[str]]:
    """What each response template wants to be filled with."""
    responses: dict[str, Any] = {}
    for path in DOMAIN.glob("*.yml"):
        responses |= YAML(typ="safe").load(path).get("responses", {})
    return {
        name: {blank for variation in variations for blank in re.findall(r"{(\w+)}", variation["text"])}
        for name, variations in responses.items()
    }


def names(said: list[Said]) -> list[str]:
    return [each.response for each in said]


def period(start: str, end: str, label: str, grain: str = "range") -> dict[str, str]:
    return {"start": start, "end": end, "label": label, "grain": grain}
