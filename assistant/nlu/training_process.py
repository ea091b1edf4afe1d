"""Rasa's training in a process of its own: `python -m assistant.nlu.training_process JOB`.

Its chatter, its memory, its working folder and its cache stay there. JOB is a JSON file with `config`,
`domain`, `data` (list), `folder` and `name`; beside it `outcome.json` is written: `{}` when the model was
made, else `kind` (data, storage or other) and `text`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from assistant.nlu import quiet
from assistant.nlu.unhashed import leave_out_hashes


def train(job: dict[str, Any]) -> dict[str, str]:
    """Train as told. What goes wrong is the outcome, not an exception."""
    from rasa.model_training import train as train_with_rasa
    from rasa.shared.exceptions import RasaException

    leave_out_hashes()
    try:
        result = train_with_rasa(
            domain=job["domain"],
            config=job["config"],
            training_files=job["data"],
            output=job["folder"],
            fixed_model_name=job["name"],
            force_training=True,
        )
    except SystemExit:
        return {"kind": "data", "text": "Rasa refused the training data"}
    except Exception as error:  # noqa: BLE001 - told to the process that waits for it
        cause = _innermost(error)
        text = f"{type(cause).__name__}: {cause}"
        if isinstance(cause, OSError) and not isinstance(cause, RasaException):
            return {"kind": "storage", "text": cause.strerror or text}
        return {"kind": "data" if isinstance(error, RasaException) else "other", "text": text}
    return {} if result.code == 0 else {"kind": "data", "text": "Rasa refused the training data"}


def _innermost(error: BaseException) -> BaseException:
    """Rasa wraps what a component raises; the innermost exception is the one that says something."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def main(job: Path) -> None:
    quiet.hush()
    outcome = train(json.loads(job.read_text(encoding="utf-8")))
    (job.parent / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
