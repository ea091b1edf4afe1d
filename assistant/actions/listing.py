"""A list that is read a few entries at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

AT_A_TIME = 3
"""Entries that a listener keeps in mind (Cowan 2001: about four)."""
ON_SCREEN = 10
"""Lines of the first table."""


@dataclass(frozen=True, slots=True)
class Entry:
    speech: str
    screen: str


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Entry, ...]

    @property
    def speech(self) -> list[str]:
        return [entry.speech for entry in self.entries]

    @property
    def screen(self) -> list[str]:
        return [entry.screen for entry in self.entries]


@dataclass(frozen=True, slots=True)
class Listing:
    entries: tuple[Entry, ...]
    at_a_time: int = AT_A_TIME
    asked_for: int | None = None
    """Entries that the customer asked for. Those behind them are read on "more", and not offered."""

    @classmethod
    def of(
        cls, entries: Iterable[Entry], at_a_time: int = AT_A_TIME, asked_for: int | None = None
    ) -> Listing:
        return cls(tuple(entries), max(1, at_a_time), asked_for)

    @classmethod
    def from_slot(cls, value: object) -> Listing | None:
        """None for an empty slot."""
        if not isinstance(value, Mapping) or not value.get("entries"):
            return None
        return cls(
            tuple(Entry(*entry) for entry in value["entries"]),
            int(value.get("at_a_time", AT_A_TIME)),
            value.get("asked_for"),
        )

    def to_slot(self) -> dict[str, Any]:
        return {
            "entries": [[entry.speech, entry.screen] for entry in self.entries],
            "at_a_time": self.at_a_time,
            "asked_for": self.asked_for,
        }

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def offered(self) -> int:
        """How many entries are named when "more" is offered."""
        return len(self) if self.asked_for is None else min(self.asked_for, len(self))

    def first(self) -> tuple[Page, Listing | None]:
        """What is read now, and what is left for "more"."""
        left = self.entries[self.at_a_time :]
        still = None if self.asked_for is None else max(0, self.asked_for - self.at_a_time)
        page = Page(self.entries[: self.at_a_time])
        return page, Listing(left, AT_A_TIME, still) if left else None

    def screen_lines(self) -> list[str]:
        return [entry.screen for entry in self.entries[: min(self.offered, ON_SCREEN)]]
