"""What a child process needs in which Rasa works: our package, silence, and a place for its files."""

from __future__ import annotations

import os
from pathlib import Path


def child_environment(folder: Path) -> dict[str, str]:
    """The variables for `python -m assistant.nlu.…`; temporary files go into `folder`."""
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
