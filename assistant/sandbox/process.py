"""The practice bank as a child process, for the demonstration, the benchmark and tests."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

from assistant.errors import BankUnreachableError
from assistant.sandbox.catalogue import BANKS, HARBOUR, MEADOW

_SECONDS_TO_STOP = 5.0


@dataclass(frozen=True, slots=True)
class RunningBank:
    base_url: str
    """`http://127.0.0.1:PORT`."""
    lines: list[str] = field(default_factory=list)
    """What the server wrote on its console so far, one-time codes among it."""

    @property
    def meadow(self) -> str:
        """Base URL of Meadow Bank."""
        return self.base_url + MEADOW.prefix

    @property
    def harbour(self) -> str:
        return self.base_url + HARBOUR.prefix

    @property
    def banks(self) -> dict[str, str]:
        """Base URL by the bank's name."""
        return {bank.name: self.base_url + bank.prefix for bank in BANKS}


@contextmanager
def running_bank(
    database: Path,
    *,
    port: int = 0,
    seed: int | None = None,
    today: date | None = None,
    reset: bool = False,
) -> Iterator[RunningBank]:
    """Start a server on loopback, wait until it listens, stop it afterwards.

    The child ends with this process, however that ends. `today` defaults to `ASSISTANT_TODAY`, then to
    the machine's date. Raises BankUnreachableError with what the server said when it does not start.
    """
    command = [sys.executable, "-m", "assistant.sandbox", "--supervised"]
    command += ["--database", str(database), "--port", str(port)]
    command += ["--seed", str(seed)] if seed is not None else []
    command += ["--today", today.isoformat()] if today else []
    command += ["--reset"] if reset else []
    child = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdin and child.stdout and child.stderr  # noqa: S101
    complaints: list[str] = []
    # Both pipes are read all the time: a full one would stop the server.
    readers = [_follow(child.stderr, complaints)]
    try:
        first = child.stdout.readline()
        if not first:
            readers[0].join(_SECONDS_TO_STOP)
            said = " ".join(complaints).strip() or "it ended at once"
            raise BankUnreachableError(f"the practice bank did not start: {said}", bank="practice bank")
        bank = RunningBank(f"http://127.0.0.1:{json.loads(first)['port']}")
        readers.append(_follow(child.stdout, bank.lines))
        yield bank
    finally:
        child.stdin.close()
        try:
            child.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for reader in readers:
            reader.join()
        child.stdout.close()
        child.stderr.close()


def _follow(stream: IO[str], lines: list[str]) -> threading.Thread:
    def read() -> None:
        lines.extend(line.rstrip("\n") for line in stream)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
