"""The last accepted measurement of each kind, kept in the assistant's home."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from assistant.bank.private_files import read_private, write_private
from assistant.settings import Settings
from assistant.training.evaluation.scores import Result, Sentence


def accepted(settings: Settings, name: str) -> Result | None:
    """None when none was accepted. Raises StorageError for one that cannot be read."""
    content = read_private(_file(settings, name))
    if content is None:
        return None
    data = json.loads(content)
    return Result(
        data["name"],
        tuple(_sentence(each) for each in data["sentences"]),
        tuple((str(label), str(text)) for label, text in data["about"]),
    )


def accept(settings: Settings, result: Result) -> Path:
    """From now on others are compared with this one. Raises StorageError."""
    file = _file(settings, result.name)
    write_private(file, json.dumps(asdict(result)))
    return file


def _file(settings: Settings, name: str) -> Path:
    return settings.home / "evaluation" / f"accepted-{name}.json"


def _sentence(data: dict[str, object]) -> Sentence:
    marks = {
        key: tuple(tuple(mark) for mark in data.pop(key))  # type: ignore[attr-defined]
        for key in ("wanted", "found")
    }
    return Sentence(**data, **marks)  # type: ignore[arg-type]
