"""Steps that must not be cut in the middle: Ctrl-C and a polite request to end wait until they are over."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

from assistant.ending import ending_signals

_others = threading.Condition()
_busy = 0
"""Threads beside the main one that are in such a step."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold requests to end back until the block ends; then they take their usual way.

    Only the main thread is interrupted by signals, so elsewhere there is nothing to hold; who ends the
    program calls `wait_for_others`. May be nested.
    """
    if threading.current_thread() is not threading.main_thread():
        with _counted():
            yield
        return
    came: list[int] = []

    def keep(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    # A handler that C code has set cannot be put back, so it is left alone.
    former = {each: signal.getsignal(each) for each in ending_signals() if signal.getsignal(each) is not None}
    try:
        for each in former:
            signal.signal(each, keep)
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


def wait_for_others() -> None:
    """Until no other thread is in such a step; signals wait as long."""
    is_main = threading.current_thread() is threading.main_thread()
    # Elsewhere it would wait for itself.
    with uninterrupted() if is_main else nullcontext(), _others:
        _others.wait_for(lambda: _busy == 0)


@contextmanager
def _counted() -> Iterator[None]:
    global _busy
    with _others:
        _busy += 1
    try:
        yield
    finally:
        with _others:
            _busy -= 1
            _others.notify_all()
