"""What is listened for beside requests: the wake phrase, and what silences us."""

from __future__ import annotations

from assistant.asr.hearing import Hearing
from assistant.asr.spotter import Spotter
from assistant.live.hearing import HALTING


def spotters(hearing: Hearing, wake_phrase: str | None) -> tuple[Spotter | None, Spotter]:
    """For the wake phrase, where there is one, and for what silences us, which the phrase does too.

    Raises SettingsError for a phrase that the model can never hear.
    """
    whole = hearing.whole()
    wake = Spotter(whole, [wake_phrase], quick=hearing.plain()) if wake_phrase else None
    phrases = [*HALTING, *([wake_phrase] if wake_phrase else [])]
    return wake, Spotter(whole, phrases, quick=hearing.quick())
