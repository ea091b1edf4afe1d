"""Whether the sound system takes our own echo out of what the microphone hears."""

from __future__ import annotations

import os
import shutil
import subprocess

_NO_ECHO = "echo"
"""Part of the names that PulseAudio and PipeWire give to microphones behind their echo cancellation."""
_BRIDGES = ("pulse", "pipewire", "default")
"""Names under which ALSA hides which microphone of the sound server it is."""
_PATIENCE = 2.0
"""Seconds for the sound server to tell."""


def echo_is_cancelled(microphone: str) -> bool:
    """`microphone`: its name as PortAudio has it."""
    name = microphone.lower()
    if any(bridge in name for bridge in _BRIDGES):
        name += (os.environ.get("PULSE_SOURCE") or _default_source()).lower()
    return _NO_ECHO in name


def _default_source() -> str:
    """The sound server's; empty where there is none to ask."""
    pactl = shutil.which("pactl")
    if pactl is None:
        return ""
    try:
        told = subprocess.run(  # noqa: S603 - the sound server's own program
            [pactl, "get-default-source"], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stdout.strip()
