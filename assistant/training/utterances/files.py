"""Utterances from elsewhere: CSV, JSON, and Rasa's YAML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import TrainingDataError
from assistant.nlu.examples import blocks, parse_yaml
from assistant.training.utterances.wording import marked

_TEXT = ("text", "utterance", "sentence", "query")
_INTENT = ("intent", "category", "label")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    """1-based line of a CSV or YAML file; 1-based number of the entry in a JSON file."""
    intent: str
    """Empty where the file names none."""
    text: str


def read_rows(path: Path) -> list[Row]:
    """The utterances of a file, by its ending. Raises TrainingDataError with `file:line:`."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{path.name}:1: this file is not written in UTF-8") from error
    except OSError as error:
        raise TrainingDataError(f"{path.name}:1: {error.strerror}", remedy="Name a file.") from error
    readers = {".csv": _csv, ".tsv": _csv, ".json": _json, ".yml": _yaml, ".yaml": _yaml}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise TrainingDataError(
            f"{path.name}:1: of what kind is this file?",
            remedy="Name a .csv, .tsv, .json, .yml or .yaml file.",
        )
    return list(reader(content, path.name))


def _csv(content: str, name: str) -> Iterator[Row]:
    """With a head that names the columns, or text and intent in this order."""
    sample = content[:4096]
    delimiter = "\t" if sample.count("\t") > sample.count(",") else ","
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise TrainingDataError(f"{name}:{reader.line_num}: {error}") from error
    if not rows:
        return
    head = [cell.strip().lower() for cell in rows[0][1]]
    text = next((head.index(each) for each in _TEXT if each in head), None)
    intent = next((head.index(each) for each in _INTENT if each in head), None)
    if text is None:
        text, intent = 0, 1
    else:
        del rows[0]
    for line, row in rows:
        if len(row) <= text:
            raise TrainingDataError(f"{name}:{line}: no text in this row")
        found = row[intent].strip() if intent is not None and len(row) > intent else ""
        yield Row(line, found, " ".join(row[text].split()))


def _yaml(content: str, name: str) -> Iterator[Row]:
    for block in blocks(parse_yaml(content, name)):
        if block.kind == "intent":
            yield from (Row(line, block.name, text) for line, text in block.lines)


def _json(content: str, name: str) -> Iterator[Row]:
    """`[{"text": …, "intent": …, "entities": […]}]`, `{"intent": ["text", …]}`, or Rasa's own JSON."""
    try:
        data = json.loads(content)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise TrainingDataError(f"{name}:{line}: {getattr(error, 'msg', error)}") from error
    if isinstance(data, dict) and isinstance(data.get("rasa_nlu_data"), dict):
        data = data["rasa_nlu_data"].get("common_examples", [])
    if isinstance(data, dict):
        data = [
            {"text": text, "intent": intent}
            for intent, texts in data.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
    if not isinstance(data, list):
        raise TrainingDataError(f"{name}:1: a list of utterances, or of lists by intent, is expected")
    for number, entry in enumerate(data, start=1):
        if isinstance(entry, str):
            yield Row(number, "", entry)
            continue
        text = next((entry[key] for key in _TEXT if key in entry), None) if isinstance(entry, dict) else None
        if not isinstance(text, str):
            raise TrainingDataError(f"{name}:{number}: this entry has no `text`")
        intent = next((str(entry[key]) for key in _INTENT if key in entry), "")
        yield Row(number, intent, _with_entities(text, entry.get("entities"), name, number))


def _with_entities(text: str, entities: Any, name: str, number: int) -> str:
    try:
        found = [
            (int(e["start"]), int(e["end"]), str(e["entity"]), str(e.get("role") or ""))
            for e in entities or ()
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TrainingDataError(f"{name}:{number}: an entity needs start, end and entity") from error
    return marked(text, found)
