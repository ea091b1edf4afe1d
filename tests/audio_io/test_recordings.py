"""Recordings of every kind, good and bad."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from assistant.asr.recogniser import Recogniser
from assistant.audio.recordings import RecordingSource, read_recording, recording_info
from assistant.errors import BadRecordingError
from tests.asr.speech import BALANCE, ROOT, model, speech

Maker = Callable[[Path, np.ndarray], None]


def _as(subtype: str, rate: int = 16_000, channels: int = 1, form: str = "WAV") -> Maker:
    def make(path: Path, sound: np.ndarray) -> None:
        other = soxr.resample(sound, 16_000, rate, quality="VHQ") if rate != 16_000 else sound
        soundfile.write(path, np.stack([other] * channels, axis=1), rate, subtype=subtype, format=form)

    return make


GOOD = {
    "16 bit": _as("PCM_16"),
    "8 bit": _as("PCM_U8"),
    "24 bit": _as("PCM_24"),
    "32 bit": _as("PCM_32"),
    "float": _as("FLOAT"),
    "double": _as("DOUBLE"),
    "mu-law": _as("ULAW"),
    "stereo": _as("PCM_16", channels=2),
    "six channels": _as("PCM_16", channels=6),
    "48 kHz": _as("PCM_16", rate=48_000),
    "44.1 kHz stereo float": _as("FLOAT", rate=44_100, channels=2),
    "96 kHz": _as("PCM_24", rate=96_000),
    "FLAC": _as("PCM_16", form="FLAC"),
    "OGG": _as("VORBIS", form="OGG"),
    "Opus": _as("OPUS", rate=48_000, form="OGG"),
    "AIFF": _as("PCM_16", form="AIFF"),
    "RF64": _as("PCM_16", form="RF64"),
}


@pytest.mark.parametrize("kind", GOOD)
def test_the_same_words_are_heard_in_every_encoding(kind: str, tmp_path: Path) -> None:
    sound = speech().astype(np.float32) / 32768
    path = tmp_path / "recording"
    GOOD[kind](path, sound)
    recogniser = Recogniser(model())
    assert len(read_recording(path)) == pytest.approx(len(sound), abs=400)
    assert recogniser.transcribe(RecordingSource(path)).text == recogniser.transcribe([speech()]).text != ""


def test_16_khz_mono_is_read_bit_by_bit() -> None:
    raw, _ = soundfile.read(BALANCE, dtype="int16")
    assert np.array_equal(read_recording(BALANCE), raw)
    assert np.array_equal(np.concatenate(list(RecordingSource(BALANCE))), raw)


def test_floats_that_are_no_numbers_do_no_harm(tmp_path: Path) -> None:
    sound = speech().astype(np.float32) / 32768
    sound[::1000] = np.nan
    sound[500::4000] = np.inf
    path = tmp_path / "broken.wav"
    soundfile.write(path, sound, 16_000, subtype="FLOAT")
    heard = read_recording(path)
    assert not heard[::1000].any()
    assert np.all(heard[500::4000] == 32767)


def _empty(path: Path) -> None:
    path.touch()


def _header_only(path: Path) -> None:
    soundfile.write(path, np.empty(0, np.int16), 16_000)


def _truncated_wav(path: Path) -> None:
    soundfile.write(path, speech(), 16_000)
    path.write_bytes(path.read_bytes()[:-20_000])


def _truncated_in_header(path: Path) -> None:
    soundfile.write(path, speech(), 16_000)
    path.write_bytes(path.read_bytes()[:30])


def _truncated_flac(path: Path) -> None:
    path.write_bytes(BALANCE.read_bytes()[:-9_000])


def _text(path: Path) -> None:
    path.write_text("This is a letter to my bank.\n" * 100)


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(50_000))


def _riff_of_nonsense(path: Path) -> None:
    path.write_bytes(b"RIFF\x10\0\0\0WAVEfmt \xff\xff\xff\xff" + bytes(40))


def _one_hertz(path: Path) -> None:
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 136) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 1, 2, 2, 16)
        + b"data" + struct.pack("<I", 100) + bytes(100)
    )  # fmt: skip


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _nothing(path: Path) -> None:
    """The file is not there."""


@pytest.mark.parametrize(
    "make",
    [
        _empty,
        _header_only,
        _truncated_wav,
        _truncated_in_header,
        _truncated_flac,
        _text,
        _noise,
        _riff_of_nonsense,
        _one_hertz,
        _folder,
        _pipe,
        _nothing,
    ],
)
def test_a_bad_recording_is_named_with_a_remedy(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "command.wav"
    make(path)
    with pytest.raises(BadRecordingError) as caught:
        read_recording(path)
    error = caught.value
    assert error.code == "audio.bad_recording"
    assert str(path) in error.detail
    assert error.remedy


def test_a_recording_without_permission_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "secret.wav"
    path.touch(mode=0)
    with pytest.raises(BadRecordingError, match="Permission"):
        read_recording(path)


def test_a_stream_written_without_knowing_its_length_is_read(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(speech().tobytes())
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert np.array_equal(read_recording(path), speech())


def test_what_a_recording_holds_is_told_without_decoding_it(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros((48_000, 2), np.int16), 48_000)
    assert recording_info(path).seconds == 1.0
    assert (recording_info(path).rate, recording_info(path).channels) == (48_000, 2)


def test_a_paced_recording_comes_as_from_a_microphone() -> None:
    now, naps = [100.0], []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    chunks = list(RecordingSource(BALANCE, paced=True, sleep=sleep, clock=lambda: now[0]))
    assert now[0] - 100 == pytest.approx(len(speech()) / 16_000)
    assert len(naps) == len(chunks)


def test_an_hour_of_silence_fits_into_little_memory_and_is_hardly_decoded(tmp_path: Path) -> None:
    """The whole way in a process of its own, whose memory is limited; unlimited it would need 1.4 GB."""
    path = tmp_path / "hour.wav"
    with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as file:
        for _ in range(60):
            file.write(np.zeros((48_000 * 60, 2), np.int16))
    code = f"""
import resource
from pathlib import Path
from assistant.asr.recogniser import Recogniser
from assistant.audio.recordings import RecordingSource
recogniser = Recogniser(Path({str(ROOT / "voices/en/speech-model")!r}))
before = resource.getrusage(resource.RUSAGE_SELF)
heard = recogniser.transcribe(RecordingSource({str(path)!r}))
after = resource.getrusage(resource.RUSAGE_SELF)
print(repr(heard.text), heard.audio_seconds, (after.ru_maxrss - before.ru_maxrss) // 1024)
"""
    limit = 4 << 30

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, preexec_fn=limited, capture_output=True, text=True, check=True
    )
    text, seconds, grown = done.stdout.split()
    assert (text, float(seconds)) == ("''", 3600.0)
    assert int(grown) < 100  # MiB
