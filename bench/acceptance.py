"""Recorded commands through the whole assistant: was each one understood, and was the right thing asked?

A command is *accepted* when its intent and every slot are right. It is a *wrong answer given with
confidence* when the assistant answered something else instead of asking or saying that it did not
understand. The recordings are synthetic voices that the speech model never learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.audio.recordings import RecordingSource
from assistant.conversation import Turn
from assistant.nlu.matching import plain_words
from assistant.startup import Desk
from tests.audio.expected import same_period

RECORDINGS = Path(__file__).resolve().parent.parent / "tests" / "audio"

# Intents that ask the bank nothing; what is found in their words does no harm.
_NO_SLOTS = {
    *("help", "repeat", "slower", "faster", "more", "stop", "cancel", "affirm", "deny"),
    *("greet", "thank", "goodbye", "out_of_scope"),
}
# What the assistant looks up by spelling and sound; its answer then has the true name.
_LOOKED_UP = {"merchant", "account", "bank"}
# Said instead of doing something: never a wrong answer, at worst a question too many.
_HARMLESS = {*_NO_SLOTS, "nlu_fallback"}
_KINDS = {"visa": "credit card", "harbour visa": "credit card", "rainy day savings": "savings"}
_FILLERS = frozenset({"my", "the", "our", "account", "accounts", "bank", "s"})


@dataclass(frozen=True, slots=True)
class Outcome:
    file: str
    voice: str
    said: str
    heard: str
    problems: tuple[str, ...]
    """What was not as expected; empty for an accepted command."""
    confident: bool
    """Answered as if it had been understood."""
    stages: Mapping[str, float]

    @property
    def accepted(self) -> bool:
        return not self.problems

    @property
    def silently_wrong(self) -> bool:
        return bool(self.problems) and self.confident

    @property
    def exact(self) -> bool:
        return spoken(self.said) == spoken(self.heard)


def commands() -> dict[str, Any]:
    listing: dict[str, Any] = YAML(typ="safe").load(RECORDINGS / "commands.yml")
    return listing


def run(desk: Desk, today: date) -> Iterator[Outcome]:
    """Every command in a conversation of its own, after the sentences of its context."""
    listing = commands()
    for number, command in enumerate(listing["commands"]):
        conversation = desk.conversation(name=f"command-{number}")
        calls: list[str] = []
        assert desk.portfolio is not None
        desk.portfolio.forget()  # so that the bank has to be asked
        for earlier in command.get("context") or ():
            calls += _calls(conversation.read(earlier))
        turn = conversation.hear(RecordingSource(RECORDINGS / command["file"]))
        own = _calls(turn)
        problems = [
            *_intent(command, turn),
            *_slots(command, turn, today),
            *_asked(listing["asks"][command["asks"]], own if command["asks"] == "nothing" else calls + own),
        ]
        understood = turn.understood
        yield Outcome(
            command["file"],
            command["voice"],
            command["text"],
            turn.heard,
            tuple(problems),
            understood is not None
            and understood.intent not in _HARMLESS
            and turn.failure is None
            and not any(reply.response == "utter_unsure" for reply in turn.replies),
            turn.stages,
        )


def spoken(text: str) -> list[str]:
    """Words without punctuation and capitals, contractions written out."""
    plain = text.casefold().replace("’", "'")
    for short, long in (("didn't", "did not"), ("don't", "do not"), ("'s ", " is "), ("can't", "can not")):
        plain = plain.replace(short, long)
    return "".join(c if c.isalnum() or c == "'" else " " for c in plain).split()


def _calls(turn: Turn) -> list[str]:
    return [f"{call.method} {call.path}" for call in turn.bank_calls]


def _intent(command: Mapping[str, Any], turn: Turn) -> Iterator[str]:
    intent = turn.understood.intent if turn.understood else "nothing"
    expected = command["intent"]
    same = {expected, "nlu_fallback"} if expected == "out_of_scope" else {expected}
    if intent not in same:
        yield f"intent {intent} instead of {expected}"


def _slots(command: Mapping[str, Any], turn: Turn, today: date) -> Iterator[str]:
    if command["intent"] in _NO_SLOTS or turn.understood is None:
        return
    answer = " ".join(word for reply in turn.replies for word in plain_words(reply.screen))
    wanted: dict[str, Any] = {**(command.get("slots") or {})}
    allowed: dict[str, Any] = command.get("may") or {}
    against = wanted.pop("against", None)
    found: dict[str, list[object]] = {}
    for name, value in turn.understood.entities:
        found.setdefault(name, []).append(value)
    for name, expected in wanted.items():
        values = found.pop(name, [])
        # A comparison may name either of its two periods; the other follows.
        either = [expected, against] if name == "period" and against else [expected]
        right = [value for value in values if any(_same(name, value, each, today) for each in either)]
        if name in _LOOKED_UP and values and not right and " ".join(_plain(expected)) in answer:
            right = values  # heard otherwise, and found by its sound among the customer's own names
        rest = [value for value in values if value not in right]
        if not right:
            yield f"{name} {values or 'missing'} instead of {expected}"
        elif rest:
            yield f"{name} {rest} besides {expected}"
    for name, values in found.items():
        if any(not _same(name, value, allowed.get(name), today) for value in values):
            yield f"{name} {values} was not said"


def _same(name: str, value: object, expected: object, today: date) -> bool:
    if expected is None:
        return False
    if name == "period" and isinstance(value, dict):
        start, end = (date.fromisoformat(str(value[key])) for key in ("start", "end"))
        return same_period((start, end), str(expected), today)
    if name == "amount" and isinstance(value, dict) and isinstance(expected, dict):
        comparison = expected["comparison"]
        comparisons = comparison if isinstance(comparison, list) else [comparison]
        same_value = Decimal(str(value["value"])) == Decimal(str(expected["value"]))
        same_currency = value["currency"] == expected["currency"]
        return same_value and same_currency and value["comparison"] in comparisons
    if name == "count":
        return value == expected
    return _plain(value) == _plain(expected)


def _plain(value: object) -> tuple[str, ...]:
    words = " ".join(word for word in plain_words(str(value)) if word not in _FILLERS)
    return plain_words(_KINDS.get(words, words))


def _asked(patterns: list[str], calls: list[str]) -> Iterator[str]:
    if not patterns and calls:
        yield f"the bank was asked {calls[0]}"
    for pattern in patterns:
        if not any(fnmatchcase(call, pattern) for call in calls):
            yield f"the bank was not asked {pattern}"
