"""Train and ask in a process of its own: `python -m assistant.training.evaluation.fold_process JOB`.

JOB is a JSON file with `texts` and either `model` or `config`, `domain` and `nlu`; beside it `answers.json`
is written, one entry a text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from assistant.nlu import quiet


def answers(job: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Parse each text with the model that is named, or with one trained for it."""
    model = Path(job["model"]) if "model" in job else _trained(job, folder)
    from assistant.nlu.parser import Parser

    return [
        {
            "intent": parsed.intent,
            "confidence": parsed.confidence,
            "taken": parsed.taken,
            "entities": [(entity, start, end) for entity, _, start, end in parsed.entities],
        }
        for parsed in Parser(model).parse(job["texts"])
    ]


def _trained(job: dict[str, Any], folder: Path) -> Path:
    from assistant.nlu.rasa_training import train_model

    model = folder / "model.tar.gz"
    train_model(job["config"], job["domain"], [job["nlu"]], model, core=False)
    return model


def main(job: Path) -> None:
    quiet.hush()
    found = answers(json.loads(job.read_text(encoding="utf-8")), job.parent)
    (job.parent / "answers.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
