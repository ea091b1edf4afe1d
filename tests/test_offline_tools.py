"""The two ways of cutting the network really cut it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
# 192.0.2.0/24 is kept for documentation (RFC 5737): nobody is there, and it is never sent to.
OUTSIDE = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=2)"
LOOPBACK = (
    "import socket; server = socket.create_server(('127.0.0.1', 0));"
    "socket.create_connection(server.getsockname(), timeout=2); print('reached')"
)


def run(code: str, *, guarded: bool) -> subprocess.CompletedProcess[str]:
    if guarded:
        environment = dict(os.environ, PYTHONPATH=str(HERE / "socket_guard"))
        command = [sys.executable, "-c", code]
    else:
        environment = dict(os.environ)
        command = [sys.executable, str(HERE / "offline.py"), sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("guarded", [True, False])
def test_loopback_is_open_and_the_rest_is_not(guarded: bool) -> None:
    inside = run(LOOPBACK, guarded=guarded)
    assert inside.stdout.strip() == "reached", inside.stderr
    outside = run(OUTSIDE, guarded=guarded)
    assert outside.returncode != 0
    assert "the network is cut" in outside.stderr or "Network is unreachable" in outside.stderr


def test_a_refusal_that_is_swallowed_is_still_written_down(tmp_path: Path) -> None:
    log = tmp_path / "refused"
    attempt, swallow = (
        OUTSIDE.replace("; ", "\n    "),
        "import contextlib\nwith contextlib.suppress(OSError):",
    )
    code = f"{swallow}\n    {attempt}"
    environment = dict(os.environ, PYTHONPATH=str(HERE / "socket_guard"), SOCKET_GUARD_LOG=str(log))
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert "192.0.2.1" in log.read_text(encoding="utf-8")
