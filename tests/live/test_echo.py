"""What may be our own voice, come back: arithmetic on loudness."""

from __future__ import annotations

import numpy as np

from assistant.asr.voice_activity import FRAME
from assistant.live.echo import Echo
from assistant.settings import SAMPLE_RATE
from tests.asr.speech import Samples

SECONDS = FRAME / SAMPLE_RATE


def at(level: float) -> Samples:
    """A frame of noise, so loud (dBFS)."""
    noise = np.random.default_rng(1).normal(0, 32768 * 10 ** (level / 20), FRAME)
    return np.clip(noise, -32768, 32767).astype(np.int16)


def spoken(echo: Echo, heard: float, seconds: float) -> list[bool]:
    """While we speak at −15 dBFS: whether it explains what is heard."""
    return [echo.explains(at(heard), at(-15), SECONDS) for _ in range(round(seconds / SECONDS))]


def test_before_the_cancelling_has_begun_is_no_measure_of_what_is_left_of_the_echo() -> None:
    echo = Echo(cancelled=True)
    assert all(spoken(echo, -25, 0.8)), "nothing is cancelled yet"
    assert all(spoken(echo, -74, 3.0))
    assert all(spoken(echo, -40, 0.1)), "a burst of what is left"
    assert not any(spoken(echo, -30, 0.3)), "a person"


def test_with_headphones_a_soft_voice_is_a_person() -> None:
    echo = Echo(cancelled=True)
    spoken(echo, -75, 3.0)
    assert not any(spoken(echo, -45, 0.3))


def test_an_echo_that_nobody_cancels_is_remembered_as_it_was() -> None:
    echo = Echo()
    assert all(spoken(echo, -25, 2.0))
    spoken(echo, -74, 3.0)
    assert all(spoken(echo, -25, 0.3))
