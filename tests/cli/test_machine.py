"""Computers on which something is missing, and what `doctor` says about them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.command import Assistant
from tests.conftest import ROOT

BALANCE = ROOT / "voices" / "en" / "demo" / "02-balance.flac"


def without(folder: Path, *libraries: str) -> dict[str, str]:
    """The environment of a computer whose libraries of these names cannot be loaded."""
    for name in libraries:
        (folder / name).write_text("This is no library.")
    return {"LD_LIBRARY_PATH": str(folder)}


def doctor_says(shown: str) -> dict[str, str]:
    """Mark and finding by the part that was looked at."""
    return {
        match["part"].strip(): f"{match['mark']} {match['found']}"
        for match in re.finditer(r"^ *(?P<mark>ok|FAULT|none) +(?P<part>.{14}) (?P<found>.*)$", shown, re.M)
    }


def test_without_portaudio(newcomer: Assistant, tmp_path: Path) -> None:
    assistant = newcomer.among(without(tmp_path, "libportaudio.so.2"))
    for command in (["listen", "--practice"], ["say", "Hello."]):
        assistant.run(*command).failed_with("audio.no_portaudio", "libportaudio2")
    checked = assistant.run("doctor")
    assert checked.status == 0  # recordings and the keyboard do without
    for part in ("sound system", "microphone", "loudspeaker"):
        assert doctor_says(checked.shown)[part].startswith("none ")
    assert "libportaudio2" in checked.shown


@pytest.mark.skipif(
    not list(Path("/usr/lib").glob("*/libportaudio.so.2")), reason="needs the Debian package libportaudio2"
)
@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has a sound card")
def test_without_a_device(newcomer: Assistant) -> None:
    for command in (["listen", "--practice"], ["listen", "--device", "no such"], ["say", "Hello."]):
        newcomer.run(*command, PULSE_SERVER="unix:/nowhere").failed_with(
            "audio.no_device", "assistant doctor"
        )


def test_without_a_voice(newcomer: Assistant, tmp_path: Path) -> None:
    lacking = without(tmp_path, "libespeak-ng.so.1", "libespeak.so.1") | {"PYTHONPATH": str(tmp_path)}
    assistant = newcomer.among(lacking)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['espeakng_loader'] = None\n")
    output = tmp_path / "hello.wav"
    done = assistant.run("say", "Hello.", "--output", str(output))
    done.failed_with("tts.no_voice", "espeakng-loader", "apt-get install espeak-ng")
    assert not output.exists()
    checked = assistant.run("doctor")
    assert checked.status == 1
    assert doctor_says(checked.shown)["voice"].startswith("FAULT ")
    assert "espeakng-loader" in checked.shown


def test_without_a_speech_model(newcomer: Assistant) -> None:
    model = newcomer.home / "speech-models" / "mine"
    shutil.copytree(ROOT / "voices" / "en" / "speech-model", model)
    assert newcomer.run("models", "use", "mine").status == 0
    (model / "am" / "final.mdl").write_bytes(b"")
    commands = (["replay", str(BALANCE)], ["demo", "--quiet", "-o", str(newcomer.home / "demo.wav")])
    for command in commands:
        newcomer.run(*command).failed_with("asr.broken_model", "final.mdl", "models use builtin")
    assert doctor_says(newcomer.run("doctor").shown)["speech model"].startswith("FAULT ")
    shutil.rmtree(model)
    for command in commands:
        newcomer.run(*command).failed_with("asr.no_model", "assistant models use")
    checked = newcomer.run("doctor")
    assert checked.status == 1
    assert "(asr.no_model)" in checked.shown
    assert newcomer.run("models", "use", "builtin").status == 0
    assert newcomer.run("doctor").status == 0


def test_a_computer_on_which_all_is_well(newcomer: Assistant) -> None:
    checked = newcomer.run("doctor")
    assert checked.status == 0
    found = doctor_says(checked.shown)
    for part in ("speech model", "voice", "Rasa", "trained model", "secrets"):
        assert found[part].startswith("ok "), checked.shown
    assert found["banks"].startswith("none ")
    assert "telemetry off" in found["Rasa"]


def test_a_computer_that_was_not_taught_yet(newcomer: Assistant) -> None:
    shutil.rmtree(newcomer.home / "nlu-models")
    checked = newcomer.run("doctor")
    assert checked.status == 1
    assert doctor_says(checked.shown)["trained model"].startswith("FAULT ")
    assert "→ Run `assistant train`. (nlu.no_model)" in checked.shown
