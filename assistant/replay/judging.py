"""Was a turn what the scenario expects? Meaning is compared, never letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import Any

from assistant.nlu.matching import plain_words
from assistant.replay.periods import same_period
from assistant.replay.results import Kind, Problem
from assistant.replay.scenario import SaidTurn, Understanding, WantedReply
from assistant.replay.words import same_words

_LOOKED_UP = frozenset({"merchant", "account", "bank"})
"""What the assistant looks up by spelling and sound; its answer then has the true name."""
_HARMLESS = frozenset(
    {
        *("help", "repeat", "slower", "faster", "more", "stop", "cancel", "affirm", "deny"),
        *("greet", "thank", "goodbye", "out_of_scope", "nlu_fallback", "nothing"),
    }
)
"""Understood by mistake, these cost a question too many and are no wrong answer."""
_DOUBTING = frozenset({"utter_unsure"})
"""Replies that begin with what was heard, so that a mistake is noticed."""
_KINDS = {"visa": "credit card", "harbour visa": "credit card", "rainy day savings": "savings"}
_FILLERS = frozenset({"my", "the", "our", "account", "accounts", "bank", "s"})


@dataclass(frozen=True, slots=True)
class Happened:
    """What is known of a turn when it is over."""

    heard: str
    """What was recognised or typed."""
    spoken: bool
    intent: str
    entities: tuple[tuple[str, Any], ...]
    replies: tuple[tuple[str, str, Mapping[str, Any]], ...]
    """(template, screen, values)"""
    calls: tuple[str, ...]
    """`METHOD path` of this turn."""
    earlier: tuple[str, ...]
    """The same, since the scenario began."""
    failure: str
    stages: Mapping[str, float]


def problems_of(wanted: SaidTurn, happened: Happened, today: date) -> tuple[Problem, ...]:
    """All that is not as wanted; where something else was heard than said, that explains what follows."""
    found = [
        *_intent(wanted, happened),
        *_entities(wanted.understood, happened, today),
        *_calls(wanted, happened),
        *([] if wanted.replies is None else wrong_replies(wanted.replies, happened.replies)),
        *_never(wanted, happened),
        *_late(wanted, happened),
    ]
    if happened.failure == "internal":
        found.append(Problem(Kind.CRASH, "the turn ended in an internal error"))
    if not happened.spoken or not wanted.say:
        return tuple(found)
    if wanted.judged and not happened.heard:
        return (Problem(Kind.NOT_HEARD, f"nothing was heard of “{wanted.say}”"), *found)
    deaf = any(each.kind in (Kind.MISUNDERSTOOD, Kind.WRONG_SLOT) for each in found)
    if deaf and not same_words(wanted.say, happened.heard):
        return (Problem(Kind.MISHEARD, f"heard “{happened.heard}”"), *found)
    return tuple(found)


def is_confident(happened: Happened) -> bool:
    """Answered as if it had been understood."""
    return (
        happened.intent not in _HARMLESS
        and not happened.failure
        and not any(template in _DOUBTING for template, _, _ in happened.replies)
    )


def _intent(wanted: SaidTurn, happened: Happened) -> Iterator[Problem]:
    if wanted.understood and happened.intent not in wanted.understood.intents:
        expected = " or ".join(wanted.understood.intents)
        yield Problem(Kind.MISUNDERSTOOD, f"intent {happened.intent or 'nothing'} instead of {expected}")


def _entities(wanted: Understanding | None, happened: Happened, today: date) -> Iterator[Problem]:
    if wanted is None or wanted.entities is None:
        return
    answer = " ".join(word for _, screen, _ in happened.replies for word in plain_words(screen))
    against = wanted.entities.get("against")
    found: dict[str, list[object]] = {}
    for name, value in happened.entities:
        found.setdefault(name, []).append(value)
    for name, expected in wanted.entities.items():
        if name == "against":
            continue
        values = found.pop(name, [])
        if name == "merchant" and "payee" not in wanted.entities:
            values += found.pop("payee", [])  # a question about who was paid reads both
        # A comparison may name either of its two periods; the other follows.
        either = [expected, against] if name == "period" and against else [expected]
        right = [value for value in values if any(same_value(name, value, each, today) for each in either)]
        if name in _LOOKED_UP and values and not right and " ".join(_plain(expected)) in answer:
            right = values  # heard otherwise, and found by its sound among the customer's own names
        rest = [value for value in values if value not in right]
        if not right:
            yield Problem(Kind.WRONG_SLOT, f"{name} {values or 'missing'} instead of {expected}")
        elif rest:
            yield Problem(Kind.WRONG_SLOT, f"{name} {rest} besides {expected}")
    for name, values in found.items():
        if any(not same_value(name, value, wanted.may.get(name), today) for value in values):
            yield Problem(Kind.WRONG_SLOT, f"{name} {values} was not said")


def same_value(name: str, value: object, expected: object, today: date) -> bool:
    """Whether an entity's value is what the scenario names.

    A period is named (`last_month`) or given by `start` and `end`; an amount has `value`, `currency` and
    `comparison`, each a list where several will do; names are compared without case and little words.
    """
    if expected is None:
        return False
    if name == "period" and isinstance(value, Mapping) and isinstance(expected, str):
        start, end = (date.fromisoformat(str(value[key])) for key in ("start", "end"))
        return same_period((start, end), expected, today)
    if isinstance(value, Mapping) and isinstance(expected, Mapping):
        return all(_same_part(value.get(part), each) for part, each in expected.items())
    if isinstance(expected, int):
        return value == expected
    return _plain(value) == _plain(expected)


def _same_part(value: object, expected: object) -> bool:
    if isinstance(expected, list):
        return any(_same_part(value, each) for each in expected)
    try:
        return Decimal(str(value)) == Decimal(str(expected))
    except InvalidOperation:
        return value == expected


def _plain(value: object) -> tuple[str, ...]:
    words = " ".join(word for word in plain_words(str(value)) if word not in _FILLERS)
    return plain_words(_KINDS.get(words, words))


def _calls(wanted: SaidTurn, happened: Happened) -> Iterator[Problem]:
    if wanted.asked is None:
        return
    if not wanted.asked and happened.calls:
        yield Problem(Kind.WRONG_CALL, f"the bank was asked {happened.calls[0]}")
    for pattern in wanted.asked:
        if not any(fnmatchcase(call, pattern) for call in (*happened.earlier, *happened.calls)):
            yield Problem(Kind.WRONG_CALL, f"the bank was not asked {pattern}")


def wrong_replies(
    wanted: Sequence[WantedReply], given: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> Iterator[Problem]:
    """`given`: (template, screen, values) of each reply; the same templates are wanted, in this order."""
    templates = [template for template, _, _ in given]
    if len(templates) != len(wanted) or not all(
        fnmatchcase(template, each.response) for template, each in zip(templates, wanted, strict=True)
    ):
        expected = ", ".join(each.response for each in wanted)
        yield Problem(Kind.WRONG_REPLY, f"{', '.join(templates) or 'nothing'} instead of {expected}")
        return
    for (template, _, values), each in zip(given, wanted, strict=True):
        for name, expected in each.values.items():
            if not _fits(expected, values.get(name)):
                found = values.get(name)
                yield Problem(Kind.WRONG_REPLY, f"{template}.{name} is {found!r}, not {expected!r}")


def _fits(expected: object, found: object) -> bool:
    if isinstance(expected, Mapping) and "contains" in expected:
        return str(expected["contains"]) in str(found)
    return bool(found == expected)


def _never(wanted: SaidTurn, happened: Happened) -> Iterator[Problem]:
    templates = [template for template, _, _ in happened.replies]
    for kind, patterns, things in (
        (Kind.MISUNDERSTOOD, wanted.never.intents, [happened.intent]),
        (Kind.WRONG_CALL, wanted.never.asked, happened.calls),
        (Kind.WRONG_REPLY, wanted.never.replies, templates),
    ):
        for pattern in patterns:
            for thing in things:
                if fnmatchcase(thing, pattern):
                    yield Problem(kind, f"{thing} must not happen")


def _late(wanted: SaidTurn, happened: Happened) -> Iterator[Problem]:
    times = {**happened.stages, "total": sum(happened.stages.values())}
    for stage, most in wanted.within.items():
        if times.get(stage, 0.0) > most:
            yield Problem(Kind.LATE, f"{stage} took {times[stage]:.0f} ms, more than {most:.0f}")
