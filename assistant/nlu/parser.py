"""A trained model that only understands: no memory, no actions, nothing answered.

Importing this module imports Rasa.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.nlu import quiet

quiet.hush()

from rasa.core.agent import Agent  # noqa: E402 - Rasa is quiet first

from assistant.errors import NoLanguageModelError  # noqa: E402

FALLBACK = "nlu_fallback"


@dataclass(frozen=True, slots=True)
class Parsed:
    intent: str
    """The likeliest one, also where it was not likely enough to be taken."""
    confidence: float
    taken: str
    """`nlu_fallback` where nothing was likely enough."""
    entities: tuple[tuple[str, str, int, int], ...]
    """(entity, role or nothing, start, end) in characters of the text."""


class Parser:
    """Use from one thread."""

    def __init__(self, model: Path) -> None:
        """Raises NoLanguageModelError."""
        if not model.is_file():
            raise NoLanguageModelError(f"no model {model.name}")
        try:
            self._agent = Agent.load(model)
        except Exception as error:
            raise NoLanguageModelError(f"{model.name}: {type(error).__name__}") from error

    def parse(self, texts: Sequence[str]) -> list[Parsed]:
        async def all_of_them() -> list[Parsed]:
            return [
                _parsed(await self._agent.parse_message(text)) if text.strip() else _NOTHING for text in texts
            ]

        return asyncio.run(all_of_them())


_NOTHING = Parsed(FALLBACK, 0.0, FALLBACK, ())


def _parsed(found: dict[str, Any]) -> Parsed:
    taken = str(found["intent"].get("name") or FALLBACK)
    ranking = [each for each in found.get("intent_ranking", ()) if each["name"] != FALLBACK]
    best = ranking[0] if ranking else found["intent"]
    return Parsed(
        intent=str(best.get("name") or FALLBACK),
        confidence=float(best.get("confidence") or 0.0),
        taken=taken,
        entities=tuple(
            (str(each["entity"]), str(each.get("role") or ""), int(each["start"]), int(each["end"]))
            for each in found["entities"]
        ),
    )
