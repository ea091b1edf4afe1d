"""`assistant listen`, by way of a PulseAudio server of our own: a real microphone, a real loudspeaker."""

from __future__ import annotations

import json
import signal
import tempfile
import time
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


def speak(card: SoundCard, recording: Path | str, pause: float = 0.5) -> None:
    """`pause`: seconds of quiet afterwards."""
    quiet = np.zeros(round(pause * SAMPLE_RATE), np.int16)
    card.speak_into(np.concatenate([read_recording(DEMO / recording), quiet]), SAMPLE_RATE)


def sound_of(card: SoundCard) -> dict[str, str]:
    return {name: card.environment[name] for name in card.environment if name.startswith(("PULSE_", "XDG_"))}


def ask(card: SoundCard, terminal: Running, recording: str, shown: str) -> None:
    """A person says it again when it was not heard, while the assistant spoke for instance."""
    for _ in range(5):
        speak(card, recording)
        if terminal.shows(shown, 8):
            return
    raise AssertionError(terminal.shown)


def test_an_open_microphone_is_answered_survives_being_pulled_out_and_ends_with_a_key(
    practised: Assistant, card: SoundCard
) -> None:
    with practised.at_terminal("listen", "--practice", "--open", **sound_of(card)) as terminal:
        terminal.expect("I am listening.")
        with card.recording(22_050) as captured:
            ask(card, terminal, "02-balance.flac", "heard  how much money is in my everyday account")
            terminal.expect("answered  You have €")
            terminal.expect("first sound ")
            time.sleep(2)
        card.pull_out()
        terminal.expect("went away. I go on when it is back.")
        card.plug_in()
        terminal.expect("is there again.")
        ask(card, terminal, "03-savings.flac", "heard  and what about my savings")
        terminal.expect("Rainy day savings")
        terminal.type("q")
        done = terminal.end()
    assert done.status == 0
    assert "Traceback" not in done.shown
    assert "Expression" not in done.shown, "PortAudio's own talk"
    assert np.count_nonzero(np.abs(captured[0].astype(int)) > AUDIBLE) > 22_050
    lines = (practised.home / "latency.jsonl").read_text().splitlines()
    assert all(set(json.loads(line)) == {"kind", "ms"} for line in lines)
    assert "command" in practised.run("stats").shown


def test_push_to_talk_hears_only_what_is_said_after_the_key(practised: Assistant, card: SoundCard) -> None:
    arguments = ("listen", "--practice", "--push-to-talk", "--mute", "--turns", "2")
    with practised.at_terminal(*arguments, **sound_of(card)) as terminal:
        terminal.expect("I am ready. Press space to talk.")
        for recording, heard in (
            ("02-balance.flac", "how much money"),
            ("03-savings.flac", "and what about"),
        ):
            speak(card, "04-tesco.flac", pause=2.0)  # sound is on its way for a while
            terminal.type(" ")
            speak(card, recording)
            terminal.expect(f"heard  {heard}")
            terminal.expect("took")
        done = terminal.end()
    assert done.status == 0
    assert "tesco" not in done.shown.lower()


def test_in_a_pipe_it_prints_plain_lines_and_ctrl_c_ends_it(practised: Assistant, card: SoundCard) -> None:
    with practised.started("listen", "--practice", "--open", **sound_of(card)) as running:
        running.expect("I am listening.")
        ask(card, running, "02-balance.flac", "heard  how much money is in my everyday account")
        running.interrupt()
        done = running.end()
    assert done.status == 130
    assert "\x1b" not in done.shown
    assert "▮" not in done.shown
    assert "Traceback" not in done.complaint


def test_a_closed_terminal_leaves_no_names_behind(
    practised: Assistant, card: SoundCard, tmp_path: Path
) -> None:
    sound = {**sound_of(card), "TMPDIR": str(tmp_path)}
    with practised.started("listen", "--practice", "--open", **sound) as running:
        running.expect("I am listening.")
        assert list(tmp_path.glob("hearing-*"))
        running.interrupt(signal.SIGHUP)
        done = running.end()
    assert done.status == 128 + signal.SIGHUP
    assert "Traceback" not in done.complaint
    assert list(tmp_path.iterdir()) == []


def test_without_a_command_a_terminal_is_listened_at(practised: Assistant, card: SoundCard) -> None:
    """And the wake phrase is a setting that is checked against what can be heard."""
    sound = {**sound_of(card), "ASSISTANT_PRACTICE": "on"}
    with practised.at_terminal(**sound) as terminal:
        terminal.expect("I am ready. Say “hello assistant”, or press space.")
        terminal.type("q")
        assert terminal.end().status == 0
    odd = practised.among({**sound, "ASSISTANT_WAKE_PHRASE": "xylophonique zog"})
    odd.run("listen", "--practice").failed_with("settings", "xylophonique", "zog", status=2)
