"""A value and its place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    """Offsets in the text, `end` not included."""
    value: Any
    """What the entity holds; JSON."""
    role: str = ""
    """What it is for in its sentence: a period may be what another is compared `against`."""


Spans = Iterable[tuple[int, int]]
"""Places in the text that are taken already."""


def is_free(start: int, end: int, taken: Spans) -> bool:
    return all(end <= begin or finish <= start for begin, finish in taken)
