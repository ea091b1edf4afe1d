"""A sound card for tests: a PulseAudio server of our own with two null sinks.

What is played into `speak_into` comes out of the microphone; what the loudspeaker plays can be recorded.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

NEEDED = ("pulseaudio", "pactl", "paplay", "parec")

_MODULES = (
    "module-native-protocol-unix auth-anonymous=1 socket={socket}",
    "module-null-sink sink_name=air rate=16000 channels=1",
    "module-null-sink sink_name=speaker rate=22050 channels=1",
    "module-remap-source source_name=microphone master=air.monitor",
)


def why_not() -> str:
    """What this machine lacks for a sound card of its own; empty when nothing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"needs the Debian packages pulseaudio and pulseaudio-utils (no {', '.join(missing)})"
    if not list(Path("/usr/lib").glob("*/libportaudio.so.2")):
        return "needs the Debian package libportaudio2"
    if not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        return "needs the Debian package libasound2-plugins"
    return ""


@dataclass(frozen=True)
class SoundCard:
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def found_by(self) -> dict[str, str]:
        """The variables by which a command finds this sound card, and no other."""
        return {
            name: value for name, value in self.environment.items() if name.startswith(("PULSE_", "XDG_"))
        }

    def speak_into(self, samples: npt.NDArray[np.int16], rate: int) -> None:
        """Play into the microphone; returns when it was played."""
        command = ["paplay", "--raw", "--device=air", f"--rate={rate}", "--format=s16le", "--channels=1"]
        subprocess.run(
            command,
            input=samples.tobytes(),
            env=self.environment,
            check=True,
            timeout=60,
            capture_output=True,
        )

    @contextmanager
    def recording(self, rate: int) -> Iterator[list[npt.NDArray[np.int16]]]:
        """What the loudspeaker plays meanwhile; the list holds it when the context is over."""
        captured: list[npt.NDArray[np.int16]] = []
        command = ["parec", "--raw", "--device=speaker.monitor", f"--rate={rate}"]
        command += ["--format=s16le", "--channels=1", "--latency-msec=20"]
        # Not into a pipe: it holds a second and a half, and what comes after is lost.
        with tempfile.TemporaryFile() as file:
            recorder = subprocess.Popen(command, env=self.environment, stdout=file)
            while os.fstat(file.fileno()).st_size < rate // 5 * 2 and recorder.poll() is None:
                time.sleep(0.02)  # until it records
            try:
                yield captured
            finally:
                time.sleep(0.3)  # the null sink hands the last period over
                recorder.send_signal(signal.SIGTERM)
                recorder.wait(10)
                file.seek(0)
                whole = file.read()
                captured.append(np.frombuffer(whole[: len(whole) // 2 * 2], np.int16))

    def pull_out(self) -> None:
        """Every device goes away; the sound system stays, as when the only headset is pulled out."""
        for module in ("module-remap-source", "module-null-sink"):
            self.call("unload-module", module)

    def plug_in(self) -> None:
        """The devices are back."""
        for module in _MODULES[1:]:
            self.call("load-module", *module.split())

    def call(self, *arguments: str) -> None:
        """`pactl` with these arguments."""
        subprocess.run(["pactl", *arguments], env=self.environment, check=True, capture_output=True)

    def unplug(self) -> None:
        """The sound system dies, as when the only device is pulled out."""
        self.process.kill()
        self.process.wait(10)


@contextmanager
def sound_card(folder: Path) -> Iterator[SoundCard]:
    """Start the server in `folder` (short, because of the length of socket names); end it afterwards."""
    socket = folder / "native"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
        "PULSE_SINK": "speaker",
        "PULSE_SOURCE": "microphone",
    }
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    command += ["--disable-shm=yes", "--log-target=stderr", "--log-level=error"]
    command += [part for module in _MODULES for part in ("-L", module.format(socket=socket))]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            asked = subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False)
            if asked.returncode == 0:
                break
            if process.poll() is not None:
                pytest.skip("PulseAudio does not start on this machine")
            time.sleep(0.1)
        yield SoundCard(environment, process)
    finally:
        process.terminate()
        process.wait(10)
