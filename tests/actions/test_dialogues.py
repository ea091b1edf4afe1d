"""Typed conversations through the trained model, the dialogue, the actions and the practice bank."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FILES = sorted((Path(__file__).parent / "dialogues").glob("*.yml"))
DIALOGUES = [
    pytest.param(dialogue, id=f"{path.stem}: {dialogue['dialogue']}")
    for path in FILES
    for dialogue in YAML(typ="safe").load(path)
]


def test_there_are_enough_turns() -> None:
    assert sum(len(parameter.values[0]["turns"]) for parameter in DIALOGUES) >= 40  # type: ignore[index]


def differences(wanted: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not as wanted; `{contains: x}` looks inside one."""
    wrong = {}
    for name, value in wanted.items():
        found = values.get(name)
        fits = value["contains"] in str(found) if isinstance(value, Mapping) else found == value
        if not fits:
            wrong[name] = found
    return wrong
