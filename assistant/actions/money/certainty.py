"""How certain it is what was said, where money depends on it: amounts, names, a yes.

Typed text is certain. For spoken turns the conversation hands over what the recogniser knows: other
readings of the same audio and how far each lies behind, what each word's confidence is worth, and whether
our own voice was in the air. docs/certainty.md tells on what the thresholds were set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from assistant.actions.question import Filters
from assistant.actions.turn import Turn
from assistant.nlu import matching
from assistant.nlu.values import amounts

_STRONG, _SOME = 1.5, 4.0
"""Natural logarithms of likelihood by which another amount lies behind what was heard, at most."""
_WORD_STRONG, _WORD_SOME = 0.3, 0.45
"""Probability of being right, of the least sure word in a spoken amount."""
_NAME = 0.45
"""The same for each word of a name."""
_YES = 0.45
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
    meant = _meanings(turn.text)
    level = Level.STRONG if len(meant) > 1 else Level.NONE
    if not meant or _is_typed(turn):
        return AmountDoubt(level, meant)
    level = max(level, _by_words(turn))
    behind = _others(turn, meant)
    if behind is None:
        level = max(level, Level.SOME)
        behind = {}
    if any(distance < _STRONG for distance in behind.values()):
        level = Level.STRONG
    elif any(distance < _SOME for distance in behind.values()):
        level = max(level, Level.SOME)
    close = sorted((each for each in behind if behind[each] < _SOME), key=lambda each: behind[each])
    return AmountDoubt(level, (*meant, *close)[:_OPTIONS])


def name_is_clear(turn: Turn, said: str, among: Sequence[str] = ()) -> bool:
    """Whether the words of a name were heard well, and only one of the names `among` fits them."""
    if len(matching.candidates(said, among)) > 1:
        return False
    if _is_typed(turn):
        return True
    heard: dict[str, float] = {}
    for word, confidence in turn.metadata.get("words") or ():
        heard[word] = min(confidence, heard.get(word, 1.0))
    return all(heard.get(word, 0.0) >= _NAME for word in matching.plain_words(said))


def is_clear_yes(turn: Turn) -> bool:
    """Whether this turn is a yes, nothing beside it, clearly heard, and nobody's but the customer's.

    It is none when any sound of our own was playing meanwhile, or when what it answers was cut short.
    """
    if turn.intent != "affirm" or turn.heard != Filters():
        return False
    if _is_typed(turn):
        return True
    known = turn.metadata
    if known.get("overlapped") or not known.get("reply_heard") or not known.get("yes"):
        return False
    words = known.get("words") or ()
    return bool(words) and min(confidence for _, confidence in words) >= _YES


def _is_typed(turn: Turn) -> bool:
    return "certainty" not in turn.metadata


def _meanings(text: str) -> tuple[SaidAmount, ...]:
    return tuple(SaidAmount(value, currency) for value, currency in amounts.meanings(text))


def _by_words(turn: Turn) -> Level:
    """By the least sure word that belongs to a number."""
    found = [confidence for word, confidence in turn.metadata.get("words") or () if amounts.meanings(word)]
    least = min(found, default=0.0)
    return Level.STRONG if least < _WORD_STRONG else Level.SOME if least < _WORD_SOME else Level.NONE


def _others(turn: Turn, meant: Sequence[SaidAmount]) -> dict[SaidAmount, float] | None:
    """Amounts that other readings of the audio hold, and how far each lies behind what was taken.

    None when there was no second hearing.
    """
    readings = turn.metadata.get("amount_readings") or ()
    if not readings:
        return None
    own = min((behind for text, behind in readings if _meanings(text) == tuple(meant)), default=float("inf"))
    found: dict[SaidAmount, float] = {}
    for text, behind in readings:
        for each in _meanings(text)[:1]:
            if each.value != meant[0].value:
                found[each] = min(found.get(each, behind - own), behind - own)
    return found
