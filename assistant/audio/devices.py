"""PortAudio behind one door: imported late, its failures told in our own words."""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from assistant.errors import AudioError, DeviceLostError, NoDeviceError, NoSoundSystemError

Device = int | str | None
"""A device's number, a part of its name, or None for the system's default."""

Direction = Literal["input", "output"]

_DEVICE_GONE = (-9985, -9988, -9996, -9999)
"""PortAudio's DeviceUnavailable, BadStreamPtr, InvalidDevice and UnanticipatedHostError
(portaudio.h, PaErrorCode): what opening or reading an unplugged device ends in."""

_lock = threading.Lock()
_streams: weakref.WeakSet[Any] = weakref.WeakSet()
_hush: Any = None


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    index: int
    name: str
    system: str
    """ALSA, PulseAudio, Core Audio …"""
    inputs: int
    """Channels that can be recorded; 0 for a loudspeaker."""
    outputs: int
    rate: int
    """Hz that the device likes best."""
    default_input: bool
    default_output: bool


def sound_system() -> Any:
    """The `sounddevice` module. Raises NoSoundSystemError when PortAudio is missing or does not start."""
    global _hush
    with _lock:
        if _hush is None:
            _hush = _silence_alsa()
        try:
            import sounddevice
        except OSError as error:  # the library is not there
            raise NoSoundSystemError(str(error)) from error
        except Exception as error:  # PortAudioError, whose module is the one that failed to load
            raise NoSoundSystemError(f"PortAudio does not start: {error}") from error
        return sounddevice


def portaudio_version() -> str:
    """Such as `PortAudio V19.6.0-devel`. Raises NoSoundSystemError."""
    return str(sound_system().get_portaudio_version()[1]).split(",")[0]


def devices() -> list[DeviceInfo]:
    """All that PortAudio sees now, plugged in since the start included. Raises NoSoundSystemError."""
    sd = sound_system()
    rescan()
    default_in, default_out = sd.default.device
    systems = [entry["name"] for entry in sd.query_hostapis()]
    return [
        DeviceInfo(
            index=number,
            name=entry["name"],
            system=systems[entry["hostapi"]],
            inputs=entry["max_input_channels"],
            outputs=entry["max_output_channels"],
            rate=int(entry["default_samplerate"]),
            default_input=number == default_in,
            default_output=number == default_out,
        )
        for number, entry in enumerate(sd.query_devices())
    ]


def rescan() -> None:
    """Let PortAudio look for devices again; it does so only when it starts.

    Does nothing while one of our streams is open, because a restart would cut it.
    """
    sd = sound_system()
    with _lock:
        if any(not stream.closed for stream in _streams):
            return
        sd._terminate()
        sd._initialize()


def find_device(device: Device, direction: Direction) -> dict[str, Any]:
    """PortAudio's entry for a device. Raises NoDeviceError, which names what there is instead."""
    sd = sound_system()
    with _lock:
        if isinstance(device, str) and device.isdecimal():
            device = int(device)
        try:
            found: dict[str, Any] = sd.query_devices(device, direction)
        except (ValueError, sd.PortAudioError) as error:
            raise NoDeviceError(_nothing(sd, device, direction)) from error
        if not found[f"max_{direction}_channels"]:
            raise NoDeviceError(_nothing(sd, device, direction))
        return found


def open_stream(kind: str, **arguments: Any) -> Any:
    """Open (not start) a stream of sounddevice's class `kind`, known to `rescan` until it is closed."""
    sd = sound_system()
    with _lock:
        stream = getattr(sd, kind)(**arguments)
        _streams.add(stream)
        return stream


def accepted_rate(entry: dict[str, Any], direction: Direction, wanted: int) -> int:
    """`wanted` Hz when the hardware takes it with one channel of int16, else its own rate."""
    sd = sound_system()
    check = sd.check_input_settings if direction == "input" else sd.check_output_settings
    try:
        check(device=entry["index"], channels=1, dtype="int16", samplerate=wanted)
    except (sd.PortAudioError, ValueError):
        return int(entry["default_samplerate"])
    return wanted


@contextmanager
def device_errors(name: str) -> Iterator[None]:
    """Turn PortAudio's errors about the device `name` into DeviceLostError or AudioError."""
    sd = sound_system()
    try:
        yield
    except sd.PortAudioError as error:
        code = error.args[1] if len(error.args) > 1 else None
        kind = DeviceLostError if code in _DEVICE_GONE else AudioError
        raise kind(f"{name}: {error.args[0]}") from error


def _nothing(sd: Any, device: Device, direction: Direction) -> str:
    kind = "microphone" if direction == "input" else "loudspeaker"
    names = [entry["name"] for entry in sd.query_devices() if entry[f"max_{direction}_channels"]]
    there = "there is " + ", ".join(repr(name) for name in names) if names else "there is none"
    wanted = f"no {kind}" if device is None else f"no {kind} called {device!r}, or more than one"
    return f"{wanted}; {there}"


def _silence_alsa() -> Any:
    """Stop ALSA from printing a page about configurations that it did not find; what counts is raised."""
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:
        return ()
    handler = ctypes.CFUNCTYPE(
        None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
    )(lambda *_: None)
    alsa.snd_lib_error_set_handler(handler)
    return handler
