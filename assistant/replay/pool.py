"""Cases on all cores of this machine: one process a core, each with engines and banks of its own.

A process that dies takes its case with it and nothing else: the case counts as a crash, another process
takes its place.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from assistant.cores import cores
from assistant.ending import FROM_TERMINAL
from assistant.errors import AssistantError, ReplayWorkersError
from assistant.replay.cases import Case
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import CaseResult

_AHEAD = 2
"""Cases that a process has at a time: it never waits for the next one."""
_CASES_FOR_A_PROCESS = 12
"""Loading takes as long as about so many cases, so a process for fewer would only cost time."""
_SINGLE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""There is a process for each core already: threads of theirs would only get into each other's way."""
_SECONDS_TO_STOP = 10.0
_MOST_DEATHS = 3
"""Processes in a row that may die before they took a single case."""


def processes_for(cases: int) -> int:
    return max(1, min(cores(), cases // _CASES_FOR_A_PROCESS))


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    has: deque[Case] = field(default_factory=deque)
    ready: bool = False


def replay_here(cases: Iterable[Case], setup: Setup, processes: int) -> Iterator[CaseResult]:
    """Results as they come, in no order; only a few cases are taken ahead, whatever their number.

    Raises ReplayWorkersError when the processes do not start; an AssistantError with what is missing.
    """
    waiting = iter(cases)
    again: deque[Case] = deque()
    workers: list[_Worker] = []
    deaths = 0

    def give(worker: _Worker) -> None:
        while len(worker.has) < _AHEAD:
            case = again.popleft() if again else next(waiting, None)
            if case is None:
                return
            worker.has.append(case)
            with suppress(OSError):  # it has died; its end is noticed below
                worker.pipe.send(case)

    try:
        with single_threaded():
            workers += [_started(setup) for _ in range(processes)]
        for worker in workers:
            give(worker)
        while busy := [worker for worker in workers if worker.has]:
            for pipe in wait([worker.pipe for worker in busy]):
                worker = next(each for each in busy if each.pipe is pipe)
                try:
                    answer = worker.pipe.recv()
                except (EOFError, OSError):
                    workers.remove(worker)
                    worker.process.join(_SECONDS_TO_STOP)
                    deaths = 0 if worker.ready else deaths + 1
                    if deaths >= _MOST_DEATHS:
                        raise ReplayWorkersError(
                            f"processes end with status {worker.process.exitcode}"
                        ) from None
                    if worker.ready:
                        lost = worker.has.popleft()
                        yield crashed(lost, f"the process ended with status {worker.process.exitcode}")
                    again.extend(worker.has)
                    with single_threaded():
                        workers.append(_started(setup))
                    give(workers[-1])
                    continue
                if isinstance(answer, AssistantError):
                    raise answer
                if answer is None:
                    worker.ready = True
                    continue
                worker.has.popleft()
                yield answer
                give(worker)
    finally:
        _stop(workers)


def crashed(case: Case, how: str) -> CaseResult:
    scenario = case.scenario
    return CaseResult(case.id, str(scenario.file), scenario.name, str(case.variation), case.repeat, crash=how)


class single_threaded:  # noqa: N801 - reads as what it does
    """While processes are started: libraries read these variables when they are loaded."""

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in _SINGLE}
        os.environ.update(_SINGLE)

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _started(setup: Setup) -> _Worker:
    # Not forked: Rasa and TensorFlow have threads, and those do not come along.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, setup), daemon=False)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _stop(workers: Iterable[_Worker]) -> None:
    for worker in workers:
        with suppress(OSError):
            worker.pipe.close()
    for worker in workers:
        worker.process.join(_SECONDS_TO_STOP)
        if worker.process.is_alive():
            worker.process.terminate()
            worker.process.join(_SECONDS_TO_STOP)


def _work(pipe: Connection, setup: Setup) -> None:
    """What each process does until its parent closes the pipe, however that comes about."""
    for each in FROM_TERMINAL:
        signal.signal(each, signal.SIG_IGN)  # the parent's business
    logging.disable(logging.ERROR)  # what failed is in the results
    try:
        with Replayer(setup).load() as replayer:
            pipe.send(None)
            while True:
                pipe.send(replayer.run(pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    except AssistantError as error:
        with suppress(OSError):
            pipe.send(error)
    _forget_threads()


def _forget_threads() -> None:
    """A thread of a library that still waits for something must not keep the process."""
    others = [each for each in threading.enumerate() if each is not threading.current_thread()]
    if any(not each.daemon for each in others):
        os._exit(0)
