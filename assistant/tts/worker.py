"""The child process that holds pyttsx3 and libespeak-ng, and nothing else of ours.

Run by `assistant.tts.process` as a plain script, not as a module: it imports the standard library and
pyttsx3 alone, so that it is ready in about 80 ms and stays under 20 MiB.

    worker.py SOCKET_FD PACKAGES LIBRARY VOICE PITCH VOLUME

SOCKET_FD is one end of a socket pair. The worker first sends one frame when it is ready, then answers
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
from typing import Any


class _Engine:
    """pyttsx3's espeak driver, rendering into memory.

    The driver hands what it is given as a file name to `wave.open`, which takes a file object as well: a
    spoken balance never touches the disk.
    """

    def __init__(self, voice: str, pitch: int, volume: float) -> None:
        from pyttsx3.engine import Engine

        self._engine: Any = Engine("espeak")
        self._errors: list[BaseException] = []
        # A property that cannot be set is reported here and nowhere else.
        self._engine.connect("error", self._failed)
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("pitch", pitch)
        self._engine.setProperty("volume", volume)

    def render(self, text: str, rate: int) -> bytes:
        self._engine.setProperty("rate", rate)
        wav = io.BytesIO()
        self._engine.save_to_file(text, wav)
        self._engine.runAndWait()
        if self._errors:
            raise self._errors[0]
        return wav.getvalue()

    def _failed(self, exception: BaseException, **_name: object) -> None:
        self._errors.append(exception)


def main() -> None:
    descriptor, packages, library, voice, pitch, volume = sys.argv[1:]
    # Ctrl-C reaches the whole process group; it is meant for the assistant.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.append(packages)
    if library:
        # Loaded under its soname, which is the name by which pyttsx3 then asks for it.
        ctypes.CDLL(library)
    engine = _Engine(voice, int(pitch), float(volume))
    with socket.socket(fileno=int(descriptor)) as connection:
        # The properties above are queued until the first sentence, and so are their errors.
        _send(connection, engine.render("ready", 300))
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
