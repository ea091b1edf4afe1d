"""Recordings of people: a manifest folder, split by speaker so that nobody is in both halves."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from assistant.asr.graph_text import normalise

_HELD_OUT = {"librispeech_devclean_part": frozenset({"1462", "2035", "2803", "777"})}
"""Two women and two men of the 18 native readers."""
_HELD_OUT_ENDING = {"speechocean762_train": "3"}
"""Every tenth speaker: those whose number ends in 3."""


@dataclass(frozen=True, slots=True)
class Clip:
    path: Path
    corpus: str
    speaker: str
    group: str
    """adult or child."""
    text: str
    seconds: float

    @property
    def held_out(self) -> bool:
        if self.speaker in _HELD_OUT.get(self.corpus, ()):
            return True
        ending = _HELD_OUT_ENDING.get(self.corpus)
        return ending is not None and self.speaker.endswith(ending)


def read_manifest(folder: Path) -> list[Clip]:
    """Clips of `manifest.tsv` (path, corpus, speaker, group, transcript, seconds); empty when absent."""
    manifest = folder / "manifest.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        return [
            Clip(
                folder / row["path"],
                row["corpus"],
                row["speaker"],
                row["group"],
                normalise(row["transcript"]),
                float(row["seconds"]),
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
