"""Rules and stories that contradict each other: Rasa finds them, here they get places and plain words."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.errors import UnderstandingError
from assistant.nlu.child import run_child
from assistant.nlu.examples import items, read_yaml
from assistant.nlu.finding import Finding
from assistant.settings import Settings

_CONTRADICTION = re.compile(
    r"- the prediction of the action '(?P<action>.*?)' in (?P<kind>rule|story) '(?P<name>.*?)' "
    r"is contradicting with rule\(s\) '(?P<others>.*?)'(?: which predicted action '(?P<other>.*?)')?\.$"
)
_INCOMPLETE = re.compile(r"- (?P<what>.*) in rule '(?P<name>.*?)'(?P<rest>.*)")
_TOO_LONG = re.compile(r"Found rules '(?P<names>.*?)' that contain more than (?P<most>\d+) user message")
Places = dict[str, tuple[str, int]]


def contradictions(settings: Settings) -> list[Finding]:
    """Errors by Rasa's own validation. Raises UnderstandingError when it could not be run."""
    with tempfile.TemporaryDirectory() as folder:
        job = {
            "config": str(settings.nlu_config),
            "domain": str(settings.nlu_data / "domain"),
            "data": [str(settings.nlu_data / name) for name in ("rules.yml", "stories.yml")],
        }
        done = run_child("assistant.nlu.rules_process", Path(folder), job, "outcome.json")
    if done.outcome is None:
        raise UnderstandingError(f"rules were not checked: {done.last_line}")
    places = dict(_places(settings))
    found = [finding for text in done.outcome for finding in readable(text, places)]
    return list(dict.fromkeys(found))


def readable(text: str, places: Places) -> Iterator[Finding]:
    """One of Rasa's messages, which may hold several complaints a line each, in plain words."""
    understood = False
    for line in text.splitlines():
        if match := _CONTRADICTION.match(line.strip()):
            others = _known(f"'{match['others']}'", places) or [match["others"]]
            other = f" with `{match['other']}`" if match["other"] else " with something else"
            words = (
                f"the {match['kind']} “{match['name']}” goes on with `{match['action']}`, and in the same "
                f"place {_listed(others, places)}{other}; keep one of them"
            )
            yield _at(match["name"], words, places)
        elif match := _INCOMPLETE.match(line.strip()):
            words = f"the rule “{match['name']}” is incomplete: {match['what']}{match['rest']}".rstrip(".")
            yield _at(match["name"], words, places)
        elif match := _TOO_LONG.search(line):
            for name in _known(f"'{match['names']}'", places):
                most = match["most"]
                words = f"the rule “{name}” has more than {most} turn of the customer; write a story instead"
                yield _at(name, words, places)
        elif line.startswith("Story structure conflict"):
            names = _known(text, places)
            words = f"{_listed(names, places)} go on differently from the same place: {_actions(text)}"
            yield _at(names[0] if names else "", words, places)
        else:
            continue
        understood = True
    if not understood:
        yield _at(next(iter(_known(text, places)), ""), " ".join(text.split()), places)


def _actions(text: str) -> str:
    return ", ".join(f"`{name}`" for name in re.findall(r"(\S+) predicted in", text))


def _known(text: str, places: Places) -> list[str]:
    """The rules and stories named in a text, longest first so that one inside another does not count."""
    found: list[tuple[int, str]] = []
    rest = text
    for name in sorted(places, key=len, reverse=True):
        match = re.search(rf"(?<=['\s]){re.escape(name)}(?=[',])", rest)
        if name and match:
            found.append((match.start(), name))
            rest = rest.replace(name, "\0" * len(name))
    return [name for _, name in sorted(found)]


def _listed(names: Iterable[str], places: Places) -> str:
    return " and ".join(
        f"“{name}” ({places[name][0]}:{places[name][1]})" if name in places else f"“{name}”" for name in names
    )


def _at(name: str, words: str, places: Places) -> Finding:
    """At the rule; Rasa joins the names of stories that go on into each other with `>`."""
    file, line = places.get(name) or places.get(name.split(" > ")[-1]) or ("config.yml", 1)
    return Finding(file, line, words)


def _places(settings: Settings) -> Iterator[tuple[str, tuple[str, int]]]:
    for path in sorted(settings.nlu_data.rglob("*.yml")):
        file = path.relative_to(settings.data).as_posix()
        document = read_yaml(path, file)
        for part, key in (("rules", "rule"), ("stories", "story")):
            for line, item in items(document.get(part)):
                yield str(item.get(key)), (file, line)
