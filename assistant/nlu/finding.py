"""One thing that a check has to say about training data, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    ERROR = "error"
    """Nothing is trained while it is there."""
    WARNING = "warning"
    """It can be trained and is likely to disappoint; `--strict` refuses it."""
    NOTE = "note"
    """Worth knowing; nothing has to be done."""


@dataclass(frozen=True, slots=True)
class Finding:
    file: str
    """Relative to the folder with `config.yml`, with slashes."""
    line: int
    """1-based."""
    text: str
    severity: Severity = Severity.ERROR
    also: tuple[str, ...] = ()
    """Other places, `file:line`, that it is about."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"
