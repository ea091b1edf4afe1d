"""What was understood before its turn had ended, kept until it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant.nlu.clarity import clarity_of
from assistant.nlu.values.today import today

_CLEAR = 0.9
"""Clarity of what was heard from which it means the same as if it had been typed."""

_KEPT = 16
"""Utterances: at most one for each conversation going on. What is not at hand any more is parsed again."""


class Foreseen:
    """By its text and the day, which periods hang on; not to be used from several threads."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, date], dict[str, Any]] = {}

    def look(self, text: str) -> dict[str, Any] | None:
        return self._parsed.get((text, today()))

    def put(self, text: str, parsed: dict[str, Any]) -> None:
        self._parsed[text, today()] = parsed
        while len(self._parsed) > _KEPT:
            self._parsed.pop(next(iter(self._parsed)))

    def take(self, text: str, known: Mapping[str, object] | None) -> dict[str, Any] | None:
        """It is gone then. None also where the message's metadata says that it was not heard clearly: its
        meaning hangs on that, and nobody knew it then."""
        parsed = self._parsed.pop((text, today()), None)
        return parsed if clarity_of(known) >= _CLEAR else None

    def clear(self) -> None:
        self._parsed.clear()
