"""What the loop can be doing, the keys that steer it, and how a person wants to be listened to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    ASLEEP = "asleep"
    OPEN = "open"
    HEARING = "hearing"
    THINKING = "thinking"
    SPEAKING = "speaking"


class Key(Enum):
    TALK = "talk"
    STOP = "stop"
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class Manner:
    """How turns begin, and whether a person may talk over the assistant."""

    wake_phrase: str | None = None
    """Said before a request; None for none."""
    always_open: bool = False
    """Whatever is said is meant for the assistant."""
    full_duplex: bool = False
    """Any voice interrupts; only where no echo comes back. Else it takes a word or a key."""
