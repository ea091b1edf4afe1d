"""Several processes that serve the same doors, and one that watches over them.

The doors are opened once and handed down: whoever is free takes the next connection, and one that waits when
a worker dies is taken by another. Each worker is started afresh and loads for itself. A process that was
split off after loading would share its memory, but neither the threads nor the locks of Rasa, TensorFlow and
Vosk are made for that: the copy may wait for ever for a lock whose holder was not copied.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from assistant.actions.services import AskPassword, nobody_types
from assistant.ending import FROM_TERMINAL, ending_signals
from assistant.errors import AssistantError, SettingsError, WorkersError
from assistant.nlu.watch import ModelWatch
from assistant.redaction import guard_logs
from assistant.rooms.server import RoomServer
from assistant.settings import MEMORY, Settings
from assistant.startup import Desk

_log = logging.getLogger(__name__)

_START = 300.0
"""Seconds within which the first workers must be loaded."""
_END = 30.0
"""Seconds for a payment that is being handed over, then a worker is killed."""
_LOOKS = 0.5
"""Seconds between two looks whether it is over."""
_BETWEEN_LOOKS = 1.0
"""Seconds between two looks at the training data."""
_PAUSES = (0.0, 1.0, 5.0, 30.0)
"""Seconds before another start of a worker that died so many times while it was being loaded."""


class MakeServer(Protocol):
    """Can be pickled, the doors' sockets with it."""

    def __call__(self, desk: Desk, *, first: bool) -> RoomServer:
        """`first`: it also does what one alone must do. Raises AssistantError."""


def check_workers(settings: Settings, count: int) -> None:
    """Raises SettingsError where several servers could not go on with each other's conversations."""
    if count > 1 and settings.store == MEMORY:
        raise SettingsError(
            "several workers, and conversations are kept in the memory of one",
            remedy="Set ASSISTANT_STORE to the URL of a Redis or PostgreSQL server, or leave out --workers.",
        )


@dataclass
class _Worker:
    number: int
    process: BaseProcess
    line: Connection
    """It says when it is ready, and ends when the line is closed."""
    ready: bool = False


class Workers:
    """`serve_until_stopped` blocks; `stop` may be called from any thread and from a signal handler."""

    def __init__(
        self,
        settings: Settings,
        count: int,
        model: Path,
        make: MakeServer,
        *,
        password: AskPassword = nobody_types,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`model`: a trained one. `password` can be pickled. `notice` is told, in a sentence, what happens to
        workers, and that they learnt what was trained meanwhile."""
        self._settings = settings
        self._count = count
        self._model = model
        self._make = make
        self._password = password
        self._notice = notice
        self._watch = ModelWatch(settings, model)
        self._looked = time.monotonic()
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[int, _Worker] = {}
        self._failures: dict[int, int] = {}
        """By number of the worker: how often in a row it died before it was ready."""
        self._due: dict[int, float] = {}
        """By number: when another one starts in its place."""
        self._over = threading.Event()
        self.ready = threading.Event()
        """Set once all of them take connections."""

    def serve_until_stopped(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """`on_ready` is called once all of them take connections.

        Raises AssistantError when the first workers cannot be started.
        """
        try:
            with _signals(self._over.set):
                for number in range(1, self._count + 1):
                    self._workers[number] = self._started(number)
                self._wait_for_all()
                if self.ready.is_set():
                    on_ready()
                while not self._over.is_set():
                    self._bury()
                    self._replace()
                    self._look_for_another_model()
        finally:
            self._end()

    def stop(self) -> None:
        self._over.set()

    @property
    def processes(self) -> tuple[int, ...]:
        """Their ids."""
        return tuple(each.process.pid or 0 for each in self._workers.values())

    # --- inside ----------------------------------------------------------------------------------

    def _started(self, number: int) -> _Worker:
        line, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_work,
            args=(
                theirs,
                self._settings,
                self._model,
                partial(self._make, first=number == 1),
                self._password,
            ),
            name=f"worker {number}",
        )
        with _held_back(FROM_TERMINAL):
            # Workers end when they are told to.
            process.start()
        theirs.close()
        return _Worker(number, process, line)

    def _wait_for_all(self) -> None:
        until = time.monotonic() + _START
        while not self._over.is_set() and not all(each.ready for each in self._workers.values()):
            for each in self._heard():
                error = self._news(each)
                if error is not None:
                    raise error
            if time.monotonic() > until:
                raise WorkersError("they take too long to load")
        if not self._over.is_set():
            self.ready.set()

    def _bury(self) -> None:
        for each in self._heard():
            error = self._news(each)
            if error is None:
                continue
            failures = 0 if each.ready else self._failures.get(each.number, 0) + 1
            self._failures[each.number] = failures
            self._due[each.number] = time.monotonic() + _PAUSES[min(failures, len(_PAUSES) - 1)]
            self._notice(f"Worker {each.number} ended ({error.detail}). Another one starts in its place.")
            each.line.close()
            _ended(each.process, _END)
            del self._workers[each.number]

    def _replace(self) -> None:
        for number, due in tuple(self._due.items()):
            if due <= time.monotonic() and not self._over.is_set():
                del self._due[number]
                self._workers[number] = self._started(number)

    def _look_for_another_model(self) -> None:
        """All take it up, one that starts later begins with it."""
        if time.monotonic() - self._looked < _BETWEEN_LOOKS:
            return
        self._looked = time.monotonic()
        change = self._watch.look()
        if change is None:
            return
        self._model = change.model or self._model
        for each in self._workers.values():
            with suppress(OSError):  # it is dying, and another one starts in its place
                each.line.send(change)
        self._notice(change.mistake or "All workers take up what was trained.")

    def _heard(self) -> list[_Worker]:
        """Those that have something to say, or died."""
        lines = {each.line: each for each in self._workers.values()}
        if not lines:
            self._over.wait(_LOOKS)
        return [lines[line] for line in wait(list(lines), _LOOKS) if isinstance(line, Connection)]

    def _news(self, worker: _Worker) -> AssistantError | None:
        """None when it is ready, else what ended it."""
        try:
            error: AssistantError | None = worker.line.recv()
        except (EOFError, OSError):
            worker.process.join(_END)
            code = worker.process.exitcode
            return WorkersError(f"signal {-code}" if code is not None and code < 0 else f"status {code}")
        worker.ready = error is None
        return error

    def _end(self) -> None:
        """All at once: what they have begun they bring to its end."""
        for each in self._workers.values():
            each.line.close()
        until = time.monotonic() + _END
        for each in self._workers.values():
            _ended(each.process, max(0.0, until - time.monotonic()))


def _work(
    line: Connection,
    settings: Settings,
    model: Path,
    make: Callable[[Desk], RoomServer],
    password: AskPassword,
) -> None:
    """A worker's life: it ends when the line is closed, also by the death of who watches over it."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    guard_logs()
    try:
        with Desk(settings, password=password).load(model=model) as desk:
            if desk.voice_problem is not None:
                _log.warning("without a voice: %s", desk.voice_problem.code)
            server = make(desk)
            serving = threading.Thread(target=server.serve_until_stopped, name="doors", daemon=True)
            serving.start()
            while serving.is_alive() and not server.ready.wait(_LOOKS):
                continue
            line.send(None)
            with suppress(EOFError, OSError):
                while serving.is_alive() and not over.is_set():
                    if line.poll(_LOOKS):
                        desk.take_up(line.recv())
            server.stop()
            serving.join()
    except AssistantError as error:
        with suppress(OSError):
            line.send(error)


def _ended(process: BaseProcess, seconds: float) -> None:
    """By itself within that time, else killed."""
    process.join(seconds)
    if process.is_alive():
        _log.warning("%s did not end in time", process.name)
        process.kill()
        process.join()


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """A request to end calls `stop`, where signals arrive."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {each: signal.signal(each, lambda *_: stop()) for each in ending_signals()}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _held_back(numbers: Iterable[signal.Signals]) -> Iterator[None]:
    """Signals that processes started meanwhile never get; this one gets them afterwards."""
    if os.name != "posix":
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
