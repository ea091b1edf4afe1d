"""The voice file that trainers edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.tts.profile import VoiceProfile

ROOT = Path(__file__).resolve().parents[2]


def _write(folder: Path, text: str) -> Path:
    (folder / "voice.yml").write_text(text, encoding="utf-8")
    return folder


def test_the_voice_of_this_project_is_in_order() -> None:
    profile = VoiceProfile.load(ROOT / "voices" / "en")
    assert profile.language == "en"
    assert profile.pronunciations["Lidl"]


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    profile = VoiceProfile.load(_write(tmp_path, "words_per_minute: 140\npronunciations:\n"))
    assert profile == VoiceProfile(language=tmp_path.name, words_per_minute=140)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("voice: gmw/en\npitch: [1\n", 3, "expected"),
        ("- a\n", 1, "mapping"),
        ("voice: gmw/en\nspeed: 3\n", 2, "speed"),
        ("voice: gmw/en\n\npitch: 200\n", 3, "between 0 and 99"),
        ("pitch: 4.5\n", 1, "whole number"),
        ("volume: loud\n", 1, "number"),
        ("voice: 3\n", 1, "voice"),
        ("pronunciations: x\n", 1, "mapping"),
        ("pronunciations:\n  Lidl: liddle\n  IBAN: 1 ban\n", 3, "IBAN"),
        ("pronunciations:\n  Lidl: <break/>\n", 2, "Lidl"),
        ("pronunciations:\n  Lidl:\n", 2, "Lidl"),
        ("pronunciations:\n  7: seven\n", 2, "text"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        VoiceProfile.load(_write(tmp_path, text))
    assert f"voice.yml:{line}: " in str(caught.value)
    assert problem in str(caught.value)
    assert f"line {line}" in caught.value.remedy


def test_no_voice_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"voice\.yml"):
        VoiceProfile.load(tmp_path)
    (tmp_path / "voice.yml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(SettingsError, match=r"voice\.yml"):
        VoiceProfile.load(tmp_path)
