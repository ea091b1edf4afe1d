from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory, nlu_model: Path) -> Iterator[Desk]:
    """Everything loaded, at the practice bank."""
    home = tmp_path_factory.mktemp("live")
    settings = practice_settings(Settings(data=ROOT, home=home, keyring=False))
    with practising(settings), Desk(settings).load(model=nlu_model) as loaded:
        yield loaded
