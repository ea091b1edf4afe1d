from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audio_io.pulse import SoundCard, sound_card, why_not
from tests.cli.command import Assistant


@pytest.fixture
def card() -> Iterator[SoundCard]:
    if why_not():
        pytest.skip(why_not())
    with tempfile.TemporaryDirectory(prefix="pulse") as folder, sound_card(Path(folder)) as running:
        yield running


def _assistant(home: Path, nlu_model: Path) -> Assistant:
    """With the model of the shared cache, so that nothing is trained twice."""
    models = home / "nlu-models"
    models.mkdir(parents=True)
    shutil.copy2(nlu_model, models)
    return bare(home)


def bare(home: Path) -> Assistant:
    """Without a model: for commands that understand nothing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    # Whoever runs the tests may have it set, and people do not: their output is buffered.
    environment.pop("PYTHONUNBUFFERED", None)
    environment |= {"ASSISTANT_HOME": str(home), "ASSISTANT_KEYRING": "off"}
    return Assistant(home, {**environment, "COLUMNS": "120", "NO_COLOR": "1"})


@pytest.fixture(scope="session")
def practised(tmp_path_factory: pytest.TempPathFactory, nlu_model: Path) -> Assistant:
    """The command of somebody who has the practice bank already."""
    return _assistant(tmp_path_factory.mktemp("practised") / "home", nlu_model)


@pytest.fixture
def newcomer(tmp_path: Path, nlu_model: Path) -> Assistant:
    """The command of somebody who has connected nothing yet."""
    return _assistant(tmp_path / "home", nlu_model)
