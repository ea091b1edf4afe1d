from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.nlu.runtime import Dialogue


@pytest.fixture(scope="session")
def dialogue(nlu_model: Path) -> Iterator[Dialogue]:
    """The real model with actions that need no bank."""
    with Dialogue.load(nlu_model, actions="tests.nlu.plain_actions") as loaded:
        yield loaded
