"""The measurements: cross-validation, sentences held out, recordings, and sets of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from assistant.asr.graph_text import normalise
from assistant.asr.recogniser import Recogniser
from assistant.asr.taught import teach
from assistant.audio.recordings import RecordingSource
from assistant.errors import TrainingDataError, UnderstandingError
from assistant.nlu.child import child_environment
from assistant.nlu.examples import (
    Example,
    blocks,
    marked_entities,
    names,
    plain,
    read_examples,
    read_yaml,
    same,
)
from assistant.nlu.training import train
from assistant.replay.reading import read_scenarios
from assistant.settings import Settings
from assistant.training.evaluation.scores import Result, Sentence, Share, word_errors

Progress = Callable[[str], None]


def cross_validate(settings: Settings, folds: int, progress: Progress) -> Result:
    """Every utterance of the training data, asked of a model that was trained without it.

    The folds are the same each time: stratified by intent, and drawn by the words alone, so that an added
    utterance changes few others. Raises TrainingDataError or UnderstandingError.
    """
    examples = _distinct(read_examples(settings.nlu_data, settings.data))
    others = [
        item
        for path in sorted(settings.nlu_data.rglob("*.yml"))
        for item in _items(path)
        if "intent" not in item
    ]
    result = _folds(
        settings, [(each.intent, each.text) for each in examples], others, folds, progress, domain=True
    )
    about = (("measured by", f"cross-validation, {folds} folds"), ("utterances", str(len(examples))))
    return Result("cross-validation", tuple(result), about)


def held_out(settings: Settings, file: Path, progress: Progress) -> Result:
    """Sentences in Rasa's YAML that nothing was trained on, asked of the model of the present data."""
    asked = [
        (block.name, text)
        for block in blocks(read_yaml(file, file.name))
        if block.kind == "intent"
        for _, text in block.lines
    ]
    if not asked:
        raise TrainingDataError(
            f"{file.name}:1: no intent with examples", remedy="Name a file in Rasa's YAML."
        )
    examples = read_examples(settings.nlu_data, settings.data)
    trained = {same(each.text) for each in examples}
    seen = sum(same(text) in trained for _, text in asked)
    model = train(settings, progress)
    progress(f"Asking {len(asked)} sentences.")
    sentences = _ask(model, asked, marked_entities(examples))
    about = (
        ("measured by", f"sentences held out ({file.name})"),
        ("of them in the training data", str(seen)),
    )
    return Result(file.stem, tuple(sentences), about)


def recordings(settings: Settings, file: Path, progress: Progress) -> tuple[Result, Result]:
    """The recordings of a scenario file (`*.scenario.yml`): as text, and as heard.

    What the first has right and the second has not is what recognition costs. Names count where they are in
    the text word by word. Raises AudioError.
    """
    commands = [
        (turn.audio, turn.say, turn.understood)
        for scenario in read_scenarios(file)
        for turn in scenario.turns
        if turn.audio is not None and turn.say and turn.understood is not None and turn.understood.intents
    ]
    if not commands:
        raise TrainingDataError(
            f"{file.name}:1: no turn with `say`, `audio` and an intent",
            remedy="Name the scenarios of recordings.",
        )
    model = train(settings, progress)
    progress("Teaching the speech model.")
    recogniser = Recogniser(teach(settings).model)
    heard: list[str] = []
    for number, (audio, *_) in enumerate(commands, start=1):
        if number % 10 == 1:
            progress(f"Listening, {number} of {len(commands)}.")
        heard.append(recogniser.transcribe(RecordingSource(audio)).text)
    progress("Understanding what was heard.")
    texts = [normalise(say) for _, say, _ in commands]
    meant = [understood.intents[0] for *_, understood in commands]
    slots = [understood.entities or {} for *_, understood in commands]
    learnt = marked_entities(read_examples(settings.nlu_data, settings.data))
    read = _ask(model, list(zip(meant, texts, strict=True)), learnt)
    as_text = [_with_slots(each, wanted, learnt) for each, wanted in zip(read, slots, strict=True)]
    asked = _ask(model, list(zip(meant, heard, strict=True)), learnt)
    as_heard = [
        replace(_with_slots(sentence, wanted, learnt), text=text, heard=sentence.text)
        for sentence, text, wanted in zip(asked, texts, slots, strict=True)
    ]
    errors = sum(word_errors(t.split(), h.split()) for t, h in zip(texts, heard, strict=True))
    words = Share(errors, sum(len(text.split()) for text in texts))
    about = (("measured by", f"recordings ({file.name})"), ("words wrong", f"{words.value:.1%}"))
    return (
        Result(f"{file.stem}-text", tuple(as_text), (("measured by", f"the texts of {file.name}"),)),
        Result(file.stem, tuple(as_heard), about),
    )


def dataset(settings: Settings, name: str, folder: Path, folds: int, progress: Progress) -> Result:
    """The pipeline of `config.yml` trained and asked on another set: `banking77` or `clinc`.

    With a test part beside the training part that is asked, else the training part is cross-validated.
    """
    train_rows = _rows(folder / f"train.{_ENDING[name]}")
    test = folder / f"test.{_ENDING[name]}"
    if test.is_file():
        progress(f"Training on {len(train_rows)} utterances of {name}.")
        rows = _rows(test)
        sentences = _fold(settings, train_rows, rows, [], domain=False)
        how = f"the standard split: {len(train_rows)} to train, {len(rows)} to ask"
    else:
        sentences = _folds(settings, train_rows, [], folds, progress, domain=False)
        how = f"cross-validation of the training part, {folds} folds; its test part was not there"
    return Result(name, tuple(sentences), (("measured by", how), ("set", name)))


_ENDING = {"banking77": "csv", "clinc": "tsv"}
DATASETS = tuple(_ENDING)


def _rows(path: Path) -> list[tuple[str, str]]:
    from assistant.training.utterances.files import read_rows

    rows = read_rows(path)
    if not rows:
        raise TrainingDataError(f"{path.name}:1: no utterances", remedy="Name the folder of the data set.")
    return [
        (row.intent.replace("/", " "), " ".join(row.text.replace("[", "(").replace("]", ")").split()))
        for row in rows
    ]


# --- folds -------------------------------------------------------------------------------------


def _folds(
    settings: Settings,
    rows: Sequence[tuple[str, str]],
    others: list[Any],
    folds: int,
    progress: Progress,
    *,
    domain: bool,
) -> list[Sentence]:
    number = _numbered(rows, folds)
    done = 0
    answers: dict[int, list[Sentence]] = {}
    # Each fold is a process with one core's work.
    with ThreadPoolExecutor(max_workers=min(folds, os.cpu_count() or 1)) as side:
        waiting = {
            fold: side.submit(
                _fold,
                settings,
                [row for row, own in zip(rows, number, strict=True) if own != fold],
                [row for row, own in zip(rows, number, strict=True) if own == fold],
                others,
                domain=domain,
            )
            for fold in range(folds)
        }
        progress(f"Training {folds} times on {folds - 1} of {folds} parts.")
        for fold, each in waiting.items():
            answers[fold] = each.result()
            done += 1
            progress(f"{done} of {folds} parts asked.")
    return [sentence for fold in range(folds) for sentence in answers[fold]]


def _numbered(rows: Sequence[tuple[str, str]], folds: int) -> list[int]:
    """The fold of each row: within an intent, in the order of a hash of the words."""
    import zlib

    order = sorted(range(len(rows)), key=lambda i: (rows[i][0], zlib.crc32(same(rows[i][1]).encode()), i))
    number = np.zeros(len(rows), dtype=int)
    number[order] = np.arange(len(rows)) % folds
    return [int(each) for each in number]


def _fold(
    settings: Settings,
    learn: Sequence[tuple[str, str]],
    ask: Sequence[tuple[str, str]],
    others: list[Any],
    *,
    domain: bool,
) -> list[Sentence]:
    """Train on one part and ask the other, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="evaluation-") as place:
        folder = Path(place)
        by_intent: dict[str, list[str]] = {}
        for intent, text in learn:
            by_intent.setdefault(intent, []).append(text)
        entries = [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
            for intent, texts in by_intent.items()
        ]
        _write(folder / "nlu.yml", {"version": "3.1", "nlu": entries + others})
        if not domain:
            intents = sorted({*by_intent, "nlu_fallback"})
            _write(folder / "domain.yml", {"version": "3.1", "intents": intents})
        job = {
            "config": str(settings.nlu_config),
            "domain": str(settings.nlu_data / "domain" if domain else folder / "domain.yml"),
            "nlu": str(folder / "nlu.yml"),
            "texts": [plain(text) for _, text in ask],
        }
        learnt = frozenset(name.entity for _, text in learn for name in names(text))
        return _sentences(ask, _child(folder, job), learnt)


def _write(path: Path, content: dict[str, Any]) -> None:
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(content, stream)


def _ask(model: Path, ask: Sequence[tuple[str, str]], learnt: frozenset[str]) -> list[Sentence]:
    """Ask a model that is there, in a process of its own: Rasa stays out of this one."""
    with tempfile.TemporaryDirectory(prefix="evaluation-") as place:
        job = {"model": str(model), "texts": [plain(text) for _, text in ask]}
        return _sentences(ask, _child(Path(place), job), learnt)


def _child(folder: Path, job: dict[str, Any]) -> list[dict[str, Any]]:
    path = folder / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "assistant.training.evaluation.fold_process", str(path)],
        cwd=folder,
        env=child_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    try:
        answers: list[dict[str, Any]] = json.loads((folder / "answers.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise UnderstandingError(f"an evaluation ended with status {done.returncode}: {last}") from error
    return answers


def _sentences(
    ask: Sequence[tuple[str, str]], answers: Sequence[dict[str, Any]], learnt: frozenset[str]
) -> list[Sentence]:
    return [
        Sentence(
            text=plain(text),
            meant=intent,
            intent=answer["intent"],
            confidence=answer["confidence"],
            taken=answer["taken"],
            wanted=tuple(sorted((n.entity, n.start, n.end) for n in names(text) if n.entity in learnt)),
            found=tuple(sorted((e, int(s), int(t)) for e, s, t in answer["entities"] if e in learnt)),
        )
        for (intent, text), answer in zip(ask, answers, strict=True)
    ]


def _with_slots(sentence: Sentence, slots: Mapping[str, Any], learnt: frozenset[str]) -> Sentence:
    """Recordings list names as values, looked for among the words; one that is not there is missed."""
    wanted: list[tuple[str, int, int]] = []
    for entity, value in slots.items():
        if entity not in learnt:
            continue
        words = normalise(str(value))
        start = sentence.text.find(words)
        wanted.append((entity, start, start + len(words)))
    found = tuple(mark for mark in sentence.found if any(mark[0] == each[0] for each in wanted))
    return replace(sentence, wanted=_loosely(wanted, found), found=found)


def _loosely(
    wanted: Sequence[tuple[str, int, int]], found: Sequence[tuple[str, int, int]]
) -> tuple[tuple[str, int, int], ...]:
    """A name that overlaps the wanted one is that one: the actions look names up by sound."""
    return tuple(
        sorted(
            next(
                (f for f in found if f[0] == each[0] and f[1] < each[2] and each[1] < f[2]),
                each,
            )
            for each in wanted
        )
    )


def _distinct(examples: Sequence[Example]) -> list[Example]:
    """Each utterance once: its twin in training would be the answer."""
    kept: dict[str, Example] = {}
    for each in examples:
        kept.setdefault(same(each.text), each)
    return list(kept.values())


def _items(path: Path) -> Iterator[Any]:
    document = YAML(typ="safe").load(path.read_text("utf-8"))
    yield from (document or {}).get("nlu") or () if isinstance(document, dict) else ()
