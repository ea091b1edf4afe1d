"""Microphone and loudspeaker together, open all the time, and opened again when one was pulled out."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from assistant.audio.frames import Converter, Samples
from assistant.audio.player import Player
from assistant.errors import AudioError, NoDeviceError
from assistant.settings import SAMPLE_RATE

_BLOCK_SECONDS = 0.032
"""What is handed on of the microphone's sound at a time: a frame of the voice detector."""
_IN_SECONDS = _BLOCK_SECONDS / 2
"""What the microphone delivers at a time. The driver holds two of them: with whole frames what is said comes
24 ms later. With both cores busy nothing of it was lost."""
_OUT_SECONDS = 0.012
"""What the loudspeaker takes at a time; bounds how long it goes on after a hush."""
_OUT_LATENCY = 3 * _OUT_SECONDS
"""Seconds of our sound that the driver holds. With the usual turns of Python's threads 35 ms ran dry."""
_TURN = 0.001
"""Seconds after which a Python thread lets another one in. With the usual 5 ms three that compute keep the
loudspeaker's waiting for 15 to 28 ms, several times in a row, and it ran dry."""
_WAITING_SECONDS = 10.0
"""Sound that may wait for a busy loop; what comes after is lost and counted."""
_PATIENCE = 2.0
"""Seconds without a frame, either way, after which a device is gone: drivers deliver silence as frames."""
_AGAIN = 0.3
"""Seconds between two looks whether it is back."""


@dataclass
class Counters:
    """What went wrong for want of time, since the start."""

    overflows: int = 0
    """The driver dropped sound of the microphone."""
    underflows: int = 0
    """The loudspeaker had nothing to play."""
    lost_seconds: float = 0.0
    """Sound that waited too long to be heard."""
    recoveries: int = 0
    """Devices that went away and came back."""


class Duplex:
    """Both directions of sound while used as a context. `frames` belongs to one thread."""

    def __init__(
        self,
        microphone: Device,
        loudspeaker: Device | None,
        player: Player | None,
        *,
        on_notice: Callable[[str, bool], None] = lambda _name, _there: None,
    ) -> None:
        """A number, a part of a name, or None for the default one; a `player` of None leaves the loudspeaker
        alone. `on_notice` is told the name of what went away (False) or is back (True)."""
        self._devices = (microphone, loudspeaker)
        self._player = player
        self.on_notice = on_notice
        self._queue: queue.Queue[tuple[bytes, float]] = queue.Queue(round(_WAITING_SECONDS / _BLOCK_SECONDS))
        self._streams: list[Any] = []
        self._in = Converter(SAMPLE_RATE, 1)
        self._out = _Out(player, SAMPLE_RATE) if player else None
        self._stopped = False
        self._usual_turn = _TURN
        self._half: bytes | None = None
        self._recorded_at = 0.0
        self.counters = Counters()
        self.microphone = self.loudspeaker = ""
        """Names as PortAudio has them, once open."""
        self.way_in = self.way_out = 0.0
        """Seconds between the air and us, as the sound system says."""

    def __enter__(self) -> Duplex:
        """Raises NoSoundSystemError, NoDeviceError, DeviceLostError or AudioError."""
        try:
            self._open()
        except NoDeviceError:
            rescan()  # it may have been plugged in since
            self._open()
        self._usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setswitchinterval(self._usual_turn)
        self.stop()
        self._close()

    def stop(self) -> None:
        """End `frames`; may be called from any thread."""
        self._stopped = True

    def drop_waiting(self) -> None:
        """Forget what was recorded and not taken yet, and that some of it was lost."""
        self.counters.lost_seconds = 0.0
        self._forget()

    def frames(self) -> Iterator[tuple[Samples, float] | None]:
        """Chunks of 16 kHz with the monotonic time at which their last sample was in the air, until `stop`.

        None, once, when a device went away: sound is missing from there on. It goes on when one is back.
        """
        while not self._stopped:
            chunk = self._next()
            if chunk is not None:
                yield chunk
            elif not self._stopped:
                yield None
                self._recover()

    # --- inside ----------------------------------------------------------------------------------

    def _next(self) -> tuple[Samples, float] | None:
        """The next chunk; None when a device is gone, or at the end."""
        waited = 0.0
        while not self._stopped:
            try:
                frames, at = self._queue.get(timeout=_BLOCK_SECONDS * 2)
            except queue.Empty:
                waited += _BLOCK_SECONDS * 2
                if waited >= _PATIENCE or not self._alive():
                    return None
                continue
            if not self._alive():
                return None
            return self._in.feed(np.frombuffer(frames, np.int16)), at - self.way_in
        return None

    def _alive(self) -> bool:
        # By the other direction's clock: when the computer is too slow, both stand still.
        silent = self._out is not None and self._recorded_at - self._out.taken_at > _PATIENCE
        return not silent and all(stream.active for stream in self._streams)

    def _recover(self) -> None:
        lost = f"{self.microphone} / {self.loudspeaker}" if self._out else self.microphone
        self.on_notice(lost, False)
        while not self._stopped:
            self._close()
            time.sleep(_AGAIN)
            try:
                rescan()
                self._open()
            except AudioError:
                continue
            if self._delivers():
                self.counters.recoveries += 1
                self.on_notice(self.microphone, True)
                return

    def _forget(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def _delivers(self) -> bool:
        """Whether sound comes: some systems open a device that is not there."""
        try:
            self._queue.put(self._queue.get(timeout=_PATIENCE))
        except queue.Empty:
            return False
        return self._alive()

    def _open(self) -> None:
        self._recorded_at, self._half = 0.0, None
        self._forget()
        try:
            self._open_input()
            if self._player is not None:
                self._open_output(self._player)
        except BaseException:
            self._close()
            raise

    def _open_input(self) -> None:
        entry = find_device(self._devices[0], "input")
        self.microphone = entry["name"]
        rate = accepted_rate(entry, "input", SAMPLE_RATE)
        self._in = Converter(rate, 1)
        with device_errors(self.microphone):
            stream = self._start("RawInputStream", entry, rate, _IN_SECONDS, 2 * _IN_SECONDS, self._on_input)
        self.way_in = float(stream.latency)

    def _open_output(self, player: Player) -> None:
        entry = find_device(self._devices[1], "output")
        self.loudspeaker = entry["name"]
        rate = accepted_rate(entry, "output", player.rate)
        self._out = _Out(player, rate)
        with device_errors(self.loudspeaker):
            stream = self._start("RawOutputStream", entry, rate, _OUT_SECONDS, _OUT_LATENCY, self._on_output)
        self.way_out = float(stream.latency)

    def _start(
        self, kind: str, entry: dict[str, Any], rate: int, block: float, latency: float, callback: Any
    ) -> Any:
        stream = open_stream(
            kind,
            device=entry["index"],
            samplerate=rate,
            channels=1,
            dtype="int16",
            blocksize=round(rate * block),
            latency=latency,
            callback=callback,
        )
        self._streams.append(stream)
        stream.start()
        return stream

    def _close(self) -> None:
        streams, self._streams = self._streams, []
        for stream in streams:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

    def _on_input(self, frames: Any, _count: int, _time: Any, status: Any) -> None:
        """PortAudio's thread: copy (its buffer is used again), never wait."""
        if status.input_overflow:
            self.counters.overflows += 1
        self._recorded_at = time.monotonic()
        if self._half is None:
            self._half = bytes(frames)
            return
        block, self._half = self._half + bytes(frames), None
        try:
            self._queue.put_nowait((block, self._recorded_at))
        except queue.Full:
            self.counters.lost_seconds += _BLOCK_SECONDS

    def _on_output(self, out: Any, count: int, _time: Any, status: Any) -> None:
        if status.output_underflow:
            self.counters.underflows += 1
        if self._out is not None:
            out[:] = self._out.take(count).tobytes()


class _Out:
    """The player's sound at the rate that the loudspeaker takes."""

    def __init__(self, player: Player, rate: int) -> None:
        self._player = player
        self._ratio = player.rate / rate
        self._converter = None if rate == player.rate else Converter(player.rate, 1, target=rate)
        self._ready: Samples = np.empty(0, np.int16)
        self.taken_at = time.monotonic()
        """When something was taken last."""

    def take(self, count: int) -> Samples:
        self.taken_at = time.monotonic()
        if self._converter is None:
            return self._player.take(count)
        while len(self._ready) < count:
            more = self._player.take(max(1, round(count * self._ratio)))
            self._ready = np.concatenate([self._ready, self._converter.feed(more)])
        out, self._ready = self._ready[:count], self._ready[count:]
        return out
