"""What is said about training data before anything is trained."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from assistant.errors import TrainingDataError
from assistant.nlu.examples import finding_of, read_examples
from assistant.nlu.finding import Finding, Severity
from assistant.nlu.training import training_files
from assistant.nlu.training_check import findings
from assistant.settings import Settings
from assistant.training.checks import hearing, neighbours, rules, variety

Progress = Callable[[str], None]


def check_everything(settings: Settings, progress: Progress) -> list[Finding]:
    """All findings, the gravest first, each kind in the order of files and lines.

    Files that cannot be read hide what is in them, so then only their mistakes are told. Raises StorageError,
    NoSpeechModelError or BrokenSpeechModelError.
    """
    progress("Reading the training data.")
    found = list(findings(settings.data, training_files(settings)))
    if not any(each.severity is Severity.ERROR for each in found):
        try:
            # Rasa takes seconds to load, in a process of its own; the rest is done meanwhile.
            with ThreadPoolExecutor(max_workers=1) as beside:
                contradictions = beside.submit(rules.contradictions, settings)
                progress("Comparing utterances.")
                examples = read_examples(settings.nlu_data, settings.data)
                found += neighbours.repeated(examples)
                found += neighbours.confusable(examples)
                found += variety.too_little(examples)
                progress("Asking the speech model for every word.")
                found += hearing.unheard(settings, examples)
                progress("Having Rasa compare rules and stories.")
                found += contradictions.result()
        except TrainingDataError as error:
            found.append(finding_of(error))
    order = list(Severity)
    return sorted(found, key=lambda each: (order.index(each.severity), each.file, each.line))
