"""Speech models as others make them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.asr.speech import MODEL


def foreign_model(folder: Path) -> Path:
    """A dynamic graph without a lexicon, so that words cannot be added."""
    shutil.copytree(MODEL, folder)
    for name in ("lexicon.txt", "units.json", "background.npz", "calibration.json"):
        (folder / name).unlink()
    return folder
