"""Doing several slow things at once, and waiting for none of them longer than agreed."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import partial
from typing import TypeVar

T = TypeVar("T")

_Tasks = queue.SimpleQueue[Callable[[], None]]
_idle: list[_Tasks] = []
"""Of the threads that wait for something to do; starting one costs as much as a short answer of a bank."""


class TooSlowError(Exception):
    """What takes the place of a result that did not come in time."""


def side_by_side(jobs: Sequence[Callable[[], T]], seconds: float) -> list[T | Exception]:
    """The result of every job, in order; the exception where a job raised one.

    A job that is not done in time goes on in its thread, whose result nobody reads: the threads are
    daemons, so that a bank which sends a byte a minute holds neither the answer nor the program's end.
    """
    done: queue.SimpleQueue[tuple[int, T | Exception]] = queue.SimpleQueue()

    def work(index: int, job: Callable[[], T]) -> None:
        try:
            done.put((index, job()))
        except Exception as error:  # noqa: BLE001 - handed to the caller
            done.put((index, error))

    for index, job in enumerate(jobs):
        # Whose question it is goes along, so that what happens is told to nobody else.
        _in_background(partial(copy_context().run, work, index, job))
    results: list[T | Exception] = [TooSlowError() for _ in jobs]
    deadline = time.monotonic() + seconds
    for _ in jobs:
        try:
            index, result = done.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        results[index] = result
    return results


def _in_background(task: Callable[[], None]) -> None:
    """Run it in an idle thread, or in a new one: what hangs holds up nothing else."""
    try:
        tasks = _idle.pop()
    except IndexError:
        tasks = queue.SimpleQueue()
        threading.Thread(target=_work, args=(tasks,), name="side by side", daemon=True).start()
    tasks.put(task)


def _work(tasks: _Tasks) -> None:
    while True:
        tasks.get()()
        _idle.append(tasks)
