"""Mistakes in the training data, found before Rasa sees them and told with file and line.

Rasa checks much the same, but late, and names a file at best.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import LiteralScalarString

from assistant.errors import TrainingDataError

_ANNOTATION = re.compile(r"\[(?P<text>[^\]]*)\](?:\((?P<name>[^)]*)\)|\{(?P<json>[^}]*)\})?")
_NAME_IN_JSON = re.compile(r'"entity"\s*:\s*"([^"]*)"')
_LISTS = frozenset({"pipeline", "policies", "intents", "entities", "actions", "nlu", "rules", "stories"})
_MAPPINGS = frozenset({"responses", "slots", "forms"})
"""What the parts of a file must be."""
_KINDS = frozenset({"intent", "synonym", "regex", "lookup"})
_STEPS = frozenset({"intent", "user", "action", "bot", "slot_was_set", "active_loop", "checkpoint", "or"})
_BUILT_IN_ACTIONS = frozenset({"action_listen", "action_restart", "action_default_fallback"})


@dataclass
class _Known:
    """What the domain's files declare together."""

    intents: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)


def check(data: Path, files: list[Path]) -> None:
    """Read `config.yml` and all training files of `files`, which lie under `data`.

    Raises TrainingDataError for the first mistake; its detail begins with `file:line:`.
    """
    documents = [(path.relative_to(data).as_posix(), _read(path, data)) for path in files]
    known = _Known()
    for name, document in documents:
        _check_parts(name, document)
        _declare(document, known)
    for name, document in documents:
        for line, item in _items(document.get("nlu")):
            _check_examples(name, line, item, known)
        for line, story in (*_items(document.get("rules")), *_items(document.get("stories"))):
            if not isinstance(story, dict) or not isinstance(story.get("steps"), list):
                raise _mistake(name, line, "a rule or story needs `steps`")
            _check_steps(name, story["steps"], known)


def _read(path: Path, data: Path) -> Any:
    name = path.relative_to(data).as_posix()
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _mistake(name, mark.line + 1 if mark else 1, str(error.problem or error.context)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _mistake(name, line, "a control character is not allowed here") from error
    except YAMLError as error:
        raise _mistake(name, 1, type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _mistake(name, 1, "this file is not written in UTF-8") from error
    except OSError as error:
        raise _mistake(name, 1, error.strerror or type(error).__name__) from error


def _mistake(name: str, line: int, text: str) -> TrainingDataError:
    return TrainingDataError(f"{name}:{line}: {text}")


def _check_parts(name: str, document: Any) -> None:
    if not isinstance(document, dict):
        raise _mistake(name, 1, "this file is empty or not a mapping")
    for key, part in document.items():
        kind = list if key in _LISTS else dict if key in _MAPPINGS else object
        if part is not None and not isinstance(part, kind):
            expected = "list" if kind is list else "mapping"
            raise _mistake(name, _line(document, key), f"`{key}` must be a {expected}")
    for response, variations in (document.get("responses") or {}).items():
        if not isinstance(variations, list) or not all(
            isinstance(v, dict) and "text" in v for v in variations
        ):
            line = _line(document["responses"], response)
            raise _mistake(name, line, f"`{response}` must be a list of variations, each with `text`")


def _declare(document: dict[str, Any], known: _Known) -> None:
    known.intents |= set(_names(document.get("intents")))
    known.entities |= set(_names(document.get("entities")))
    known.actions |= set(_names(document.get("actions"))) | set(document.get("responses") or ())


def _names(items: Any) -> Iterator[str]:
    """Entries are names, or mappings of one name to its options."""
    for item in items or ():
        if isinstance(item, dict):
            yield from map(str, item)
        else:
            yield str(item)


def _check_examples(name: str, line: int, item: Any, known: _Known) -> None:
    if not isinstance(item, dict) or not _KINDS & set(item):
        raise _mistake(name, line, "expected one of intent, synonym, regex, lookup")
    intent = item.get("intent")
    if intent is not None and str(intent).split("/")[0] not in known.intents:
        raise _mistake(name, _line(item, "intent"), f"the domain has no intent `{intent}`")
    examples = item.get("examples")
    line = _line(item, "examples")
    if not isinstance(examples, str) or not examples.strip():
        raise _mistake(name, line, "`examples` must be a text of lines that begin with `- `")
    first = line + 1 if isinstance(examples, LiteralScalarString) else line
    for number, example in enumerate(examples.splitlines(), start=first):
        if not example.strip():
            continue
        if not example.startswith("- "):
            raise _mistake(name, number, "an example begins with `- `")
        if intent is not None:
            _check_annotations(name, number, example, known)


def _check_annotations(name: str, line: int, example: str, known: _Known) -> None:
    rest = _ANNOTATION.sub("", example)
    if "[" in rest or "]" in rest:
        raise _mistake(name, line, "a bracket is not closed")
    for found in _ANNOTATION.finditer(example):
        if found["name"] is None and found["json"] is None:
            raise _mistake(name, line, f"`[{found['text']}]` has no entity behind it")
        if found["name"] is not None:
            entity = found["name"].split(":")[0].strip()
        else:
            inside = _NAME_IN_JSON.search(found["json"])
            entity = inside[1] if inside else ""
        if entity not in known.entities:
            raise _mistake(name, line, f"the domain has no entity `{entity}`")


def _check_steps(name: str, steps: list[Any], known: _Known) -> None:
    for line, step in _items(steps):
        if not isinstance(step, dict) or not _STEPS & set(step):
            raise _mistake(name, line, "a step is a mapping such as `intent: greet`")
        intent, action = step.get("intent"), step.get("action")
        if intent is not None and str(intent) not in known.intents:
            raise _mistake(name, _line(step, "intent"), f"the domain has no intent `{intent}`")
        if action is not None and str(action) not in known.actions | _BUILT_IN_ACTIONS:
            raise _mistake(name, _line(step, "action"), f"the domain has no action `{action}`")
        if isinstance(step.get("or"), list):
            _check_steps(name, step["or"], known)


def _items(part: Any) -> Iterator[tuple[int, Any]]:
    """The entries of a list that the round-trip loader made, each with its 1-based line."""
    for index, item in enumerate(part or ()):
        yield int(part.lc.item(index)[0]) + 1, item


def _line(node: Any, key: str) -> int:
    """1-based line of a key of a mapping that the round-trip loader made."""
    return int(node.lc.key(key)[0]) + 1 if key in node else int(node.lc.line) + 1
