"""Training on one part and asking the other, each time in a process of its own."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from assistant.cores import cores
from assistant.errors import UnderstandingError
from assistant.nlu.child import run_child
from assistant.nlu.examples import names, plain, same
from assistant.settings import Settings
from assistant.training.evaluation.scores import Sentence

Progress = Callable[[str], None]


def in_folds(
    settings: Settings,
    rows: Sequence[tuple[str, str]],
    others: list[Any],
    folds: int,
    progress: Progress,
    *,
    domain: bool,
    meaning: bool = False,
) -> list[Sentence]:
    """Each of `rows`, (intent, text), asked of a model that learnt those of the other folds, and `others`.

    The intents are those of the project's own domain, or, without `domain`, those of the rows.
    """
    number = _numbered(rows, folds)
    done = 0
    answers: dict[int, list[Sentence]] = {}
    # Each fold is a process with one core's work.
    with ThreadPoolExecutor(max_workers=min(folds, cores())) as side:
        waiting = {
            fold: side.submit(
                in_one_fold,
                settings,
                [row for row, own in zip(rows, number, strict=True) if own != fold],
                [row for row, own in zip(rows, number, strict=True) if own == fold],
                others,
                domain=domain,
                meaning=meaning,
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
    order = sorted(range(len(rows)), key=lambda i: (rows[i][0], zlib.crc32(same(rows[i][1]).encode()), i))
    number = np.zeros(len(rows), dtype=int)
    number[order] = np.arange(len(rows)) % folds
    return [int(each) for each in number]


def in_one_fold(
    settings: Settings,
    learn: Sequence[tuple[str, str]],
    ask: Sequence[tuple[str, str]],
    others: list[Any],
    *,
    domain: bool,
    meaning: bool = False,
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
            "config": str(_with_meaning(settings.nlu_config, folder) if meaning else settings.nlu_config),
            "domain": str(settings.nlu_data / "domain" if domain else folder / "domain.yml"),
            "nlu": str(folder / "nlu.yml"),
            "texts": [plain(text) for _, text in ask],
        }
        learnt = frozenset(name.entity for _, text in learn for name in names(text))
        return _sentences(ask, _child(folder, job), learnt)


def _with_meaning(config: Path, folder: Path) -> Path:
    """The same pipeline with the sentence encoder before what looks at features."""
    content = YAML(typ="safe").load(config.read_text("utf-8"))
    pipeline = content["pipeline"]
    first = next(i for i, each in enumerate(pipeline) if each["name"].endswith("Classifier"))
    pipeline.insert(first, {"name": "assistant.nlu.components.meaning.MeaningFeaturizer"})
    _write(folder / "config.yml", content)
    return folder / "config.yml"


def _write(path: Path, content: dict[str, Any]) -> None:
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(content, stream)


def ask_model(model: Path, ask: Sequence[tuple[str, str]], learnt: frozenset[str]) -> list[Sentence]:
    """Ask a model that is there, in a process of its own: Rasa stays out of this one."""
    with tempfile.TemporaryDirectory(prefix="evaluation-") as place:
        job = {"model": str(model), "texts": [plain(text) for _, text in ask]}
        return _sentences(ask, _child(Path(place), job), learnt)


def _child(folder: Path, job: dict[str, Any]) -> list[dict[str, Any]]:
    done = run_child("assistant.training.evaluation.fold_process", folder, job, "answers.json")
    answers: list[dict[str, Any]] | None = done.outcome
    if answers is None:
        raise UnderstandingError(f"an evaluation ended with status {done.status}: {done.last_line}")
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
