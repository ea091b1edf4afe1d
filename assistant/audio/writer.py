"""Sound into a WAV file that is either whole or not there."""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from assistant.audio.frames import Samples, convert
from assistant.errors import StorageError
from assistant.settings import SAMPLE_RATE


class WavWriter:
    """Writes 16-bit mono WAV beside its final name and moves it there at the end of the context.

    When anything fails on the way, the file that had that name before stays as it was.
    """

    def __init__(self, path: Path | str, rate: int = SAMPLE_RATE) -> None:
        """`rate` in Hz; sounds of other rates are converted."""
        self._path = Path(path)
        self._rate = rate
        self._file: BinaryIO | None = None
        self._temporary = Path()
        self._wave: wave.Wave_write | None = None

    def __enter__(self) -> WavWriter:
        """Raises StorageError when the folder cannot be written to, or holds something else of that name."""
        if self._path.exists() and not self._path.is_file():
            # Moving a file over `/dev/null` would take it away from the whole computer.
            raise StorageError(f"{self._path} is no ordinary file", remedy="Name another file.")
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        except OSError as error:
            raise self._failed(error) from error
        self._temporary = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._wave = wave.open(self._file, "wb")
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(self._rate)
        return self

    def write(self, samples: Samples, rate: int | None = None) -> None:
        """Append mono int16 samples of `rate` Hz (the file's own when left out). Raises StorageError."""
        if self._wave is None:
            raise TypeError("a WavWriter writes only inside `with`")
        if rate is not None and rate != self._rate:
            samples = convert(samples, rate, self._rate)
        try:
            self._wave.writeframes(np.ascontiguousarray(samples, "<i2").tobytes())
        except OSError as error:
            raise self._failed(error) from error

    def write_silence(self, seconds: float) -> None:
        """Append silence. Raises StorageError."""
        self.write(np.zeros(round(seconds * self._rate), np.int16))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None or self._wave is None:
            return
        try:
            if kind is None:
                self._wave.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._temporary.replace(self._path)
        except OSError as failure:
            raise self._failed(failure) from failure
        finally:
            self._discard()

    def _discard(self) -> None:
        """Close quietly (a full disk fails here once more) and leave no temporary file."""
        wave_file, file, self._wave, self._file = self._wave, self._file, None, None
        for closing in (wave_file, file):
            try:
                if closing is not None:
                    closing.close()
            except OSError:
                continue
        self._temporary.unlink(missing_ok=True)

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(f"{self._path}: {error.strerror or error}")
