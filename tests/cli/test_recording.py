"""`assistant synth` and `assistant record`: folders of recordings that can be replayed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.recordings import read_recording
from assistant.replay.reading import read_scenarios
from assistant.settings import SAMPLE_RATE
from tests.audio_io.pulse import SoundCard
from tests.cli.command import Assistant
from tests.cli.conftest import bare
from tests.conftest import ROOT

SCENARIO = """\
# A comment that stays.
scenarios:
  - scenario: two sentences
    turns:
      - say: How much money do I have?
        understood: {intent: check_balance}
      - say: Thank you.
"""
DEMO = ROOT / "voices" / "en" / "demo"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "two.scenario.yml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def command(tmp_path: Path) -> Assistant:
    return bare(tmp_path / "home")


def test_synthetic_voices_speak_a_scenario_and_say_that_they_are_synthetic(
    command: Assistant, scenario: Path
) -> None:
    done = command.run("synth", str(scenario))
    assert done.status == 0, done.complaint
    folder = scenario.parent / "two-synthetic"
    (found,) = read_scenarios(folder / "two.scenario.yml")
    assert "# A comment that stays." in (folder / "two.scenario.yml").read_text()
    for turn in found.turns:
        assert turn.audio is not None
        sound, rate = soundfile.read(turn.audio)
        assert rate == SAMPLE_RATE
        assert 0.05 < np.abs(sound).max() < 0.6
        assert 0.5 < len(sound) / rate < 5
    about = json.loads((folder / "session.json").read_text())
    assert about["kind"] == "synthetic"
    assert [event["say"] for event in about["events"]] == [turn.say for turn in found.turns]


def test_a_voice_that_is_not_installed_is_told(command: Assistant, scenario: Path) -> None:
    voices = "voices: {a: {engine: flite, voice: nobody}}\n"
    scenario.write_text(voices + SCENARIO.replace("- say: Thank", "- voice: a\n        say: Thank"))
    command.run("synth", str(scenario)).failed_with("tts.no_voice", "flite")


@pytest.mark.xdist_group("sound card")
def test_a_person_records_with_a_microphone(command: Assistant, scenario: Path, card: SoundCard) -> None:
    said = read_recording(DEMO / "02-balance.flac")
    with command.at_terminal("record", str(scenario), "--who", "tester 1", **card.found_by) as terminal:
        terminal.expect("(yes/no)")
        terminal.type("yes\n")
        for answer in ("r\n", "\n"):
            terminal.expect("1 of 2   How much money do I have?" if answer == "r\n" else "leave it out")
            if answer == "r\n":
                terminal.expect("Enter to record")
            terminal.type("\n")
            terminal.expect("recording")
            card.speak_into(said, SAMPLE_RATE)
            terminal.expect("dBFS")
            terminal.expect("p plays it")
            if answer == "r\n":
                with card.recording(SAMPLE_RATE) as played:
                    terminal.type("p\n")
                    terminal.expect("p plays it")
                assert np.abs(played[0].astype(int)).max() > 3000, "a take can be heard again"
            terminal.type(answer)
        terminal.expect("2 of 2")
        terminal.type("s\n")
        done = terminal.end()
    assert done.status == 0, done.shown
    folder = scenario.parent / "two-recorded"
    first, second = read_scenarios(folder / "two.scenario.yml")[0].turns
    assert first.audio is not None
    assert second.audio is None
    recorded = read_recording(first.audio)
    assert len(recorded) < len(said) + SAMPLE_RATE, "the quiet around it is cut off"
    assert np.abs(recorded.astype(int)).max() > 3000
    about = json.loads((folder / "session.json").read_text())
    assert (about["kind"], about["speaker"], about["consent"]["answer"]) == ("person", "tester 1", "yes")
    assert about["device"]
    assert about["events"][0]["takes"] == 2


@pytest.mark.xdist_group("sound card")
def test_without_consent_nothing_is_recorded(command: Assistant, scenario: Path, card: SoundCard) -> None:
    done = command.among(card.found_by).run("record", str(scenario), typed="no\n")
    assert "Nothing was recorded." in done.shown
    assert not (scenario.parent / "two-recorded").exists()
