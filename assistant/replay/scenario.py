"""What somebody says, and what must come of it: the facts of a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.sandbox.catalogue import ANNA, BANKS

SUFFIX = ".scenario.yml"
"""How files end that are looked for in folders."""

ALL_BANKS = tuple(bank.slug for bank in BANKS)


@dataclass(frozen=True, slots=True)
class Voice:
    """A synthetic voice that speaks for somebody."""

    engine: str
    """builtin (the assistant's own espeak-ng), flite, festival, pico, rhvoice or espeak."""
    voice: str


@dataclass(frozen=True, slots=True)
class Given:
    """The world that a scenario takes place in."""

    customer: str = ANNA.login
    """User name at the practice bank."""
    today: date | None = None
    """The day of bank and assistant; the machine's own when left out."""
    seed: int | None = None
    """Number from which the customer's life is made."""
    banks: tuple[str, ...] = ALL_BANKS
    """Which are connected; none at all is possible."""
    quirks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Untidy habits by bank; those that a bank has of its own stay."""
    faults: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    """Orders for `POST /practice/faults` before the first turn."""
    recorded: Path | None = None
    """What the banks were asked and answered; then there is no bank, and this is played back."""


@dataclass(frozen=True, slots=True)
class Understanding:
    intents: tuple[str, ...]
    """Any one of them will do."""
    entities: Mapping[str, Any] | None = None
    """All that must be found, and nothing besides; None: whatever is found does no harm."""
    may: Mapping[str, Any] = field(default_factory=dict)
    """What may be found besides, because it is said but does not change the answer."""


@dataclass(frozen=True, slots=True)
class WantedReply:
    response: str
    """Shell pattern over the name of the response template."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What must have filled it; `{contains: x}` looks inside a value."""


@dataclass(frozen=True, slots=True)
class Never:
    """What must not happen in a turn; shell patterns all."""

    intents: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Over `METHOD path` of calls to a bank."""
    replies: tuple[str, ...] = ()
    """Over names of response templates."""


@dataclass(frozen=True, slots=True)
class SaidTurn:
    """One thing that is said, and what must come of it; what is None is not looked at."""

    say: str
    """In written form. Empty when only the audio is known: then hearing is not judged."""
    line: int = 0
    """In the scenario file."""
    audio: Path | None = None
    """Recording of it; without one it is typed."""
    voice: str = ""
    """Who says it: a key of the file's `voices`."""
    spell: str = ""
    """How a synthetic voice is told to say it, where it would read `say` wrongly."""
    understood: Understanding | None = None
    asked: tuple[str, ...] | None = None
    """What the banks must have been asked since the scenario began, shell patterns over `METHOD path`; no
    patterns at all mean that this turn asks no bank."""
    replies: tuple[WantedReply, ...] | None = None
    """In this order, and no others."""
    never: Never = Never()
    within: Mapping[str, float] = field(default_factory=dict)
    """Most milliseconds by stage (`hear`, `understand`, `answer`, `speak`) or for all of them (`total`)."""
    barge_in: float | None = None
    """Said over the previous answer, so many seconds after that has begun."""
    faults: tuple[Mapping[str, Any], ...] = ()
    """Ordered just before this turn."""

    @property
    def judged(self) -> bool:
        """Whether anything at all is expected of it."""
        return (
            bool(self.understood or self.asked is not None or self.replies is not None or self.within)
            or self.never != Never()
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    file: Path
    line: int
    given: Given
    turns: tuple[SaidTurn, ...]
    voices: Mapping[str, Voice] = field(default_factory=dict)
    """Who speaks, by the name that turns use."""
