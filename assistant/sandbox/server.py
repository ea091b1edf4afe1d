"""Starting and ending the practice bank: port, console, signals."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from assistant.ending import ending_signals
from assistant.errors import PortInUseError
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.quirks import Quirk

if TYPE_CHECKING:
    from sanic import Sanic

DATABASE_NAME = "bank.sqlite"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8750
_LISTEN_BACKLOG = 100
_UNTIL_STARTED = 0.1
"""Seconds; what Sanic does after its server has started takes a few turns of the loop."""


def serve(
    database: Path,
    *,
    host: str = DEFAULT_HOST,
    port: int | None = None,
    seed: int | None = None,
    today: date | None = None,
    reset: bool = False,
    quirks: Mapping[str, frozenset[Quirk]] | None = None,
    supervised: bool = False,
    announce: Callable[[str], None],
) -> None:
    """Serve until it is asked to end (`assistant.ending`).

    Without `port` the usual one is taken, or any free one when it is in use; 0 asks for a free one.
    `supervised` is for a parent process: the first line announced is a JSON object with `port`, and the
    server ends when its standard input does. Must be called in the main thread.

    Raises PortInUseError when a port that was named is taken or may not be used, StorageError,
    SettingsError.
    """
    # Imported here: the database and the web server, which commands that only name the bank do without.
    from assistant.sandbox.app import create_app

    listener = bind(host, port)
    before = {number: signal.getsignal(number) for number in ending_signals()}
    try:
        app = create_app(database, seed=seed, today=today, reset=reset, quirks=quirks, announce=announce)
        chosen = listener.getsockname()[1]
        if supervised:
            announce(json.dumps({"port": chosen}))
            threading.Thread(target=_end_with_parent, daemon=True).start()
        else:
            _welcome(host, chosen, port, announce)
        app.register_listener(_end_on_signals, "after_server_start")
        app.run(
            sock=listener, workers=1, access_log=False, motd=False, debug=False, register_sys_signals=False
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        listener.close()


def bind(host: str, port: int | None) -> socket.socket:
    """A listening socket. Raises PortInUseError."""
    wishes = (DEFAULT_PORT, 0) if port is None else (port,)
    reason: OSError | None = None
    for wish in wishes:
        try:
            family = socket.getaddrinfo(host, wish, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
            listener = socket.create_server((host, wish), family=family, backlog=_LISTEN_BACKLOG)
        except OSError as error:
            reason = error
        else:
            listener.setblocking(False)
            return listener
    raise PortInUseError(f"{host}:{wishes[0]}: {reason}") from reason


def _end_on_signals(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
    """End when asked to, a moment later.

    Sanic answers requests already while it still starts, in a run of the loop of its own. The loop's handlers
    know nothing of a signal that comes between that run and the next, and Sanic's stop ends only the run that
    it comes in: either way Ctrl-C would be lost.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(loop.call_later, _UNTIL_STARTED, app.stop)

    for number in ending_signals():
        signal.signal(number, end)


def _welcome(host: str, chosen: int, asked: int | None, announce: Callable[[str], None]) -> None:
    if asked is None and chosen != DEFAULT_PORT:
        announce(f"Port {DEFAULT_PORT} is taken, using {chosen}.")
    shown = f"[{host}]" if ":" in host else host
    for bank in BANKS:
        announce(f"{bank.name}: http://{shown}:{chosen}{bank.prefix}")
    announce("Sign in as anna with the password sunflower; codes appear here. Ctrl+C ends.")


def _end_with_parent() -> None:
    """Standard input is a pipe from the parent: its end means that the parent is gone."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
