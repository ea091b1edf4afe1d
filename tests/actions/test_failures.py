"""No turn ends in silence, and no log tells what the customer has."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.actions import services as process_wide
from assistant.actions.services import Services, clock, configure
from assistant.errors import NoBankError, SettingsError
from assistant.settings import Settings
from tests.actions.books import Books, written
from tests.actions.conftest import TODAY, Practice
from tests.actions.talk import Said, Talk, names, period

FEBRUARY = period("2026-02-01", "2026-02-28", "last month", "month")

SECRET = "IE29AIBK93115212345678"


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
    talk_without_bank: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path))
    configure(None)
    (said,) = talk_without_bank("action_check_balance")
    assert said.values["code"] == "settings"
    assert "ASSISTANT_DATA" in said.values["remedy"]


def test_the_services_of_the_environment_are_made_once(
    connected: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(connected.home))
    monkeypatch.setenv("ASSISTANT_TODAY", TODAY.isoformat())
    monkeypatch.setenv("ASSISTANT_KEYRING", "off")
    configure(None)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: process_wide.services(), range(8)))
    configure(None)
    assert len({id(each) for each in made}) == 1
    assert made[0].today() == TODAY
    assert made[0].settings.home == connected.home


# --- banks that fail -------------------------------------------------------------------------


def test_no_bank_is_said_with_what_to_do(talk_without_bank: Talk) -> None:
    for action in ("action_check_balance", "action_spending", "action_upcoming_payments"):
        (said,) = talk_without_bank(action)
        assert said.response == "utter_error"
        assert said.values == {
            "say": NoBankError.say,
            "remedy": NoBankError.remedy,
            "code": "bank.none_connected",
        }
    assert names(talk_without_bank("action_greet")) == ["utter_greet"]
    assert names(talk_without_bank("action_help")) == ["utter_help"]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "error", "code": "INTERNAL_SERVER_ERROR"},
        {"kind": "error", "code": "SERVICE_UNAVAILABLE"},
    ],
)
def test_a_bank_that_is_down_costs_only_its_part(
    talk: Talk, practice: Practice, books: Books, fault: dict[str, Any]
) -> None:
    practice.order("harbour", calls=50, **fault)
    said = talk("action_check_balance")
    assert said[0] == Said("utter_bank_not_answering", {"bank": "Harbour Bank"})
    assert said[1].response == "utter_balances"
    assert said[1].values["total"] == written(books.available("everyday") + books.available("savings"))
    assert names(talk("action_check_balance", account="everyday account")) == ["utter_balance"]


def test_a_sum_is_said_to_be_without_the_bank_that_failed(
    talk: Talk, practice: Practice, books: Books
) -> None:
    talk("action_list_accounts")
    practice.order("harbour", kind="error", path="*transactions*", calls=50)
    said = talk("action_spending", merchant="tesco", period=FEBRUARY)
    lines = books.of(
        "2026-02-01", "2026-02-28", lambda line: line.name == "Tesco" and line.account == "everyday"
    )
    assert names(said)[0] == "utter_bank_not_answering"
    assert said[1].values["total"] == written(-sum(line.minor for line in lines))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "malformed"}, "bank.bad_answer"),
        ({"kind": "types", "field": "amount"}, "bank.bad_answer"),
        ({"kind": "error", "code": "ACCESS_EXCEEDED"}, "bank.access_exceeded"),
        ({"kind": "error", "code": "CONSENT_EXPIRED"}, "bank.consent_expired"),
        ({"kind": "error", "code": "SERVICE_BLOCKED"}, "bank.blocked"),
    ],
)
def test_what_else_a_bank_says_is_passed_on(
    talk: Talk, practice: Practice, fault: dict[str, Any], code: str
) -> None:
    practice.order("harbour", calls=50, **fault)
    said = talk("action_check_balance")
    assert said[0].response == "utter_bank_left_out"
    assert (said[0].values["bank"], said[0].values["code"]) == ("Harbour Bank", code)
    assert said[0].values["say"]
    assert said[0].values["remedy"]
    assert said[1].response == "utter_balances"


def test_the_bank_that_was_asked_for_and_all_banks_down_are_errors(
    talk: Talk, practice: Practice, services: Services
) -> None:
    practice.order("harbour", kind="reset", calls=100)
    (said,) = talk("action_check_balance", bank="harbour bank")
    assert said.values["code"] == "bank.unreachable"
    practice.order("meadow", kind="reset", calls=100)
    for action in ("action_list_transactions", "action_recurring_payments", "action_account_details"):
        services.portfolio.forget()
        (said,) = talk(action)
        assert said.response == "utter_error"
        assert said.values["code"] == "bank.unreachable"


def test_after_a_failure_the_question_can_be_asked_again(talk: Talk, practice: Practice) -> None:
    practice.order("harbour", kind="reset", calls=100)
    practice.order("meadow", kind="reset", calls=100)
    assert names(talk("action_spending", merchant="tesco", period=FEBRUARY)) == ["utter_error"]
    practice.relieve()
    said = talk("action_refine", merchant="lidl")
    assert said[0].values["where"] == " at Lidl last month"


def test_an_account_of_a_bank_that_is_down_is_not_called_unknown_without_a_word(
    talk: Talk, practice: Practice
) -> None:
    practice.order("harbour", kind="reset", calls=50)
    assert names(talk("action_check_balance", account="visa")) == [
        "utter_bank_not_answering",
        "utter_unknown_account",
    ]


# --- the day ---------------------------------------------------------------------------------


def test_the_day_can_be_set_from_outside() -> None:
    assert clock({"ASSISTANT_TODAY": "2026-03-18"})() == date(2026, 3, 18)
    assert clock({})() >= date(2026, 1, 1)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError) as error:
        clock({"ASSISTANT_TODAY": "yesterday"})
    assert "YYYY-MM-DD" in error.value.remedy
