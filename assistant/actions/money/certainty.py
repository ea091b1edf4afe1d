"""How certain it is what was said, where money depends on it: amounts, names, a yes.

Typed text is certain. For spoken turns the conversation hands over what the recogniser knows: other
readings of the same audio and how far each lies behind, what each word's confidence is worth, and whether
our own voice was in the air. docs/certainty.md tells on what the thresholds were set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any

from assistant.actions.question import Filters
from assistant.actions.turn import Turn
from assistant.nlu import matching
from assistant.nlu.utterance import SHORTCUT
from assistant.nlu.values import amounts
from assistant.nlu.values.spelled import is_row

_AGREED, _DISPUTED, _SOME = 0.0, 2.0, 5.5
"""Natural logarithms of likelihood by which another amount lies behind what was heard, at most: for strong
doubt where both hearings took it, and where the second one overruled the first; for some doubt."""
_WORD = 0.4
"""Probability of being right, of the least sure word in a spoken amount."""
_SOUND_ALIKE = frozenset({"thirteen", "fourteen", "thirty", "forty"})
"""The speech model takes a soft "th" for an "f", and is sure of it."""
_NAME = 0.3
"""The same for each word of a name."""
_YES = 0.45
"""The same for each word of a yes."""
_OPTIONS = 3
"""Amounts that one short question can tell apart."""


class Level(IntEnum):
    NONE = 0
    SOME = 1
    """It is read back with its digits."""
    STRONG = 2
    """It is asked again, with what it may have been."""


@dataclass(frozen=True, slots=True)
class SaidAmount:
    value: Decimal
    currency: str | None
    """None where no currency was said."""


@dataclass(frozen=True, slots=True)
class AmountDoubt:
    level: Level
    readings: tuple[SaidAmount, ...]
    """What it may have been, likeliest first; the first is what was understood. Empty without any amount."""


def amount_doubt(turn: Turn) -> AmountDoubt:
    """How sure the amount in this turn is, and what else it may have been."""
    return doubt(turn.text, turn.metadata)


def doubt(text: str, known: Mapping[str, Any]) -> AmountDoubt:
    """The same of a text and what is known of how it was heard."""
    meant = _meanings(text)
    level = Level.STRONG if len(meant) > 1 else Level.NONE
    if not meant or "certainty" not in known:  # typed
        return AmountDoubt(level, meant)
    level = max(level, _by_words(text, known))
    behind = _others(known, meant)
    if behind is None:
        level = max(level, Level.SOME)
        behind = {}
    first = str(known.get("overruled") or text)
    strong = _AGREED if _meanings(first)[:1] == meant[:1] else _DISPUTED
    if any(distance < strong for distance in behind.values()):
        level = Level.STRONG
    elif any(distance < _SOME for distance in behind.values()):
        level = max(level, Level.SOME)
    close = sorted((each for each in behind if behind[each] < _SOME), key=lambda each: behind[each])
    return AmountDoubt(level, (*meant, *close)[:_OPTIONS])


def sounds_like_others(turn: Turn, said: str, among: Iterable[str]) -> bool:
    """Whether a spoken name could as well be another of these: "Martin Durand" and "Martine Durand"."""
    return not turn.is_typed and len(matching.candidates(said, among)) > 1


def name_is_clear(turn: Turn, said: str) -> bool:
    """Whether the words of a name were heard well."""
    if turn.is_typed:
        return True
    heard = _least_sure(turn.metadata)
    return all(heard.get(word, 0.0) >= _NAME for word in matching.plain_words(said))


def is_clear_yes(turn: Turn) -> bool:
    """Whether this turn is a yes, nothing beside it, clearly heard, and nobody's but the customer's.

    It is none when any sound of our own was playing meanwhile, when what it answers was cut short, or when it
    was written as one of Rasa's shortcuts.
    """
    if turn.intent != "affirm" or turn.heard != Filters() or turn.metadata.get(SHORTCUT):
        return False
    if turn.is_typed:
        return True
    known = turn.metadata
    if known.get("overlapped") or not known.get("reply_heard") or not known.get("yes"):
        return False
    words = known.get("words") or ()
    return bool(words) and min(confidence for _, confidence in words) >= _YES


def _meanings(text: str) -> tuple[SaidAmount, ...]:
    return tuple(SaidAmount(value, currency) for value, currency in amounts.meanings(text))


def _least_sure(known: Mapping[str, Any]) -> dict[str, float]:
    """Each word that was heard, and the least probability with which it is right."""
    heard: dict[str, float] = {}
    for word, right in known.get("words") or ():
        heard[word] = min(right, heard.get(word, 1.0))
    return heard


def _by_words(text: str, known: Mapping[str, Any]) -> Level:
    """SOME where a word of a number was heard badly, was put in by the second hearing, or has a twin, and
    where it was said digit by digit."""
    heard = _least_sure(known)
    numbers = [word for word in text.split() if amounts.meanings(word)]
    unsure = any(heard.get(word, 0.0) < _WORD or word in _SOUND_ALIKE for word in numbers)
    return Level.SOME if unsure or is_row(text) else Level.NONE


def _others(known: Mapping[str, Any], meant: Sequence[SaidAmount]) -> dict[SaidAmount, float] | None:
    """Amounts that other readings of the audio hold, and how far each lies behind what was taken.

    None when there was no second hearing.
    """
    readings = known.get("amount_readings") or ()
    if not readings:
        return None
    own = min((behind for text, behind in readings if _meanings(text) == tuple(meant)), default=float("inf"))
    found: dict[SaidAmount, float] = {}
    for text, behind in readings:
        for each in _meanings(text)[:1]:
            if each.value != meant[0].value:
                found[each] = min(found.get(each, behind - own), behind - own)
    return found
