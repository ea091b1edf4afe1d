"""Starting and ending the practice bank: port, console, signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from assistant.errors import PortInUseError
from assistant.sandbox.catalogue import BANKS
from assistant.sandbox.quirks import Quirk

DATABASE_NAME = "bank.sqlite"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8750
_LISTEN_BACKLOG = 100


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
    """Serve until SIGINT or SIGTERM.

    Without `port` the usual one is taken, or any free one when it is in use; 0 asks for a free one.
    `supervised` is for a parent process: the first line announced is a JSON object with `port`, and the
    server ends when its standard input does. Must be called in the main thread.

    Raises PortInUseError when a port that was named is taken or may not be used, StorageError,
    SettingsError.
    """
    # Imported here: the database and the web server, which commands that only name the bank do without.
    from assistant.sandbox.app import create_app

    listener = bind(host, port)
    try:
        app = create_app(database, seed=seed, today=today, reset=reset, quirks=quirks, announce=announce)
        chosen = listener.getsockname()[1]
        if supervised:
            announce(json.dumps({"port": chosen}))
            threading.Thread(target=_end_with_parent, daemon=True).start()
        else:
            _welcome(host, chosen, port, announce)
        app.run(sock=listener, workers=1, access_log=False, motd=False, debug=False)
    finally:
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
