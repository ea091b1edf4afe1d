"""Where each utterance of the training data stands: file, line, intent, marked names.

The files are read by ruamel.yaml, which knows the lines. Importing this module does not import Rasa.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import LiteralScalarString

from assistant.errors import TrainingDataError
from assistant.nlu.finding import Finding

ANNOTATION = re.compile(r"\[(?P<text>[^\]]*)\](?:\((?P<name>[^)]*)\)|\{(?P<json>[^}]*)\})?")
_NAME_IN_JSON = re.compile(r'"entity"\s*:\s*"([^"]*)"')
KINDS = ("intent", "synonym", "regex", "lookup")


@dataclass(frozen=True, slots=True)
class Name:
    """A marked name: `[tesco](merchant)` or `[pay]{"entity": "category", "value": "salary"}`."""

    text: str
    entity: str
    """Empty when it is not said."""
    value: str
    """What the actions get; the text itself where nothing else is said."""
    start: int
    """Characters before it in the plain text."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Example:
    file: str
    """Relative to the folder with `config.yml`, with slashes."""
    line: int
    """1-based."""
    intent: str
    text: str
    """As it stands in the file, names marked."""

    @property
    def plain(self) -> str:
        return plain(self.text)

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Block:
    """One `- intent: …` (or synonym, lookup, regex) with its examples."""

    kind: str
    name: str
    line: int
    """1-based, of the entry itself."""
    lines: tuple[tuple[int, str], ...]
    """1-based line and text without the dash, blank lines left out."""
    literal: bool
    """The examples are a text after `|`, one a line: what can be edited in place."""


def read_yaml(path: Path, name: str) -> Any:
    """What a YAML file holds, with lines. Raises TrainingDataError with `name:line:`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TrainingDataError(f"{name}:1: this file is not written in UTF-8") from error
    except OSError as error:
        raise TrainingDataError(f"{name}:1: {error.strerror or type(error).__name__}") from error
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Any:
    """See `read_yaml`."""
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise TrainingDataError(f"{name}:{line}: {error.problem or error.context}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TrainingDataError(f"{name}:{line}: a control character is not allowed here") from error
    except YAMLError as error:
        raise TrainingDataError(f"{name}:1: {type(error).__name__}") from error


def finding_of(error: TrainingDataError) -> Finding:
    """The place and the words of an error whose detail begins with `file:line:`."""
    found = re.match(r"(.*?):(\d+): (.*)", error.detail, re.S)
    if found is None:
        return Finding("nlu_data", 1, error.detail)
    return Finding(found[1], int(found[2]), found[3])


def items(part: Any) -> Iterator[tuple[int, Any]]:
    """The entries of a list that the round-trip loader made, each with its 1-based line."""
    for index, item in enumerate(part or ()):
        yield int(part.lc.item(index)[0]) + 1, item


def line_of(node: Any, key: str) -> int:
    """1-based line of a key of a mapping that the round-trip loader made."""
    return int(node.lc.key(key)[0]) + 1 if key in node else int(node.lc.line) + 1


def blocks(document: Any) -> Iterator[Block]:
    """The entries of `nlu:` that have examples; anything else in the file is passed over."""
    part = document.get("nlu") if isinstance(document, dict) else None
    if not isinstance(part, list):
        return
    for line, item in items(part):
        kind = next((kind for kind in KINDS if isinstance(item, dict) and kind in item), None)
        examples = item.get("examples") if kind else None
        if kind is None or not isinstance(examples, str):
            continue
        yield Block(
            kind,
            str(item[kind]),
            line,
            tuple((number, text[1:].strip()) for number, text in example_lines(item) if text.strip()),
            isinstance(examples, LiteralScalarString),
        )


def example_lines(item: Any) -> Iterator[tuple[int, str]]:
    """The lines of an entry's `examples`, dash included, each with its 1-based line in the file."""
    examples = item["examples"]
    line = line_of(item, "examples")
    first = line + 1 if isinstance(examples, LiteralScalarString) else line
    yield from enumerate(examples.split("\n"), start=first)


def read_examples(folder: Path, data: Path) -> list[Example]:
    """Every utterance below `folder`, which lies in `data`, in the order of files and lines.

    Raises TrainingDataError.
    """
    found: list[Example] = []
    for path in sorted(folder.rglob("*.yml")):
        file = path.relative_to(data).as_posix()
        for block in blocks(read_yaml(path, file)):
            if block.kind == "intent":
                found += [Example(file, line, block.name, text) for line, text in block.lines]
    return found


def names(text: str) -> list[Name]:
    """The marked names of an utterance, in order."""
    found: list[Name] = []
    removed = 0
    for match in ANNOTATION.finditer(text):
        said = match["text"]
        entity, value = (match["name"] or "").strip(), said
        if match["json"] is not None:
            entity, value = _from_json(match["json"], said)
        elif ":" in entity:
            entity, value = (part.strip() for part in entity.split(":", 1))
        found.append(Name(said, entity, value, match.start() - removed))
        removed += len(match[0]) - len(said)
    return found


def _from_json(text: str, said: str) -> tuple[str, str]:
    try:
        content = json.loads("{" + text + "}")
        return str(content.get("entity", "")), str(content.get("value", said))
    except ValueError:
        found = _NAME_IN_JSON.search(text)
        return (found[1] if found else ""), said


def marked_entities(examples: Iterable[Example]) -> frozenset[str]:
    """The entities that are learnt from marked names; figures are read and never marked."""
    return frozenset(name.entity for each in examples for name in names(each.text))


def plain(text: str) -> str:
    """The utterance as it is said: the marks taken off."""
    return ANNOTATION.sub(lambda match: match["text"], text)


def same(text: str) -> str:
    """What two utterances have in common that only differ in capitals, signs, spaces and marks."""
    return " ".join(re.findall(r"[\w']+", plain(text).lower().replace("’", "'")))
