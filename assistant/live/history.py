"""How long answers took, turn by turn, kept as numbers and nothing else."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.errors import StorageError
from assistant.events import Event, FirstSound

_KEPT = 5_000
"""Turns."""


class LatencyHistory:
    """An observer that writes; and what was written. The file is the owner's alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: Event) -> None:
        """Raises nothing: a full disk must not end a conversation."""
        if not isinstance(event, FirstSound):
            return
        line = json.dumps(
            {"kind": event.kind, "ms": {name: round(ms, 1) for name, ms in event.latency.items()}}
        )
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
                file.write(line + "\n")
        except OSError:
            return

    def shorten(self) -> None:
        """Keep the last turns only."""
        try:
            lines = self._path.read_text("ascii").splitlines()
            if len(lines) > _KEPT:
                fresh = self._path.with_suffix(".new")
                fresh.touch(mode=0o600)
                fresh.write_text("\n".join(lines[-_KEPT:]) + "\n", "ascii")
                fresh.replace(self._path)
        except OSError:
            return

    def summary(self) -> list[Stage]:
        """Every stage of every kind of turn, in order, `total` last. Raises StorageError."""
        found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for kind, stages in self._turns():
            for name, milliseconds in stages.items():
                found[kind][name].append(milliseconds)
        return [
            Stage(kind, name, len(values), *(float(np.percentile(values, each)) for each in (50, 95)))
            for kind, stages in sorted(found.items())
            for name, values in sorted(stages.items(), key=lambda item: item[0] == "total")
        ]

    def _turns(self) -> Iterator[tuple[str, dict[str, float]]]:
        try:
            lines = self._path.read_text("ascii").splitlines() if self._path.exists() else []
        except (OSError, UnicodeDecodeError) as error:
            raise StorageError(f"{self._path}: {type(error).__name__}") from error
        for line in lines:
            try:
                turn = json.loads(line)
                yield str(turn["kind"]), {str(name): float(ms) for name, ms in turn["ms"].items()}
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # the computer went off while this line was written


@dataclass(frozen=True, slots=True)
class Stage:
    kind: str
    """`command`, or `answer` to a question of ours."""
    name: str
    turns: int
    p50: float
    """Milliseconds."""
    p95: float
