"""A computer without PortAudio, and one without any device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.level import measure_level
from tests.asr.speech import ROOT, silence, speech

_OPENING = {
    "microphone": "from assistant.audio.duplex import Duplex\nDuplex(None, None, None).__enter__()",
    "loudspeaker": (
        "import numpy as np\nfrom assistant.audio.loudspeaker import Loudspeaker\n"
        "Loudspeaker().play(np.zeros(100, np.int16), 16000)"
    ),
    "listing": "from assistant.audio.devices import devices\nassert devices()",
}


def _run(first: str, then: str, environment: dict[str, str]) -> str:
    body = "\n    ".join(then.splitlines())
    code = f"{first}\nfrom assistant.errors import AssistantError\ntry:\n    {body}\n"
    code += "except AssistantError as error:\n    print(error.code, '|', error.remedy)\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("what", _OPENING)
def test_without_portaudio_the_package_to_install_is_named(what: str) -> None:
    # The loader finds no such library, as on a machine that does not have it.
    hidden = "import ctypes.util; ctypes.util.find_library = lambda name: None"
    code, remedy = _run(hidden, _OPENING[what], dict(os.environ)).split(" | ")
    assert code == "audio.no_portaudio"
    assert "libportaudio2" in remedy


@pytest.mark.skipif(
    not list(Path("/usr/lib").glob("*/libportaudio.so.2")), reason="needs the Debian package libportaudio2"
)
@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine has a sound card")
@pytest.mark.parametrize("what", ["microphone", "loudspeaker"])
def test_without_a_device_it_says_so(what: str) -> None:
    environment = {**os.environ, "PULSE_SERVER": "unix:/nowhere"}
    code, remedy = _run("", _OPENING[what], environment).split(" | ")
    assert code == "audio.no_device"
    assert "assistant doctor" in remedy


def test_importing_the_doors_needs_no_sound_system() -> None:
    code = (
        "import sys, assistant.audio.duplex, assistant.audio.loudspeaker; print('sounddevice' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_muted_microphone_and_a_clipping_one_are_told_from_a_good_one() -> None:
    assert measure_level([silence(1)]).muted
    good = measure_level([speech()])
    assert not good.muted
    assert good.clipped == 0
    assert measure_level([np.full(1600, 32767, np.int16)]).clipped > 0.99
