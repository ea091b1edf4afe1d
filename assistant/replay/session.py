"""A folder of recordings of a scenario, made by a person or by synthetic voices: sounds, what happened, by
whom and with whose consent, and the scenario that names them, ready to be replayed."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import soundfile
from ruamel.yaml import YAML

from assistant import __version__
from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import Samples, in_chunks
from assistant.errors import StorageError
from assistant.replay.scenario import SUFFIX, SaidTurn, Scenario
from assistant.settings import SAMPLE_RATE

ABOUT = "session.json"
_WIDTH = 200
"""Columns after which YAML lines are broken."""
_MARGIN = 0.3
"""Seconds kept before the first and after the last voice."""


class Session:
    """Takes in one sound a turn; `finish` writes the scenario and what is known about the session.

    Raises StorageError wherever the disk refuses.
    """

    def __init__(self, folder: Path, source: Path, about: Mapping[str, Any]) -> None:
        """`about`: at least `kind` (synthetic or person), `device` and `consent`."""
        self.folder = folder
        self._source = source
        self._about = dict(about)
        self._names: dict[int, str] = {}
        self._events: list[dict[str, Any]] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}") from error

    def add(self, scenario: Scenario, turn: SaidTurn, sound: Samples, **event: Any) -> Path:
        """Keep this sound for the turn, in the place of an earlier one."""
        name = self._names.setdefault(turn.line, f"{len(self._names) + 1:03d}.flac")
        path = self.folder / name
        try:
            soundfile.write(path, sound, SAMPLE_RATE, subtype="PCM_16")
        except (OSError, soundfile.SoundFileError) as error:
            raise StorageError(f"{path} cannot be written") from error
        seconds = round(len(sound) / SAMPLE_RATE, 3)
        said = {"scenario": scenario.name, "say": turn.say, "audio": name, "seconds": seconds}
        self._events.append({"at": _now(), **said, **event})
        return path

    def finish(self) -> Path:
        """The scenario that was written."""
        target = self.folder / (self._source.name.removesuffix(SUFFIX).removesuffix(".yml") + SUFFIX)
        about = {
            **self._about,
            "scenario": self._source.name,
            "made": _now(),
            "assistant": __version__,
            "system": platform.platform(),
            "events": self._events,
        }
        try:
            yaml = YAML(typ="rt")
            yaml.width = _WIDTH  # type: ignore[assignment]
            content = yaml.load(self._source.read_text(encoding="utf-8"))
            for entry in _turns(content):
                name = self._names.get(int(entry.lc.line) + 1)
                if name is not None:
                    entry["audio"] = name
            with target.open("w", encoding="utf-8") as file:
                yaml.dump(content, file)
            (self.folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", "utf-8")
        except OSError as error:
            raise StorageError(f"{self.folder}: {error.strerror}") from error
        return target


def _turns(content: Any) -> list[Any]:
    entries = content.get("scenarios", [content])
    return [turn for entry in entries for turn in entry.get("turns", [entry])]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def trimmed(sound: Samples) -> Samples:
    """Without the quiet around the voice, but for a margin; as it is where nobody speaks."""
    voice = VoiceActivity()
    for chunk in in_chunks([sound]):
        voice.feed(chunk)
    if voice.started is None:
        return sound
    first = max(0, round((voice.started - _MARGIN) * SAMPLE_RATE))
    return sound[first : round((voice.ended + _MARGIN) * SAMPLE_RATE)]
