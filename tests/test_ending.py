"""Requests to end: each unwinds the program, once; a terminal that `nohup` was given may be closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, tempfile, time
from assistant.ending import end_in_order
end_in_order()
with tempfile.TemporaryDirectory(dir=sys.argv[1]):
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        print("ending", flush=True)
        time.sleep(float(sys.argv[2]))
"""


def _begun(folder: Path, seconds: float, *, nohup: bool = False) -> subprocess.Popen[str]:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=ignore if nohup else None,
    )
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_unwinds_the_program_and_a_second_one_does_not_cut_that_short(
    tmp_path: Path, number: signal.Signals
) -> None:
    with _begun(tmp_path, 0.3) as process:
        os.kill(process.pid, number)
        assert process.stdout is not None and process.stdout.readline() == "ending\n"
        os.kill(process.pid, number)
        assert process.wait(30) == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_nohup_was_given_may_be_closed(tmp_path: Path) -> None:
    with _begun(tmp_path, 0, nohup=True) as process:
        os.kill(process.pid, signal.SIGHUP)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
