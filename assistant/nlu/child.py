"""A child process in which Rasa works: our package, silence, and a place for its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ended:
    """A child that has ended."""

    outcome: Any
    """What it wrote, of JSON; None when it could not even say what went wrong."""
    status: int
    printed: str

    @property
    def last_line(self) -> str:
        return (self.printed.strip().splitlines() or ["no message"])[-1]


def run_child(module: str, folder: Path, job: Mapping[str, Any], outcome: str) -> Ended:
    """Run `python -m module JOB` in `folder`, where it reads the job and writes the file `outcome`."""
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    (folder / outcome).unlink(missing_ok=True)  # of a child before this one
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-W", "ignore", "-m", module, str(path)],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    try:
        written = json.loads((folder / outcome).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        written = None
    return Ended(written, done.returncode, done.stdout)


def _environment(folder: Path) -> dict[str, str]:
    """Temporary files go into `folder`."""
    package = Path(__file__).resolve().parents[2]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH")])),
        "PYTHONHASHSEED": "0",
        "TMPDIR": str(folder),
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
