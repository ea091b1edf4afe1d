"""Single keys from a terminal, without Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pressed_keys(on_key: Callable[[str], None]) -> Iterator[None]:
    """Call `on_key` for every key while the context lasts, in a thread; the terminal is left as it was.

    Does nothing where standard input is no terminal.
    """
    if not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            if select.select([terminal], [], [], 0.1)[0]:
                for key in os.read(terminal, 64).decode(errors="replace"):
                    on_key(key)

    thread = threading.Thread(target=read, name="keys", daemon=True)
    try:
        tty.setcbreak(terminal)
        thread.start()
        yield
    finally:
        over.set()
        thread.join()
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
