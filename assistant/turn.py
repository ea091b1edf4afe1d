"""One finished turn, as everybody who looks at turns reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.events import BankCalled, Event, ReplyText, Transcript, TurnEnded, TurnFailed, Understood
from assistant.tts.synthesiser import Speech


@dataclass(frozen=True, slots=True)
class Turn:
    """One finished turn."""

    number: int
    events: tuple[Event, ...]
    speech: Speech | None
    """The spoken reply; None when there is no voice or nothing was to be said."""
    said: str = ""
    """What was said or typed, as it may be shown; empty when nobody said anything."""
    audio: tuple[npt.NDArray[np.int16], ...] = ()
    """16 kHz mono frames of what was said; none of typed turns, nor of a code or a passcode."""

    @property
    def heard(self) -> str:
        return next((event.text for event in self.events if isinstance(event, Transcript)), "")

    @property
    def understood(self) -> Understood | None:
        return next((event for event in self.events if isinstance(event, Understood)), None)

    @property
    def replies(self) -> tuple[ReplyText, ...]:
        return tuple(event for event in self.events if isinstance(event, ReplyText))

    @property
    def failure(self) -> TurnFailed | None:
        return next((event for event in self.events if isinstance(event, TurnFailed)), None)

    @property
    def bank_calls(self) -> tuple[BankCalled, ...]:
        return tuple(event for event in self.events if isinstance(event, BankCalled))

    @property
    def stages(self) -> Mapping[str, float]:
        """Milliseconds by stage."""
        return next((event.stages for event in self.events if isinstance(event, TurnEnded)), {})
