"""Work done beside other work, on another core, by a forked process that knows all that this one knows."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from typing import Any, TypeVar

from assistant.cores import cores

_T = TypeVar("_T")


def beside(work: Callable[[], _T]) -> Callable[[], _T]:
    """Begin; call what is returned to have the outcome, which must be picklable.

    With a single core, or where processes cannot be forked, the work is done when its outcome is asked for.
    So is work that failed there, and its error is the one that is raised then: nothing is lost on the way
    between processes. Work may write files; it must not matter that it writes them twice.
    """
    if cores() < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return work
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(work, there))
    process.start()
    there.close()

    def outcome() -> _T:
        try:
            found: _T = here.recv()
        except (EOFError, OSError):
            return work()
        finally:
            here.close()
            process.join()
        return found

    return outcome


def _do(work: Callable[[], Any], pipe: Any) -> None:
    try:
        outcome = work()
    except BaseException:  # noqa: BLE001 - whoever waits finds the pipe closed, and meets the error again
        os._exit(1)
    pipe.send(outcome)
