"""The child process that holds pyttsx3 and libespeak-ng, and nothing else of ours.

Run by `assistant.tts.process` as a plain script, not as a module: it imports the standard library and
pyttsx3 alone, so that it is ready in about 80 ms and stays under 20 MiB.

    worker.py SOCKET_FD PACKAGES LIBRARY VOICE PITCH VOLUME

SOCKET_FD is one end of a socket pair. The worker sends one empty frame when it is ready, then answers
every line of JSON, `{"text": …, "rate": words a minute, "limit": seconds}`, with one frame: four bytes of
length, big-endian, and that many bytes of WAV. It ends when the other end of the socket closes. Whatever
goes wrong ends it too, with the reason on stderr: a new process is the only sure way back to a sane
espeak-ng, which cannot be initialised twice.
"""

from __future__ import annotations

import ctypes
import io
import json
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any


class _Engine:
    """pyttsx3's espeak driver, rendering into memory.

    The driver hands what it is given as a file name to `wave.open`, which takes a file object as well: a
    spoken balance never touches the disk.

    In the mode that pyttsx3 chooses, libespeak-ng works through a queue in a thread of its own, new
    settings included, and each `runAndWait` begins by throwing away whatever that thread has not finished:
    the rate that was just set, and now and then the sentence too. So nothing is asked of it before it is at
    rest.
    """

    def __init__(self, voice: str, pitch: int, volume: float) -> None:
        from pyttsx3.drivers import _espeak
        from pyttsx3.engine import Engine

        self._is_playing: Callable[[], int] = _espeak.IsPlaying
        self._engine: Any = Engine("espeak")
        self._errors: list[Exception] = []
        # A property that cannot be set is reported here and nowhere else.
        self._engine.connect("error", self._failed)
        self._speak("ready")  # until then pyttsx3 only notes down what is to be set
        for name, value in (("voice", voice), ("pitch", pitch), ("volume", volume)):
            self._set(name, value)

    def render(self, text: str, rate: int) -> bytes:
        """WAV of `text` at `rate` words a minute."""
        if self._engine.getProperty("rate") != rate:
            self._set("rate", rate)
        return self._speak(text)

    def _speak(self, text: str) -> bytes:
        self._rest()
        wav = io.BytesIO()
        self._engine.save_to_file(text, wav)
        self._engine.runAndWait()
        self._check()
        return wav.getvalue()

    def _set(self, name: str, value: object) -> None:
        self._rest()
        self._engine.setProperty(name, value)
        self._rest()
        self._check()

    def _rest(self) -> None:
        while self._is_playing():
            time.sleep(0.0005)

    def _failed(self, exception: Exception, **_name: object) -> None:
        self._errors.append(exception)

    def _check(self) -> None:
        if self._errors:
            raise self._errors[0]


def main() -> None:
    descriptor, packages, library, voice, pitch, volume = sys.argv[1:]
    # Ctrl-C and the end of the terminal reach all that was started there; they are meant for the assistant.
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.path.append(packages)
    if library:
        # Loaded under its soname, which is the name by which pyttsx3 then asks for it.
        ctypes.CDLL(library)
    engine = _Engine(voice, int(pitch), float(volume))
    with socket.socket(fileno=int(descriptor)) as connection:
        _send(connection, b"")
        for line in connection.makefile("r", encoding="utf-8"):
            request = json.loads(line)
            # The assistant watches the clock as well, but an assistant that died cannot.
            signal.setitimer(signal.ITIMER_REAL, request["limit"])
            wav = engine.render(request["text"], request["rate"])
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(connection, wav)


def _send(connection: socket.socket, wav: bytes) -> None:
    connection.sendall(struct.pack(">I", len(wav)) + wav)


if __name__ == "__main__":
    main()
