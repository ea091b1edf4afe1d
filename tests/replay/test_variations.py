"""The same recording under worse conditions: what is asked for is what is made, each time alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.errors import NothingToReplayError
from assistant.replay.variations import Variation, noises_in, variations, varied
from tests.asr.speech import speech

SOUND = speech()


def decibels(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2)))


def test_nothing_changed_is_the_same_sound() -> None:
    assert varied(SOUND, Variation(), "a") is SOUND


def test_noise_lies_so_many_decibels_below_the_speech() -> None:
    for snr in (20, 5):
        noise = varied(SOUND, Variation(snr=snr), "a").astype(float) - SOUND
        loud = SOUND[np.abs(SOUND) > 0.02 * np.abs(SOUND).max()]
        assert decibels(loud) - decibels(noise) == pytest.approx(snr, abs=0.2)


def test_it_is_the_same_each_time_and_another_for_another_name() -> None:
    noisy = Variation(snr=10)
    assert np.array_equal(varied(SOUND, noisy, "a"), varied(SOUND, noisy, "a"))
    assert not np.array_equal(varied(SOUND, noisy, "a"), varied(SOUND, noisy, "b"))


def test_speed_gain_and_room() -> None:
    assert len(varied(SOUND, Variation(speed=1.25), "a")) == pytest.approx(len(SOUND) / 1.25, abs=2)
    assert decibels(varied(SOUND, Variation(gain=-20), "a")) == pytest.approx(decibels(SOUND) - 20, abs=0.1)
    assert np.abs(varied(SOUND, Variation(gain=40), "a")).max() >= 32767
    click = np.zeros(16_000, np.int16)
    click[0] = 20_000
    echo = varied(click, Variation(room=0.4), "a").astype(float)
    assert echo[0] == pytest.approx(20_000, rel=0.01)
    early, late = decibels(echo[100:1000]), decibels(echo[5000:6000])
    assert early - late > 30, "60 dB in 0.4 s"
    assert not echo[6400:].any()


def test_noise_comes_from_a_folder(tmp_path: Path) -> None:
    tone = np.sin(np.arange(8000) / 3)
    soundfile.write(tmp_path / "tone.wav", tone, 16_000)
    (noise,) = noises_in(tmp_path)
    added = varied(SOUND, Variation(snr=0, noise=noise), "a").astype(float) - SOUND
    spectrum = np.abs(np.fft.rfft(added))
    assert np.argmax(spectrum) * 16_000 / len(added) == pytest.approx(16_000 / 3 / 2 / np.pi, abs=5)
    with pytest.raises(NothingToReplayError):
        noises_in(tmp_path / "no")


def test_each_with_each_and_a_command_for_one() -> None:
    found = variations(snrs=(None, 10), gains=(0, -6), noises=(Path("a.wav"), Path("b.wav")))
    assert len(found) == len({str(each) for each in found}) == 2 + 4
    assert str(found[-1]) == "snr 10, b, gain -6"
    assert found[-1].arguments() == ["--gain=-6", "--snr=10", "--noise=b.wav"]
