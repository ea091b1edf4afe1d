"""A microphone as chunks for the recogniser."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np

from assistant.audio.devices import (
    Device,
    accepted_rate,
    device_errors,
    find_device,
    open_stream,
    rescan,
)
from assistant.audio.frames import Converter, Samples, in_chunks
from assistant.errors import DeviceLostError, NoDeviceError
from assistant.settings import CHUNK_SECONDS, SAMPLE_RATE

_WAITING_SECONDS = 10.0
"""Sound that may wait for a busy recogniser; what comes after is lost and counted."""

_PATIENCE = 2.0
"""Seconds without a single frame after which a device counts as gone: drivers deliver silence as frames."""


class Microphone:
    """Records from one device while used as a context; iterate it for chunks, again and again.

    The sound between two iterations waits, up to ten seconds of it; `drop_waiting` forgets it.
    """

    def __init__(self, device: Device = None) -> None:
        """`device`: a number, a part of a name, or None for the default one. Opens nothing yet."""
        self._device = device
        self._stream: Any = None
        self._converter = Converter(SAMPLE_RATE, 1)
        self._queue: queue.Queue[bytes] = queue.Queue(round(_WAITING_SECONDS / CHUNK_SECONDS))
        self._lost = 0
        self._stopped = False
        self.name = ""
        """As PortAudio calls it, once open."""
        self.overflows = 0
        """Times that the driver dropped sound because the computer was too slow."""

    def __enter__(self) -> Microphone:
        """Start recording. Raises NoSoundSystemError, NoDeviceError, DeviceLostError or AudioError."""
        try:
            entry = find_device(self._device, "input")
        except NoDeviceError:
            rescan()  # it may have been plugged in since
            entry = find_device(self._device, "input")
        self.name = entry["name"]
        rate = accepted_rate(entry, "input", SAMPLE_RATE)
        self._converter = Converter(rate, 1)
        self._stopped = False
        with device_errors(self.name):
            self._stream = open_stream(
                "RawInputStream",
                device=entry["index"],
                samplerate=rate,
                channels=1,
                dtype="int16",
                blocksize=round(rate * CHUNK_SECONDS),
                callback=self._on_frames,
            )
            self._stream.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)

    @property
    def lost_seconds(self) -> float:
        """Sound thrown away because nobody took it in time."""
        return self._lost * CHUNK_SECONDS

    def __iter__(self) -> Iterator[Samples]:
        """Chunks of CHUNK_SECONDS until `stop`. Raises DeviceLostError when the device goes away."""
        return in_chunks(self._blocks())

    def stop(self) -> None:
        """End the iteration that is going on; may be called from any thread."""
        self._stopped = True

    def drop_waiting(self) -> None:
        """Forget what was recorded and not taken yet, our own voice for instance."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def _blocks(self) -> Iterator[Samples]:
        if self._stream is None:
            raise TypeError("a microphone records only inside `with`")
        self._stopped = False
        waited = 0.0
        while not self._stopped:
            try:
                frames = self._queue.get(timeout=CHUNK_SECONDS)
            except queue.Empty:
                waited += CHUNK_SECONDS
                if waited >= _PATIENCE or not self._stream.active:
                    raise DeviceLostError(f"{self.name} stopped sending sound") from None
                continue
            waited = 0.0
            yield self._converter.feed(np.frombuffer(frames, np.int16))

    def _on_frames(self, frames: Any, _count: int, _time: Any, status: Any) -> None:
        """PortAudio's thread: copy (its buffer is used again), never wait."""
        if status.input_overflow:
            self.overflows += 1
        try:
            self._queue.put_nowait(bytes(frames))
        except queue.Full:
            self._lost += 1
