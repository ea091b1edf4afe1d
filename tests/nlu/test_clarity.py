"""A request that was heard badly is asked again; what does no harm is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.utils.io import read_yaml_file

from assistant.nlu.clarity import certainty_of, clarity_of
from assistant.nlu.runtime import Dialogue

ROOT = Path(__file__).resolve().parents[2]
BALANCE = "what is my balance"


def taken(dialogue: Dialogue, text: str, **known: object) -> str:
    return dialogue.handle(text, conversation="clarity", metadata=known).intent


def test_a_request_is_taken_as_it_was_heard_only_where_it_was_heard(dialogue: Dialogue) -> None:
    assert taken(dialogue, BALANCE) == "check_balance"
    assert taken(dialogue, BALANCE, certainty=0.2, clarity=0.9) == "check_balance"
    assert taken(dialogue, BALANCE, certainty=0.2, clarity=0.4) == "nlu_fallback"


@pytest.mark.parametrize(
    ("text", "intent"), [("stop", "stop"), ("yes", "affirm"), ("lock the assistant", "lock")]
)
def test_what_does_no_harm_stays(dialogue: Dialogue, text: str, intent: str) -> None:
    assert taken(dialogue, text, clarity=0.1) == intent


def test_what_was_understood_while_it_was_being_said_is_doubted_too(dialogue: Dialogue) -> None:
    assert dialogue.understands(BALANCE)
    assert taken(dialogue, BALANCE, clarity=0.4) == "nlu_fallback"


def test_the_confidence_told_is_still_that_of_the_likeliest(dialogue: Dialogue) -> None:
    sure = dialogue.handle(BALANCE, conversation="clarity").confidence
    answer = dialogue.handle(BALANCE, conversation="clarity", metadata={"clarity": 0.4})
    assert answer.confidence == pytest.approx(sure)


@pytest.mark.parametrize("known", [None, {}, {"clarity": "unknown"}, {"clarity": None}, {"clarity": []}])
def test_without_a_figure_everything_is_certain(known: dict[str, object] | None) -> None:
    assert clarity_of(known) == 1.0


@pytest.mark.parametrize(
    "known", [None, {}, {"certainty": "unknown"}, {"certainty": None}, {"certainty": []}]
)
def test_without_its_figure_the_least_sure_word_is_certain(known: dict[str, object] | None) -> None:
    assert certainty_of(known) == 1.0


def test_every_intent_that_is_spared_exists() -> None:
    (clarity,) = (each for each in read_yaml_file(ROOT / "config.yml")["pipeline"] if "spared" in each)
    files = (ROOT / "nlu_data/en/domain").glob("*.yml")
    intents = [each for file in files for each in read_yaml_file(file).get("intents", [])]
    assert set(clarity["spared"]) <= {
        next(iter(each)) if isinstance(each, dict) else each for each in intents
    }
