"""Scenario files read and checked: whatever is wrong is named with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError

from assistant.errors import ScenarioError
from assistant.replay.scenario import (
    ALL_BANKS,
    Given,
    Never,
    SaidTurn,
    Scenario,
    Understanding,
    Voice,
    WantedReply,
)
from assistant.sandbox.catalogue import ANNA
from assistant.sandbox.faults import Fault
from assistant.sandbox.quirks import read_quirks

SCHEMA = Path(__file__).with_name("scenario.schema.json")


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of a file. Raises ScenarioError with `file:line: what is wrong`."""
    content = _load(path)
    _check(path, content)
    shared = content if "scenarios" in content else {}
    entries = content.get("scenarios", [content])
    found: dict[str, Scenario] = {}
    for entry in entries:
        scenario = _scenario(path, entry, shared)
        if scenario.name in found:
            raise _wrong(path, entry, "scenario", f"there are two scenarios “{scenario.name}”")
        found[scenario.name] = scenario
    return list(found.values())


def _load(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        content = YAML(typ="rt").load(text)
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: is no text") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ScenarioError(f"{path}:{mark.line + 1 if mark else 1}: {error.problem}") from error
    except ValueError as error:
        raise ScenarioError(f"{path}:1: given: {error}") from error
    if not isinstance(content, CommentedMap):
        raise ScenarioError(f"{path}:1: a scenario begins with `scenario: NAME`, several with `scenarios:`")
    return content


@cache
def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _check(path: Path, content: Any) -> None:
    """Against the schema; the error that lies deepest in the file is told, being the most exact."""
    errors = sorted(_validator().iter_errors(plain(content)), key=lambda error: -len(error.absolute_path))
    if errors:
        error = errors[0]
        raise ScenarioError(f"{path}:{_line(content, error)}: {_message(error)}")


def plain(value: Any) -> Any:
    """What was read, as JSON knows it: without ruamel's own types; dates as YYYY-MM-DD."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _line(content: Any, error: jsonschema.ValidationError) -> int:
    where, line = content, 1
    for step in error.absolute_path:
        line = _line_of(where, step)
        where = where[step]
    if "propertyNames" in error.absolute_schema_path:
        return _line_of(where, error.instance)
    if error.validator == "additionalProperties" and isinstance(where, dict):
        unknown = next((name for name in where if f"'{name}'" in error.message), None)
        return line if unknown is None else _line_of(where, unknown)
    return line


def _line_of(where: Any, step: Any) -> int:
    try:
        place = where.lc.key(step) if isinstance(where, CommentedMap) else where.lc.item(step)
        return int(place[0]) + 1
    except (AttributeError, KeyError, TypeError):
        return 1


def _message(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(step) for step in error.absolute_path if isinstance(step, str))
    prefix = f"{where}: " if where else ""
    if error.validator == "anyOf":
        return f"{prefix}a turn needs `say`, `audio` or both"
    if error.validator == "enum":
        near = get_close_matches(str(error.instance), [str(each) for each in error.validator_value], 1)
        known = ", ".join(str(each) for each in error.validator_value)
        return f"{prefix}{error.instance!r} is not known here" + (
            f"; did you mean {near[0]}?" if near else f"; known are {known}"
        )
    if error.validator == "required":
        return f"{prefix}{error.message.replace(' is a required property', ' is missing')}"
    return f"{prefix}{error.message}"


def _wrong(path: Path, where: Any, key: str, problem: str) -> ScenarioError:
    return ScenarioError(f"{path}:{_line_of(where, key)}: {problem}")


# --- from mappings to facts ----------------------------------------------------------------------


def _scenario(path: Path, entry: Any, shared: Any) -> Scenario:
    voices = {
        name: Voice(str(each["engine"]), str(each["voice"]))
        for name, each in {**shared.get("voices", {}), **entry.get("voices", {})}.items()
    }
    turns = tuple(_turn(path, each, voices) for each in entry.get("turns", [entry]))
    if turns[0].barge_in is not None:
        first = entry.get("turns", [entry])[0]
        raise _wrong(path, first, "barge_in", "the first turn has no answer before it")
    given = {**plain(shared.get("given", {})), **plain(entry.get("given", {}))}
    line = int(entry.lc.line) + 1
    return Scenario(str(entry["scenario"]), path, line, _given(path, line, given), turns, voices)


def _given(path: Path, line: int, given: Mapping[str, Any]) -> Given:
    try:
        today = date.fromisoformat(given["today"]) if "today" in given else None
        quirks = tuple(
            (bank, tuple(str(each) for each in names)) for bank, names in given.get("quirks", {}).items()
        )
        for _, names in quirks:
            read_quirks(list(names))
    except ValueError as error:
        raise ScenarioError(f"{path}:{line}: given: {error}") from error
    recorded = path.parent / given["recorded"] if "recorded" in given else None
    if recorded is not None and not recorded.is_file():
        raise ScenarioError(f"{path}:{line}: given: recorded: there is no {given['recorded']}")
    return Given(
        recorded=recorded,
        customer=given.get("customer", ANNA.login),
        today=today,
        seed=given.get("seed"),
        banks=tuple(given.get("banks", ALL_BANKS)),
        quirks=quirks,
        faults=tuple(_faults(path, line, given.get("faults", ()))),
    )


def _faults(path: Path, line: int, orders: Any) -> Iterator[Mapping[str, Any]]:
    for order in orders:
        fault = plain(order)
        try:
            Fault.read(fault)
        except ValueError as error:
            raise ScenarioError(f"{path}:{line}: faults: {error}") from error
        yield fault


def _turn(path: Path, entry: Any, voices: Mapping[str, Voice]) -> SaidTurn:
    line = int(entry.lc.line) + 1
    voice = str(entry.get("voice", ""))
    if voice and voice not in voices:
        raise _wrong(path, entry, "voice", f"voice: {voice!r} is none of the file's voices")
    audio = path.parent / str(entry["audio"]) if "audio" in entry else None
    if audio is not None and not audio.is_file() and "say" not in entry:
        raise _wrong(path, entry, "audio", f"audio: there is no {entry['audio']}")
    return SaidTurn(
        say=str(entry.get("say", "")),
        line=line,
        audio=audio,
        voice=voice,
        spell=str(entry.get("spell", "")),
        understood=_understanding(entry["understood"]) if "understood" in entry else None,
        asked=_texts(entry["asked"]) if "asked" in entry else None,
        replies=tuple(_reply(each) for each in entry["replies"]) if "replies" in entry else None,
        never=_never(entry.get("never", {})),
        within={str(stage): float(most) for stage, most in entry.get("within", {}).items()},
        barge_in=float(entry["barge_in"]) if "barge_in" in entry else None,
        faults=tuple(_faults(path, line, entry.get("faults", ()))) if "turns" not in entry else (),
    )


def _understanding(entry: Any) -> Understanding:
    intent = entry["intent"]
    return Understanding(
        intents=(str(intent),) if isinstance(intent, str) else _texts(intent),
        entities=plain(entry["entities"]) if "entities" in entry else None,
        may=plain(entry.get("may", {})),
    )


def _reply(entry: Any) -> WantedReply:
    ((response, values),) = entry.items()
    return WantedReply(str(response), plain(values))


def _never(entry: Any) -> Never:
    return Never(**{name: _texts(entry[name]) for name in ("intents", "asked", "replies") if name in entry})


def _texts(entries: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in entries)
