from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.audio.frames import CHUNK_SAMPLES, Converter, convert, in_chunks


def tone(rate: int, hertz: float, seconds: float = 0.5, level: float = 0.5) -> np.ndarray:
    wave: np.ndarray = level * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)
    return wave.astype(np.float32)


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples.astype(float) / 32768))))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_tone_keeps_its_length_its_loudness_and_its_pitch(rate: int) -> None:
    heard = convert(tone(rate, 1_000), rate)
    assert len(heard) == pytest.approx(8_000, abs=2)
    assert loudness(heard[800:-800]) == pytest.approx(0.5 / 2**0.5, rel=0.01)
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * 16_000 / len(heard) == pytest.approx(1_000, abs=3)


def test_what_is_above_8_khz_does_not_fold_into_speech() -> None:
    heard = convert(tone(48_000, 15_000), 48_000)  # dropping samples would make 1 kHz of it
    assert loudness(heard[800:-800]) < 1e-3


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=12), st.sampled_from([8_000, 44_100, 48_000]))
@settings(max_examples=40, deadline=None)
def test_blocks_of_any_length_give_what_the_whole_gives(cuts: list[int], rate: int) -> None:
    sound = tone(rate, 440, 0.3)
    stream = Converter(rate, 1)
    places = sorted({min(cut, len(sound)) for cut in cuts})
    parts = [stream.feed(part) for part in np.split(sound, places)]
    parts.append(stream.feed(np.empty(0, np.float32), last=True))
    whole = convert(sound, rate)
    joined = np.concatenate(parts)
    assert len(joined) == len(whole)
    assert np.abs(joined.astype(int) - whole).max() <= 1


def test_16_khz_mono_int16_is_not_touched() -> None:
    sound = np.arange(-32_768, 32_768, 7, dtype=np.int16)
    assert np.array_equal(Converter(16_000, 1).feed(sound, last=True), sound)


def test_channels_are_averaged() -> None:
    stereo = np.stack([np.full(100, 1000, np.int16), np.full(100, 3000, np.int16)], axis=1)
    assert set(Converter(16_000, 2).feed(stereo, last=True)) == {2000}


def test_broken_floats_become_silence_or_full_scale() -> None:
    sound = np.array([np.nan, np.inf, -np.inf, 3.0, -3.0, 0.5], np.float32)
    assert Converter(16_000, 1).feed(sound, last=True).tolist() == [0, 32767, -32768, 32767, -32768, 16384]
    resampled = convert(np.concatenate([sound, tone(48_000, 440)]), 48_000)
    assert np.abs(resampled[4000:-100]).max() == pytest.approx(16384, rel=0.02)


@pytest.mark.parametrize("rate", [0, -1, 1, 3_999, 10_000_000])
def test_a_rate_that_cannot_be_speech_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="Hz"):
        Converter(rate, 1)


@given(st.lists(st.integers(0, 4_000), max_size=20))
def test_chunks_hold_every_sample_once(lengths: list[int]) -> None:
    blocks, start = [], 0
    for length in lengths:
        blocks.append(np.arange(start, start + length, dtype=np.int64).astype(np.int16))
        start += length
    out = list(in_chunks(blocks))
    assert all(len(chunk) == CHUNK_SAMPLES for chunk in out[:-1])
    assert np.array_equal(np.concatenate([*out, []]), np.concatenate([*blocks, []]))
