"""No turn ends in silence, and no log tells what the customer has."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest
from rasa_sdk.executor import ActionExecutor

from assistant.actions.services import clock, configure
from assistant.errors import SettingsError
from tests.actions.talk import Said, Talk

SECRET = "IE29AIBK93115212345678"


@pytest.fixture
def bare() -> Talk:
    """A conversation without any bank; for turns that ask none."""
    executor = ActionExecutor()
    executor.register_package("assistant.actions")
    return Talk(executor)


def test_what_nobody_foresaw_is_said_plainly_and_logged_without_data(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.slots["last_reply"] = [{SECRET: SECRET}]
    with caplog.at_level(logging.DEBUG):
        (said,) = talk("action_repeat", SECRET, merchant=SECRET)
    assert said.response == "utter_error"
    assert said.values["code"] == "internal"
    assert said.values["remedy"]
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


def test_a_wrong_setting_is_said_too(
    bare: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, talk: Talk
) -> None:
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    configure(None)
    (said,) = bare("action_check_balance")
    assert isinstance(said, Said)
    assert said.values["code"] == "settings"
    assert "ASSISTANT_DATA" in said.values["remedy"]


def test_the_day_can_be_set_from_outside() -> None:
    assert clock({"ASSISTANT_TODAY": "2026-03-18"})() == date(2026, 3, 18)
    assert clock({})() >= date(2026, 1, 1)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError) as error:
        clock({"ASSISTANT_TODAY": "yesterday"})
    assert "YYYY-MM-DD" in error.value.remedy
