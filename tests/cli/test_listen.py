"""`assistant listen`, by way of a PulseAudio server of our own: a real microphone, a real loudspeaker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.recordings import read_recording
from assistant.settings import SAMPLE_RATE
from tests.audio_io.pulse import SoundCard, sound_card, why_not
from tests.cli.command import Assistant, Running
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
    pytest.mark.xdist_group("sound card"),
]

DEMO = ROOT / "voices" / "en" / "demo"
AUDIBLE = 300
"""Sample value above which something is heard; the null sink itself is silent."""


@pytest.fixture
def card() -> Iterator[SoundCard]:
    with tempfile.TemporaryDirectory(prefix="pulse") as folder, sound_card(Path(folder)) as running:
        yield running


def speak(card: SoundCard, recording: str, pause: float = 0.0) -> None:
    """`pause`: seconds of quiet afterwards."""
    quiet = np.zeros(round(pause * SAMPLE_RATE), np.int16)
    card.speak_into(np.concatenate([read_recording(DEMO / recording), quiet]), SAMPLE_RATE)


def sound_of(card: SoundCard) -> dict[str, str]:
    return {name: card.environment[name] for name in card.environment if name.startswith(("PULSE_", "XDG_"))}


def test_an_open_microphone_is_answered_until_ctrl_c(practised: Assistant, card: SoundCard) -> None:
    with practised.at_terminal("listen", "--practice", **sound_of(card)) as terminal:
        terminal.expect("I am listening. Ctrl-C ends it.")
        with card.recording(22_050) as captured:
            speak(card, "02-balance.flac")
            terminal.expect("heard  how much money is in my everyday account")
            terminal.expect("answered  You have €")
            terminal.expect("speak")
            terminal.expect("\n")
            # What is said while it answers is not heard, so a person says it again.
            assert any(_is_heard(card, terminal) for _ in range(5))
        terminal.expect("Rainy day savings")
        terminal.type("\x03")
        done = terminal.end()
    assert done.status == 130
    assert "Traceback" not in done.shown
    assert np.count_nonzero(np.abs(captured[0].astype(int)) > AUDIBLE) > 22_050


def _is_heard(card: SoundCard, terminal: Running) -> bool:
    speak(card, "03-savings.flac")
    return terminal.shows("heard  and what about my savings", 3)


def test_push_to_talk_hears_only_what_is_said_after_the_key(practised: Assistant, card: SoundCard) -> None:
    arguments = ("listen", "--practice", "--push-to-talk", "--mute", "--turns", "2")
    with practised.at_terminal(*arguments, **sound_of(card)) as terminal:
        for recording, heard in (
            ("02-balance.flac", "how much money"),
            ("03-savings.flac", "and what about"),
        ):
            terminal.expect("Press Enter, then speak.")
            speak(card, "04-tesco.flac", pause=2.0)  # sound is on its way for a while
            terminal.type("\n")
            speak(card, recording)
            terminal.expect(f"heard  {heard}")
            terminal.expect("took")
        done = terminal.end()
    assert done.status == 0
    assert "tesco" not in done.shown.lower()


def test_a_microphone_that_is_pulled_out_is_told(practised: Assistant, card: SoundCard) -> None:
    with practised.at_terminal("listen", "--practice", **sound_of(card)) as terminal:
        terminal.expect("I am listening.")
        card.unplug()
        done = terminal.end()
    done.failed_with("audio.device_lost", "Plug it in again")
