from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.asr.taught import teach
from assistant.practice import practice_settings
from assistant.replay.replayer import Replayer, Setup
from assistant.settings import Settings
from tests.asr.speech import BALANCE
from tests.conftest import ROOT

SUITE = f"""\
given: {{today: 2026-03-18, seed: 7}}
scenarios:
  - scenario: balance
    say: How much have I got in my everyday account?
    audio: {BALANCE}
    understood: {{intent: check_balance, entities: {{account: everyday account}}}}
    asked: ["GET *accounts*"]
    replies: [utter_balance: {{account: Everyday account}}]
    never: {{asked: ["POST *"]}}
  - scenario: wrong on purpose
    say: how much do I have
    understood: {{intent: spending}}
  - scenario: a bank is down
    given: {{faults: [{{bank: harbour, kind: reset, calls: 1000}}]}}
    say: how much money do I have
    replies: [utter_bank_not_answering: {{bank: Harbour Bank}}, utter_balances: {{}}]
  - scenario: and well again
    say: how much money do I have
    replies: [utter_balances: {{}}, utter_more_offer: {{}}]
  - scenario: nobody's bank
    given: {{banks: []}}
    say: how much money do I have
    replies: [utter_error: {{code: bank.none_connected}}]
"""


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("suite") / "some.scenario.yml"
    path.write_text(SUITE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def setup(tmp_path_factory: pytest.TempPathFactory, nlu_model: Path) -> Setup:
    settings = practice_settings(Settings(data=ROOT, home=tmp_path_factory.mktemp("home")))
    return Setup(settings, nlu_model, teach(settings).model)


@pytest.fixture(scope="session")
def replayer(setup: Setup) -> Iterator[Replayer]:
    with Replayer(setup).load() as loaded:
        yield loaded
