"""Recordings on disk as frames: any rate, any channel count, any encoding that libsndfile reads."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from assistant.audio.frames import HIGHEST_RATE, LOWEST_RATE, Converter, Samples, in_chunks
from assistant.errors import BadRecordingError
from assistant.settings import SAMPLE_RATE

_BLOCK_SAMPLES = 1 << 16
"""Of all channels together: an hour of sound never lies in memory at once."""

_MAX_CHANNELS = 64
_UNSAID = (0, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0xFFFFFFFF, 0xFFFFFFFF - 36)
"""Lengths that programs write into a WAV header when they stream and do not know it yet."""


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    seconds: float
    rate: int
    """Hz."""
    channels: int
    encoding: str
    """As libsndfile names it: `PCM_16`, `FLOAT`, `VORBIS` …"""


def recording_info(path: Path | str) -> RecordingInfo:
    """What a recording holds, without decoding it. Raises BadRecordingError as `read_blocks` does."""
    with _opened(Path(path)) as file:
        return RecordingInfo(file.frames / file.samplerate, file.samplerate, file.channels, file.subtype)


def read_recording(path: Path | str) -> Samples:
    """The whole recording as 16 kHz mono int16, shape (n,).

    For recordings of unknown length take `RecordingSource`. Raises BadRecordingError.
    """
    return np.concatenate([*read_blocks(path), np.empty(0, np.int16)])


def read_blocks(path: Path | str) -> Iterator[Samples]:
    """The recording as 16 kHz mono int16 blocks of some length, in bounded memory.

    Raises BadRecordingError, which names the file, when it is missing, a folder, empty, truncated,
    no audio, in an unknown encoding, or cannot be opened; truncation at the end of a compressed
    file shows only when the end is reached.
    """
    path = Path(path)
    with _opened(path) as file:
        converter = Converter(file.samplerate, file.channels)
        dtype = "int16" if file.subtype in ("PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW") else "float32"
        size = max(1, _BLOCK_SAMPLES // file.channels)
        expected, got = file.frames, 0
        while True:
            block = _read(file, size, dtype, path)
            got += len(block)
            last = len(block) < size
            yield converter.feed(block, last=last)
            if last:
                break
        if got < expected:
            raise _bad(path, f"is truncated after {got / file.samplerate:.1f} s")


class RecordingSource:
    """A recording as chunks for the recogniser; may be gone through several times."""

    def __init__(
        self,
        path: Path | str,
        *,
        paced: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`paced`: hand chunks out when a microphone would have, each at the end of its 0.1 s."""
        self._path = Path(path)
        self._paced = paced
        self._sleep = sleep
        self._clock = clock

    def __iter__(self) -> Iterator[Samples]:
        """Chunks of CHUNK_SECONDS, the last one shorter. Raises BadRecordingError."""
        chunks = in_chunks(read_blocks(self._path))
        if not self._paced:
            yield from chunks
            return
        started, spoken = self._clock(), 0.0
        for chunk in chunks:
            spoken += len(chunk) / SAMPLE_RATE
            wait = started + spoken - self._clock()
            if wait > 0:
                self._sleep(wait)
            yield chunk


def _opened(path: Path) -> Any:
    """A `soundfile.SoundFile` whose header makes sense."""
    import soundfile

    if path.is_dir():
        raise _bad(path, "is a folder")
    if not path.exists():
        raise _bad(path, "is not there", remedy="Check the name of the file.")
    if not path.is_file():
        raise _bad(path, "is no ordinary file")
    try:
        with path.open("rb") as stream:
            if not stream.read(1):
                raise _bad(path, "is empty")
            missing = _missing_bytes(stream)
    except OSError as error:
        raise _bad(path, f"cannot be opened ({error.strerror})", remedy="Check its permissions.") from error
    if missing:
        raise _bad(path, f"is truncated: {missing:,} bytes are missing")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        raise _bad(path, "is no audio file that can be read") from error
    if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE or not 1 <= file.channels <= _MAX_CHANNELS:
        found = f"has {file.channels} channels at {file.samplerate} Hz"
        file.close()
        raise _bad(path, found)
    if not file.frames:
        file.close()
        raise _bad(path, "holds no sound")
    return file


def _read(file: Any, size: int, dtype: str, path: Path) -> Any:
    import soundfile

    try:
        return file.read(size, dtype=dtype, always_2d=True)
    except soundfile.SoundFileError as error:
        raise _bad(path, "is damaged") from error


def _missing_bytes(stream: BinaryIO) -> int:
    """How many bytes a WAV file lacks of what its header promises; 0 for other files.

    libsndfile reads such a file as if it had been meant to be shorter, which would turn half a
    sentence into another one.
    """
    stream.seek(0)
    head = stream.read(12)
    if len(head) < 12:
        return 0
    if head[:4] not in (b"RIFF", b"RIFX") or head[8:] != b"WAVE":
        return 0
    order = "<" if head[:4] == b"RIFF" else ">"
    size = stream.seek(0, 2)
    position = 12
    while position + 8 <= size:
        stream.seek(position)
        name, length = struct.unpack(order + "4sI", stream.read(8))
        position += 8
        if name == b"data":
            return 0 if length in _UNSAID else max(0, position + length - size)
        position += length + length % 2
    return max(0, position - size)


def _bad(path: Path, what: str, *, remedy: str | None = None) -> BadRecordingError:
    return BadRecordingError(f"{path} {what}", remedy=remedy)
