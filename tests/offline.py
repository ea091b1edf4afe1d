"""Run a command with the network cut except loopback: `python tests/offline.py COMMAND …`.

A network namespace of its own where the system allows one; there nothing but `lo` exists, for child
processes and native libraries too. Elsewhere a guard in every Python process refuses to connect or
look up anything that is not this machine.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

GUARD = Path(__file__).resolve().parent / "socket_guard"


def namespace_command() -> list[str] | None:
    """The prefix that gives a command an empty network, or None where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    for flags in (["--net"], ["--net", "--map-root-user"]):
        if subprocess.run([unshare, *flags, "true"], capture_output=True, check=False).returncode == 0:
            return [unshare, *flags]
    return None


def raise_loopback() -> None:
    """A new namespace has `lo` down; the numbers are SIOCGIFFLAGS, SIOCSIFFLAGS and IFF_UP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, 0x8913, request))[1]
        fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", flags | 1))


def main(command: list[str]) -> None:
    if command[0] == "--inside":
        raise_loopback()
        os.execvp(command[1], command[1:])
    prefix = namespace_command()
    if prefix:
        os.execvp(prefix[0], [*prefix, sys.executable, __file__, "--inside", *command])
    paths = [str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
