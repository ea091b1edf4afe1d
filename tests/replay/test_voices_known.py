"""What is known of a recording is what the network says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.asr.voice_activity import VoiceActivity
from assistant.audio.frames import in_chunks
from assistant.audio.recordings import read_recording
from assistant.replay import voices_known
from assistant.replay.ending import Ending
from assistant.replay.voices_known import KnownVoices
from tests.asr.speech import BALANCE


def test_a_sound_is_looked_at_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = read_recording(BALANCE)
    file = tmp_path / "new" / "known.sqlite"
    first = KnownVoices(file)
    found = first.probabilities(sound)
    first.close()
    heard = VoiceActivity()
    said = []
    for chunk in in_chunks([sound], 512):
        heard.feed(chunk)
        said.append(heard.probability)
    assert found == pytest.approx(said[: len(found)])
    monkeypatch.setattr(voices_known, "network", pytest.fail)
    second = KnownVoices(file)
    assert second.probabilities(sound) == found
    second.close()


def test_the_end_of_a_turn_is_the_same(tmp_path: Path) -> None:
    sound = np.concatenate([read_recording(BALANCE), np.zeros(24_000, np.int16)])
    known = KnownVoices(tmp_path / "known.sqlite")
    one, other = Ending(in_chunks([sound])), Ending(in_chunks([sound]), known.probabilities(sound))
    for ending in (one, other):
        ending._text = "how much have i got"
        assert sum(len(chunk) for chunk in ending) == len(sound)
    assert one.found() == other.found() is not None
    known.close()


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_without_a_usable_file_it_only_takes_longer(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "known.sqlite"
    if content:
        file.write_bytes(content)
    else:
        file.mkdir()
    known = KnownVoices(file)
    assert max(known.probabilities(read_recording(BALANCE))) > 0.9
    known.close()
