"""Where libespeak-ng and its data are, found without loading either."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import NoVoiceError


@dataclass(frozen=True, slots=True)
class Espeak:
    """The pieces that the worker loads.

    `library` is None when the system's own libespeak-ng is to be found by the dynamic linker, which then
    knows its data folder by itself.
    """

    packages: Path
    """Folder that pyttsx3 is imported from."""
    library: Path | None = None
    data: Path | None = None
    """Folder that holds `espeak-ng-data`, or that folder itself."""


def find_espeak() -> Espeak:
    """The wheel `espeakng-loader` where it serves, else what the system has.

    The wheel comes first because its version is pinned: the same sentence sounds the same everywhere.
    Raises NoVoiceError when pyttsx3 is not installed.
    """
    pyttsx3 = importlib.util.find_spec("pyttsx3")
    if pyttsx3 is None or pyttsx3.origin is None:
        raise NoVoiceError("pyttsx3 is not installed", remedy="Run `pip install pyttsx3`.")
    packages = Path(pyttsx3.origin).parent.parent
    wheel = importlib.util.find_spec("espeakng_loader")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent
        library = folder / "libespeak-ng.so"
        data = folder / "espeak-ng-data"
        if library.is_file() and data.is_dir():
            return Espeak(packages, library, data)
    return Espeak(packages)
