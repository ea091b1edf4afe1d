"""A loudspeaker that can be stopped in the middle of a word."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from assistant.audio.devices import (
    Device,
    accepted_rate,
    device_errors,
    find_device,
    open_stream,
    rescan,
    sound_system,
)
from assistant.audio.frames import Samples, convert
from assistant.errors import DeviceLostError, NoDeviceError

_BLOCK_SECONDS = 0.02
"""Frames asked for at a time; bounds how much is played after `stop`."""

_LATENCY_SECONDS = 0.1
"""Asked of the driver. PortAudio's own choice, 35 ms over PulseAudio, ran dry at once at 16 kHz."""

_LEAD_SECONDS, _TAIL_SECONDS = 0.04, 0.15
"""Silence around a sound: PulseAudio was seen to swallow the first 20 ms, and what is still on its way when
a stream is closed."""

_DRIVER_SECONDS = 5.0
"""What a driver may take beyond the length of a sound before it counts as stuck."""


class Loudspeaker:
    """Plays one sound at a time on one device."""

    def __init__(self, device: Device = None) -> None:
        """`device`: a number, a part of a name, or None for the default one. Opens nothing yet."""
        self._device = device
        self._done = threading.Event()
        self._done.set()
        self._stream: Any = None
        self._lock = threading.Lock()
        self.name = ""
        """As PortAudio calls it, once something was played."""
        self.underflows = 0
        """Gaps that were heard because the computer was too slow."""

    def play(self, samples: Samples, rate: int) -> bool:
        """Play mono int16 samples of `rate` Hz and wait for the end; False when `stop` cut them off.

        Raises NoSoundSystemError, NoDeviceError, DeviceLostError or AudioError.
        """
        self.start(samples, rate)
        return self.wait()

    def start(self, samples: Samples, rate: int) -> None:
        """Begin to play and return at once; a sound that is still playing is cut. Raises as `play`."""
        self.stop()
        try:
            entry = find_device(self._device, "output")
        except NoDeviceError:
            rescan()  # it may have been plugged in since
            entry = find_device(self._device, "output")
        self.name = entry["name"]
        taken = accepted_rate(entry, "output", rate)
        sound = samples if taken == rate else convert(samples, rate, taken)
        sound = np.pad(sound, (round(_LEAD_SECONDS * taken), round(_TAIL_SECONDS * taken)))
        with self._lock, device_errors(self.name):
            self._done.clear()
            self._cut = False
            self._seconds = len(sound) / taken
            self._stream = open_stream(
                "RawOutputStream",
                device=entry["index"],
                samplerate=taken,
                channels=1,
                dtype="int16",
                blocksize=round(taken * _BLOCK_SECONDS),
                latency=_LATENCY_SECONDS,
                callback=_Feeder(self, sound),
                finished_callback=self._done.set,
            )
            self._stream.start()

    def wait(self) -> bool:
        """Until the sound is over. False when it was cut off. Raises DeviceLostError when it gets stuck."""
        if self._stream is None:
            return not self._cut
        if not self._done.wait(self._seconds + _DRIVER_SECONDS):
            self.stop()
            raise DeviceLostError(f"{self.name} does not play")
        self._close()
        return not self._cut

    def stop(self) -> None:
        """Silence at once; may be called from any thread."""
        with self._lock:
            if self._stream is None or self._done.is_set():
                return
            self._cut = True
            self._stream.abort(ignore_errors=True)
            self._done.set()
        self._close()

    @property
    def playing(self) -> bool:
        return not self._done.is_set()

    def _close(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)

    _cut = False
    _seconds = 0.0


class _Feeder:
    """PortAudio's callback: hands out samples, silence for what is left of the last block."""

    def __init__(self, speaker: Loudspeaker, sound: Samples) -> None:
        self._speaker = speaker
        self._bytes = np.ascontiguousarray(sound, np.int16).tobytes()
        self._position = 0
        self._stop = sound_system().CallbackStop

    def __call__(self, out: Any, _count: int, _time: Any, status: Any) -> None:
        if status.output_underflow:
            self._speaker.underflows += 1
        part = self._bytes[self._position : self._position + len(out)]
        self._position += len(part)
        out[: len(part)] = part
        out[len(part) :] = bytes(len(out) - len(part))
        if self._position >= len(self._bytes):
            raise self._stop
