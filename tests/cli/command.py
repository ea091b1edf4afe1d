"""The real command, run as people run it: at a terminal, in a pipe, from a script."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.conftest import ROOT

SECONDS = 200
"""After which a command counts as stuck; the machine may be busy."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def trainers_copy(folder: Path) -> Path:
    """What is taught, in a folder of a trainer's own."""
    shutil.copytree(ROOT / "nlu_data", folder / "nlu_data")
    shutil.copy(ROOT / "config.yml", folder)
    (folder / "voices").symlink_to(ROOT / "voices")
    return folder


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    shown: str
    """Standard output."""
    complaint: str
    """Standard error."""

    def failed_with(self, code: str, *words: str, status: int = 1) -> None:
        """It said what is wrong and what to do, on standard error, without a traceback."""
        assert self.status == status, (self.status, self.shown, self.complaint)
        assert f"({code})" in self.complaint, self.complaint
        assert "What to do: " in self.complaint
        assert "Traceback" not in self.complaint
        for word in words:
            assert word in self.complaint, self.complaint


@dataclass(frozen=True)
class Assistant:
    """The command, with one customer's environment."""

    home: Path
    environment: Mapping[str, str]

    def among(self, environment: Mapping[str, str]) -> Assistant:
        """The same command, with these variables too."""
        return Assistant(self.home, {**self.environment, **environment})

    def run(
        self,
        *arguments: str,
        typed: str | bytes = b"",
        output: IO[bytes] | int = subprocess.PIPE,
        most_bytes: int = resource.RLIM_INFINITY,
        **environment: str,
    ) -> Done:
        """Run it to its end; `typed` comes through a pipe.

        `most_bytes`: no file may grow beyond that, as on a disk that is full.
        """

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        done = subprocess.run(
            self._command(arguments),
            cwd=ROOT,
            env={**self.environment, **environment},
            input=typed.encode() if isinstance(typed, str) else typed,
            stdout=output,
            stderr=subprocess.PIPE,
            preexec_fn=limit,
            check=False,
            timeout=SECONDS,
        )
        return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    @contextmanager
    def started(self, *arguments: str, **environment: str) -> Iterator[Running]:
        """Run it with a pipe behind its standard output; it is gone at the end."""
        process = subprocess.Popen(
            self._command(arguments),
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdout is not None
        with _ended(process):
            yield Running(process, process.stdout.fileno())

    @contextmanager
    def at_terminal(self, *arguments: str, **environment: str) -> Iterator[Running]:
        """Run it at a terminal of its own, whose keys `type` and `interrupt` press."""
        ours, theirs = pty.openpty()

        def take_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        process = subprocess.Popen(
            self._command(arguments),
            cwd=ROOT,
            env={**self.environment, "TERM": "xterm", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(theirs)
        try:
            with _ended(process):
                yield Running(process, ours)
        finally:
            os.close(ours)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "assistant", *arguments]


@dataclass
class Running:
    """A command that goes on."""

    process: subprocess.Popen[bytes]
    screen: int
    """File descriptor of what it shows."""
    shown: str = ""
    """All that it has shown so far, without colours."""
    _seen: int = 0
    _raw: bytes = b""

    def expect(self, text: str) -> None:
        """Wait until it shows that, after what was expected before."""
        assert self.shows(text, SECONDS), f"no {text!r} in:\n{self.shown}"

    def shows(self, text: str, seconds: float) -> bool:
        """Whether that comes within so many seconds, after what was expected before."""
        until = time.monotonic() + seconds
        while (found := self.shown.find(text, self._seen)) < 0:
            if not self._more(until - time.monotonic()):
                return False
        self._seen = found + len(text)
        return True

    def type(self, text: str) -> None:
        """Press keys at the terminal; `\\n` is Enter."""
        os.write(self.screen, text.encode())

    def give_up(self) -> None:
        """Press Ctrl-C at a question, once the command waits for its answer.

        Python's `input` loses one that comes after the question is shown and before it reads; a person
        presses again.
        """
        self._wait_for_reading()
        self.type("\x03")

    def _wait_for_reading(self) -> None:
        """Until its first thread sleeps: after a question nothing but the read of its answer does."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        until = time.monotonic() + SECONDS
        while stat.read_text().rpartition(") ")[2][0] != "S":
            assert time.monotonic() < until, "it never waits for an answer"
            time.sleep(0.01)

    def interrupt(self, request: signal.Signals = signal.SIGINT) -> None:
        """Ctrl-C, or SIGHUP when a terminal is closed: the command and all that it started are told."""
        os.killpg(self.process.pid, request)

    def end(self) -> Done:
        """Wait for its end, with nothing of it left running."""
        while self._more(SECONDS):
            pass
        errors = self.process.stderr.read().decode() if self.process.stderr else self.shown
        status = self.process.wait(SECONDS)
        assert not _alive(self.process.pid), "it left processes behind"
        return Done(status, self.shown, errors)

    def _more(self, seconds: float) -> bool:
        """Read on; False at the end of what it shows, and when nothing comes in time."""
        ready, _, _ = select.select([self.screen], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            piece = os.read(self.screen, 65536)
        except OSError:  # how Linux tells that nobody has the terminal open any more
            piece = b""
        self._raw += piece
        self.shown = _ESCAPES.sub("", self._raw.decode(errors="replace")).replace("\r\n", "\n")
        return bool(piece)


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _alive(group: int) -> bool:
    """Whether a process of the group lives a moment longer than the first one."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True
