"""How the program is asked to end: Ctrl-C, a polite request, and the terminal that is closed."""

from __future__ import annotations

import signal
import sys
from types import FrameType

_CLOSED = (signal.SIGHUP,) if sys.platform != "win32" else ()
FROM_TERMINAL = (signal.SIGINT, *_CLOSED)
"""Every process that was started there gets them; one that ends with its parent leaves them to it."""


def ending_signals() -> tuple[signal.Signals, ...]:
    """To be met with whatever there is to put in order. A terminal may be closed that `nohup` was given."""
    closed = [each for each in _CLOSED if signal.getsignal(each) is not signal.SIG_IGN]
    return (signal.SIGINT, signal.SIGTERM, *closed)


def end_in_order() -> None:
    """From now on every such request unwinds the program as Ctrl-C does, temporary files and all.

    Python's own way is to be gone at once. Ctrl-C stays KeyboardInterrupt. Only in the main thread.
    """
    for each in ending_signals():
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, _unwind)


def _unwind(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # the way out is not to be cut short by the same once more
    raise SystemExit(128 + number)
