"""The voice that the assistant speaks with, as written in `voices/<language>/voice.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from assistant.errors import SettingsError

_RESPELLING = re.compile(r"[^\W\d_]+(?:[ '’.,-]+[^\W\d_]+)*")
_LIMITS = {
    "words_per_minute": (80, 450),  # espeak-ng's own limits
    "pitch": (0, 99),
    "volume": (0.0, 2.0),  # pyttsx3 hands it on times 100; espeak-ng takes up to 200
}


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """How the assistant sounds."""

    language: str = "en"
    """ISO 639-1 code: decides how numbers, dates and amounts are said."""
    voice: str = "gmw/en"
    """espeak-ng's identifier (`espeak-ng --voices`, column File), `+` and a variant behind it if wanted."""
    words_per_minute: int = 172
    pitch: int = 50
    """0 to 99."""
    volume: float = 1.0
    """1.0 is espeak-ng's own loudness, which comes close to full scale."""
    pronunciations: Mapping[str, str] = field(default_factory=dict)
    """Written word or phrase → how to spell it so that it sounds right."""

    @classmethod
    def load(cls, folder: Path) -> VoiceProfile:
        """Read `voice.yml` in the voice folder of a language, which gives the language its name.

        Raises SettingsError, naming file and line, when the file is missing or something in it is wrong.
        """
        path = folder / "voice.yml"
        try:
            content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} cannot be read: {error}") from error
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise _wrong(path, line, error.problem or "not YAML") from error
        except YAMLError as error:
            raise _wrong(path, 1, str(error)) from error
        if not isinstance(content, CommentedMap):
            raise _wrong(path, 1, "must be a mapping")
        known: dict[str, Any] = {"language": folder.name}
        for key, value in content.items():
            line = content.lc.key(key)[0] + 1
            if key == "pronunciations":
                known[key] = _pronunciations(path, line, value)
            elif key == "voice" and isinstance(value, str) and value:
                known[key] = value
            elif key in _LIMITS:
                known[key] = _number(path, line, key, value)
            else:
                raise _wrong(path, line, f"{key}: not known, or not text")
        return cls(**known)


def _number(path: Path, line: int, key: str, value: object) -> float:
    low, high = _LIMITS[key]
    whole = isinstance(low, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise _wrong(path, line, f"{key}: must be a {'whole ' if whole else ''}number")
    number: float = value
    if not low <= number <= high:
        raise _wrong(path, line, f"{key}: must be between {low} and {high}")
    return number


def _pronunciations(path: Path, line: int, value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, CommentedMap):
        raise _wrong(path, line, "pronunciations: must be a mapping of word to respelling")
    for word, respelling in value.items():
        here = value.lc.key(word)[0] + 1
        if not isinstance(word, str) or not word.strip():
            raise _wrong(path, here, "pronunciations: the word must be text")
        if not isinstance(respelling, str) or not _RESPELLING.fullmatch(respelling):
            raise _wrong(path, here, f"pronunciations: {word}: write the respelling in letters")
    return {str(word): str(respelling) for word, respelling in value.items()}


def _wrong(path: Path, line: int, problem: str) -> SettingsError:
    return SettingsError(f"{path}:{line}: {problem}", remedy=f"Correct line {line} of {path}.")
