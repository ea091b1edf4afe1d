"""Mistakes in the training data, found before Rasa sees them and told with file and line.

Rasa checks much the same, but late, and names a file at best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import TrainingDataError
from assistant.nlu.examples import (
    ANNOTATION,
    KINDS,
    blocks,
    example_lines,
    finding_of,
    items,
    line_of,
    names,
    read_yaml,
)
from assistant.nlu.finding import Finding, Severity

_LISTS = frozenset({"pipeline", "policies", "intents", "entities", "actions", "nlu", "rules", "stories"})
_MAPPINGS = frozenset({"responses", "slots", "forms"})
"""What the parts of a file must be."""
_STEPS = frozenset({"intent", "user", "action", "bot", "slot_was_set", "active_loop", "checkpoint", "or"})
_BUILT_IN_ACTIONS = frozenset({"action_listen", "action_restart", "action_default_fallback"})
_BUILT_IN_SLOTS = frozenset({"requested_slot", "session_started_metadata"})


@dataclass
class Known:
    """What the domain's files declare together."""

    intents: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    slots: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    """What names may stand for: the synonyms, and the entries of lookup tables."""


def check(data: Path, files: list[Path]) -> None:
    """Read `config.yml` and all training files of `files`, which lie under `data`.

    Raises TrainingDataError for the first mistake; its detail begins with `file:line:`.
    """
    for found in findings(data, files):
        if found.severity is Severity.ERROR:
            raise TrainingDataError(str(found))


def findings(data: Path, files: list[Path]) -> Iterator[Finding]:
    """All that `check` would raise for, file by file, and warnings of the same kind.

    What hides others is told alone: a file that is not YAML, or a part that is not what it must be.
    """
    documents: list[tuple[str, Any]] = []
    broken = False
    for path in files:
        name = path.relative_to(data).as_posix()
        try:
            document = read_yaml(path, name)
        except TrainingDataError as error:
            broken = True
            yield finding_of(error)
            continue
        wrong = list(_parts(name, document))
        broken = broken or bool(wrong)
        yield from wrong
        documents.append((name, document))
    if broken:
        return  # what a broken file declares would be missed everywhere else
    known = Known()
    for _, document in documents:
        _declare(document, known)
    for name, document in documents:
        yield from _domain(name, document, known)
        for line, item in items(document.get("nlu")):
            yield from _examples(name, line, item, known)
        for line, story in (*items(document.get("rules")), *items(document.get("stories"))):
            if not isinstance(story, dict) or not isinstance(story.get("steps"), list):
                yield Finding(name, line, "a rule or story needs `steps`")
                continue
            yield from _conditions(name, story.get("condition"), known)
            yield from _steps(name, story["steps"], known)


def known_names(data: Path, files: list[Path]) -> Known:
    """What the domain's files declare. Raises TrainingDataError for a file that cannot be read."""
    known = Known()
    for path in files:
        document = read_yaml(path, path.relative_to(data).as_posix())
        if isinstance(document, dict):
            _declare(document, known)
    return known


def annotation_mistakes(text: str, known: Known) -> Iterator[str]:
    """What is wrong with the marked names of an utterance."""
    rest = ANNOTATION.sub("", text)
    if "[" in rest or "]" in rest:
        yield "a bracket is not closed"
        return
    for mark, name in zip(ANNOTATION.finditer(text), names(text), strict=True):
        if mark["name"] is None and mark["json"] is None:
            yield f"`[{name.text}]` has no entity behind it"
        elif name.entity not in known.entities:
            yield f"the domain has no entity `{name.entity}`"


def _parts(name: str, document: Any) -> Iterator[Finding]:
    if not isinstance(document, dict):
        yield Finding(name, 1, "this file is empty or not a mapping")
        return
    for key, part in document.items():
        kind = list if key in _LISTS else dict if key in _MAPPINGS else object
        if part is not None and not isinstance(part, kind):
            expected = "list" if kind is list else "mapping"
            yield Finding(name, line_of(document, key), f"`{key}` must be a {expected}")
    responses = document.get("responses")
    for response, variations in (responses if isinstance(responses, dict) else {}).items():
        if not isinstance(variations, list) or not all(
            isinstance(v, dict) and "text" in v for v in variations
        ):
            line = line_of(document["responses"], response)
            yield Finding(name, line, f"`{response}` must be a list of variations, each with `text`")


def _declare(document: dict[str, Any], known: Known) -> None:
    known.intents |= set(_names(document.get("intents")))
    known.entities |= set(_names(document.get("entities")))
    known.actions |= set(_names(document.get("actions"))) | set(document.get("responses") or ())
    known.actions |= set(document.get("forms") or ())
    known.slots |= set(document.get("slots") or ())
    for block in blocks(document):
        if block.kind == "synonym":
            known.values.add(block.name.lower())
        elif block.kind == "lookup":
            known.values |= {text.lower() for _, text in block.lines}


def _names(entries: Any) -> Iterator[str]:
    """Entries are names, or mappings of one name to its options."""
    for item in entries or ():
        if isinstance(item, dict):
            yield from map(str, item)
        else:
            yield str(item)


def _domain(name: str, document: Any, known: Known) -> Iterator[Finding]:
    forms = document.get("forms") or {}
    for form, content in forms.items():
        required = content.get("required_slots") if isinstance(content, dict) else None
        for slot in required or ():
            if str(slot) not in known.slots:
                yield Finding(name, line_of(forms, form), f"the form `{form}` asks for `{slot}`, no slot")
    slots = document.get("slots") or {}
    for slot, content in slots.items():
        for mapping in (content.get("mappings") if isinstance(content, dict) else None) or ():
            if not isinstance(mapping, dict):
                continue
            for key, there in (("entity", known.entities), ("intent", known.intents)):
                for wanted in _several(mapping.get(key)):
                    if wanted not in there:
                        text = f"the slot `{slot}` is filled from `{wanted}`, and there is no such {key}"
                        yield Finding(name, line_of(slots, slot), text)


def _several(value: Any) -> list[str]:
    return [] if value is None else [str(each) for each in (value if isinstance(value, list) else [value])]


def _examples(name: str, line: int, item: Any, known: Known) -> Iterator[Finding]:
    if not isinstance(item, dict) or not set(KINDS) & set(item):
        yield Finding(name, line, "expected one of intent, synonym, regex, lookup")
        return
    intent = item.get("intent")
    if intent is not None and str(intent).split("/")[0] not in known.intents:
        yield Finding(name, line_of(item, "intent"), f"the domain has no intent `{intent}`")
    lookup = item.get("lookup")
    if lookup is not None and str(lookup) not in known.entities:
        yield Finding(name, line_of(item, "lookup"), f"the domain has no entity `{lookup}`")
    examples = item.get("examples")
    line = line_of(item, "examples")
    if not isinstance(examples, str) or not examples.strip():
        yield Finding(name, line, "`examples` must be a text of lines that begin with `- `")
        return
    for number, example in example_lines(item):
        if not example.strip():
            continue
        if not example.startswith("- "):
            yield Finding(name, number, "an example begins with `- `")
        elif intent is not None:
            for mistake in annotation_mistakes(example, known):
                yield Finding(name, number, mistake)
            yield from _values(name, number, example, known)


def _values(name: str, line: int, example: str, known: Known) -> Iterator[Finding]:
    """A value that is written by hand and is the name of nothing is most likely a slip of the pen."""
    for each in names(example):
        if each.value != each.text and known.values and each.value.lower() not in known.values:
            text = f"`{each.text}` stands for `{each.value}`, which no synonym and no lookup table has"
            yield Finding(name, line, text, Severity.WARNING)


def _steps(name: str, steps: list[Any], known: Known) -> Iterator[Finding]:
    for line, step in items(steps):
        if not isinstance(step, dict) or not _STEPS & set(step):
            yield Finding(name, line, "a step is a mapping such as `intent: greet`")
            continue
        intent, action = step.get("intent"), step.get("action")
        if intent is not None and str(intent) not in known.intents:
            yield Finding(name, line_of(step, "intent"), f"the domain has no intent `{intent}`")
        if action is not None and str(action) not in known.actions | _BUILT_IN_ACTIONS:
            yield Finding(name, line_of(step, "action"), f"the domain has no action `{action}`")
        yield from _conditions(name, [step], known)
        for entity in step.get("entities") or ():
            for key in entity if isinstance(entity, dict) else [entity]:
                if str(key) not in known.entities | {"role", "group"}:
                    yield Finding(name, line_of(step, "entities"), f"the domain has no entity `{key}`")
        if isinstance(step.get("or"), list):
            yield from _steps(name, step["or"], known)


def _conditions(name: str, steps: Any, known: Known) -> Iterator[Finding]:
    """The slots that steps and conditions name."""
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict) or "slot_was_set" not in step:
            continue
        for slot in _names(step["slot_was_set"]):
            if slot not in known.slots | _BUILT_IN_SLOTS:
                yield Finding(name, line_of(step, "slot_was_set"), f"the domain has no slot `{slot}`")
