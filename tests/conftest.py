"""What tests of several rooms share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from tests.asr.speech import Say, synthetic_voice
from tests.store_servers import StoreServer, missing, running

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def nlu_model(pytestconfig: pytest.Config) -> Path:
    """The model of `config.yml` and `nlu_data` as they are: trained once, kept in pytest's cache.

    Workers that run side by side wait for the one that trains.
    """
    cache = pytestconfig.cache
    home = Path(cache.mkdir("assistant")) if cache else ROOT / ".pytest_cache" / "assistant"
    return train(Settings(data=ROOT, home=home), lambda _: None)


@pytest.fixture(scope="session")
def practice_desk(tmp_path_factory: pytest.TempPathFactory, nlu_model: Path) -> Iterator[Desk]:
    """Everything loaded, at the practice bank; whoever uses it belongs to the group "desk"."""
    home = tmp_path_factory.mktemp("desk")
    settings = practice_settings(Settings(data=ROOT, home=home, keyring=False))
    with practising(settings), Desk(settings).load(model=nlu_model) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def say() -> Iterator[Say]:
    """A synthetic voice, for sentences of which there is no recording."""
    with synthetic_voice() as voice:
        yield voice


@pytest.fixture(scope="module", params=["redis", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[StoreServer]:
    """A server outside of the process in which conversations can be kept, of each kind there is."""
    reason = missing(request.param)
    if reason:
        pytest.skip(reason)
    with running(request.param) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The project's data with an empty home."""
    return Settings(data=ROOT, home=tmp_path / "home", keyring=False)


os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# What a shell runs in the background is deaf to Ctrl-C, and so would be every command that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The same for a closed terminal under nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
