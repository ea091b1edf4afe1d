"""Waiting in a stream of sound: for the wake phrase, and for the end of our own voice."""

from __future__ import annotations

from assistant.asr.spotter import Spotter
from assistant.errors import NoSpeechModelError
from assistant.rooms.feed import Feed
from assistant.rooms.playing import Playing
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk


def until_woken(desk: Desk, feed: Feed) -> float | None:
    """Seconds of the sound up to the end of the wake phrase; None when the sound ended without it.

    Raises SettingsError for a phrase that the speech model can never hear, NoSpeechModelError.
    """
    if desk.hearing is None:
        raise NoSpeechModelError
    spotter = Spotter(desk.hearing.expecting(None)().model, [desk.settings.wake_phrase])
    samples = 0
    for chunk in feed:
        samples += len(chunk)
        spotted = spotter.feed(chunk)
        if spotted is not None:
            return samples / SAMPLE_RATE - spotted.end
    return None


def until_played(playing: Playing, feed: Feed) -> None:
    """What the microphone hears while we speak is us."""
    if playing.sounds():
        for _ in feed:
            if not playing.sounds():
                return
