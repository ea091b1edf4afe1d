"""What customers may say, out of a Rasa training folder: utterances with their slots filled in anew."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from assistant.asr.graph_text import normalise
from assistant.errors import TrainingDataError

_ENTITY = re.compile(r"\[([^\]]*)\](?:\(([^)]*)\)|\{([^}]*)\})")
_NAME_IN_BRACES = re.compile(r'"?entity"?\s*:\s*"?([\w-]+)')


def utterances(
    nlu_data: Path, *, own: Mapping[str, Iterable[str]] | None = None, seed: int = 1, variants: int = 12
) -> Iterator[str]:
    """Every example of the folder in spoken form, then `variants` with other values in their slots.

    Values come from the lookup tables, the other examples of the same entity, and `own`: the customer's
    own names by entity (`{"merchant": [...]}`). The order and the draws depend on the seed alone.
    Raises TrainingDataError for a file that is not YAML.
    """
    examples: list[str] = []
    values: dict[str, set[str]] = {name: set(mine) for name, mine in (own or {}).items()}
    for item in _items(nlu_data):
        lines = _lines(item.get("examples", ""))
        if "intent" in item:
            examples += lines
            for line in lines:
                for match in _ENTITY.finditer(line):
                    values.setdefault(_entity(match), set()).add(match[1])
        elif "lookup" in item:
            values.setdefault(str(item["lookup"]), set()).update(lines)
    yield from (_spoken(example) for example in examples)
    rng = random.Random(seed)
    pools = {name: sorted(pool) for name, pool in values.items()}
    for example in examples:
        if not _ENTITY.search(example):
            continue
        for _ in range(variants):
            yield _spoken(_ENTITY.sub(lambda match: rng.choice(pools[_entity(match)]), example))


def names(nlu_data: Path) -> list[str]:
    """Values of lookup tables and synonyms: what must be recognised however seldom it is said."""
    found: set[str] = set()
    for item in _items(nlu_data):
        if "lookup" in item or "synonym" in item:
            found.update(normalise(line) for line in _lines(item.get("examples", "")))
    return sorted(found - {""})


def _items(folder: Path) -> Iterator[dict[str, Any]]:
    yaml = YAML(typ="safe")
    for path in sorted(folder.rglob("*.yml")):
        try:
            document = yaml.load(path.read_text("utf-8"))
        except YAMLError as error:
            raise TrainingDataError(f"{path.name}: {error}") from error
        if isinstance(document, dict):
            yield from (item for item in document.get("nlu") or () if isinstance(item, dict))


def _lines(block: object) -> list[str]:
    """Examples are one text of `- …` lines, or a list, or a list of mappings with a `text`."""
    if isinstance(block, str):
        rows = [line.strip()[1:].strip() for line in block.splitlines() if line.strip().startswith("-")]
    elif isinstance(block, list):
        rows = [
            str(row["text"] if isinstance(row, dict) else row).strip().removeprefix("- ") for row in block
        ]
    else:
        rows = []
    return [row for row in rows if row]


def _entity(match: re.Match[str]) -> str:
    if match[2] is not None:
        return match[2].split(":")[0].strip()
    inside = _NAME_IN_BRACES.search(match[3])
    return inside[1] if inside else ""


def _spoken(example: str) -> str:
    return normalise(_ENTITY.sub(lambda match: match[1], example))
