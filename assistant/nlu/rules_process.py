"""Rasa's validation of rules and stories in a process of its own.

Run as `python -m assistant.nlu.rules_process JOB`.

JOB is a JSON file with `config`, `domain` and `data` (list); beside it `outcome.json` is written: Rasa's
complaints as texts.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from assistant.nlu import quiet


def complaints(job: dict[str, Any]) -> list[str]:
    """What the rule policy refuses, and which stories contradict each other."""
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.core.training.story_conflict import find_story_conflicts
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.core.generator import TrainingDataGenerator
    from rasa.shared.exceptions import RasaException
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config(job["config"], job["domain"], job["data"])
    domain, graph = importer.get_domain(), importer.get_stories()
    trackers = TrainingDataGenerator(graph, domain, remove_duplicates=False, augmentation_factor=0).generate()
    found: list[str] = []
    for policy in importer.get_config().get("policies") or ():
        if policy.get("name") != "RulePolicy":
            continue
        with tempfile.TemporaryDirectory() as folder:
            rules = RulePolicy.create(
                {**RulePolicy.get_default_config(), **policy},
                LocalModelStorage(Path(folder)),
                Resource("rules"),
                ExecutionContext(GraphSchema({})),
            )
            try:
                rules.train(trackers, domain)
            except RasaException as error:
                found.append(str(error))
    stories = [tracker for tracker in trackers if not tracker.is_rule_tracker]
    return found + [str(conflict) for conflict in find_story_conflicts(stories, domain)]


def main(job: Path) -> None:
    quiet.hush()
    outcome = complaints(json.loads(job.read_text(encoding="utf-8")))
    (job.parent / "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
