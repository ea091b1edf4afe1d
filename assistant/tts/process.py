"""One warm worker process, spoken to over a socket pair, with a deadline on every answer."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from assistant.tts.espeak import Espeak
from assistant.tts.profile import VoiceProfile

STARTUP_SECONDS = 10.0
"""A cold disk and a busy machine included; a warm start takes about 0.1 s."""

_ORPHAN_SECONDS = 5.0
"""Later than our own deadline, a wedged worker ends itself, should we be gone by then."""

_FRAME = struct.Struct(">I")


class WorkerLostError(Exception):
    """The worker died or did not answer in time; the text says why as far as it is known."""


class Worker:
    """Starts on construction and returns at once; the first `render` waits until it is ready.

    Not for two threads at a time. After WorkerLostError it is dead, and a new one must be made.
    """

    def __init__(self, espeak: Espeak, profile: VoiceProfile) -> None:
        self._connection, theirs = socket.socketpair()
        environment = dict(os.environ)
        if espeak.data is not None:
            environment["ESPEAK_DATA_PATH"] = str(espeak.data)
        command = [
            sys.executable,
            "-I",
            "-S",
            str(Path(__file__).with_name("worker.py")),
            str(theirs.fileno()),
            str(espeak.packages),
            str(espeak.library or ""),
            profile.voice,
            str(profile.pitch),
            str(profile.volume),
        ]
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own script, no shell
                    command,
                    stdin=subprocess.DEVNULL,
                    # pyttsx3 prints a line for every sentence.
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    pass_fds=[theirs.fileno()],
                    env=environment,
                )
            except OSError as error:
                self._connection.close()
                raise WorkerLostError(f"the voice process did not start: {error}") from error
        self._ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Raises WorkerLostError when espeak-ng, its data or the voice cannot be used."""
        if not self._ready:
            self._receive(time.monotonic() + STARTUP_SECONDS)
            self._ready = True

    def render(self, text: str, words_per_minute: int, deadline: float) -> bytes:
        """WAV bytes of `text`, which holds at least one character.

        `deadline` is in seconds. Raises WorkerLostError, and then the process is gone.
        """
        self.wait_until_ready()
        until = time.monotonic() + deadline
        request = {"text": text, "rate": words_per_minute, "limit": deadline + _ORPHAN_SECONDS}
        try:
            self._connection.settimeout(deadline)
            self._connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise self._lost(error) from error
        return self._receive(until)

    def close(self) -> None:
        """End the process; may be called twice."""
        self._connection.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _receive(self, until: float) -> bytes:
        try:
            (length,) = _FRAME.unpack(self._read(_FRAME.size, until))
            return self._read(length, until)
        except (OSError, EOFError) as error:
            raise self._lost(error) from error

    def _read(self, size: int, until: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            # A timeout of nought would mean "do not wait", which is another error.
            self._connection.settimeout(max(until - time.monotonic(), 0.001))
            chunk = self._connection.recv(size - len(data))
            if not chunk:
                raise EOFError("it ended")
            data += chunk
        return bytes(data)

    def _lost(self, error: Exception) -> WorkerLostError:
        """End the process and tell what it said last."""
        reason = "it did not answer in time" if isinstance(error, TimeoutError) else "it ended"
        if not isinstance(error, TimeoutError):
            # It closed its end: give it the moment it needs to finish its last words.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)
        self._process.kill()
        self._process.wait()
        stderr = self._process.stderr
        words = stderr.read().decode(errors="replace").strip().splitlines() if stderr else []
        self.close()
        return WorkerLostError(f"{reason}: {words[-1]}" if words else reason)
