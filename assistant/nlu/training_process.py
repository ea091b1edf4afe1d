"""Rasa's training in a process of its own: `python -m assistant.nlu.training_process JOB`.

Its chatter, its memory and its working folder stay there. JOB is a JSON file with `config`,
`domain`, `data` (list), `folder`, `name` and, where an earlier model has a part of it, `earlier` and what
`changed`; beside it `outcome.json` is written: `{}` when the model was
made, else `kind` (data, storage or other) and `text`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from assistant.nlu import quiet
from assistant.nlu.earlier import Earlier


def train(job: dict[str, Any]) -> dict[str, str]:
    """Train as told. What goes wrong is the outcome, not an exception."""
    from rasa.shared.exceptions import RasaException

    from assistant.nlu.rasa_training import train_model

    earlier = Earlier(Path(job["earlier"]), job["changed"]) if "earlier" in job else None
    output = Path(job["folder"]) / job["name"]
    try:
        train_model(job["config"], job["domain"], job["data"], output, earlier=earlier)
    except SystemExit:
        return {"kind": "data", "text": "Rasa refused the training data"}
    except Exception as error:  # noqa: BLE001 - told to the process that waits for it
        cause = _innermost(error)
        text = f"{type(cause).__name__}: {cause}"
        if isinstance(cause, OSError) and not isinstance(cause, RasaException):
            return {"kind": "storage", "text": cause.strerror or text}
        return {"kind": "data" if isinstance(error, RasaException) else "other", "text": text}
    return {}


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
