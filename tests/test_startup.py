"""The loaded desk: the customer's own names are heard, and no bank holds it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from assistant.asr.adaptation_questions import Question
from assistant.asr.hearing import Hearing
from assistant.asr.recogniser import Recogniser
from assistant.nlu.watch import Change
from assistant.practice import practice_settings, practising
from assistant.sandbox.process import RunningBank
from assistant.settings import Settings
from assistant.startup import Desk
from tests.asr.speech import ROOT, Say

NAME = "marylebone"
"""Of a restaurant that the practice bank's customer goes to."""


@pytest.fixture
def practice(tmp_path: Path) -> Settings:
    return practice_settings(Settings(data=ROOT, home=tmp_path / "home"))


@pytest.fixture
def bank(practice: Settings) -> Iterator[RunningBank]:
    with practising(practice) as bank:
        yield bank


@contextmanager
def loaded(practice: Settings, nlu_model: Path) -> Iterator[tuple[Desk, Hearing]]:
    with Desk(practice, speaking=False).load(model=nlu_model) as desk:
        assert desk.hearing is not None
        yield desk, desk.hearing


def knows_the_name(hearing: Hearing) -> bool:
    return hearing.expecting(None)().model.knows(NAME)


def learn_what_is_known(desk: Desk, hearing: Hearing, *, wait: bool = False) -> None:
    """What the desk does in the background, to its end."""
    assert desk.portfolio is not None
    hearing.learn(desk.portfolio.vocabulary(wait=wait)).result()


class Listening:
    """Writes down which answers the conversation expects, and hands everything on."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self.expected: list[Question | None] = []

    def expecting(self, question: Question | None) -> Callable[[], Recogniser]:
        self.expected.append(question)
        return self._hearing.expecting(question)


def test_names_of_the_customer_are_heard_and_their_answer_is_expected(
    practice: Settings, bank: RunningBank, nlu_model: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loaded(practice, nlu_model) as (desk, hearing):
        learn_what_is_known(desk, hearing, wait=True)
        assert knows_the_name(hearing)
        listening = Listening(hearing)
        monkeypatch.setattr(desk, "hearing", listening)
        conversation = desk.conversation()
        monkeypatch.undo()
        assert NAME in conversation.hear([say("how much did i spend at marylebone kitchen")]).heard
        conversation.read("what were my last transactions")
        offered = conversation.hear([say("yes more please")])
        assert offered.understood is not None
        assert offered.understood.intent in ("more", "affirm")
        assert listening.expected[0] is None
        assert listening.expected[2] is Question.MORE


def test_a_bank_that_is_slow_or_down_delays_nothing_and_its_names_come_later(
    practice: Settings, bank: RunningBank, nlu_model: Path
) -> None:
    faults = f"{bank.base_url}/practice/faults"
    slow = {"bank": "meadow", "kind": "delay", "seconds": 100, "calls": 99}
    down = {"bank": "harbour", "kind": "reset", "calls": 99}
    for fault in (slow, down):
        requests.post(faults, json=fault, timeout=5).raise_for_status()
    with loaded(practice, nlu_model) as (desk, hearing):
        assert not knows_the_name(hearing)
        requests.delete(faults, timeout=5).raise_for_status()
        conversation = desk.conversation()
        assert conversation.read("how much did i spend this year").failure is None
        learn_what_is_known(desk, hearing)
        assert knows_the_name(hearing)


def test_without_a_bank_and_without_a_place_for_what_is_learnt_the_assistant_hears(
    practice: Settings, nlu_model: Path, say: Say
) -> None:
    practice.home.mkdir(mode=0o700)
    practice.taught_speech_models.write_text("a file stands where the folder should be")
    with loaded(practice, nlu_model) as (desk, _):
        text = "what is the balance of my savings account"
        assert desk.conversation().hear([say(text)]).heard == text


def test_what_was_trained_is_taken_up_between_two_turns_and_told(
    practice: Settings, bank: RunningBank, nlu_model: Path, tmp_path: Path
) -> None:
    """A mistake in the data, a model that is none, and one that is."""
    told: list[str] = []
    broken, fresh = tmp_path / "broken.tar.gz", tmp_path / "fresh.tar.gz"
    broken.write_bytes(b"no model")
    fresh.write_bytes(nlu_model.read_bytes())
    with Desk(practice, hearing=False, speaking=False, notice=told.append).load(model=nlu_model) as desk:
        conversation = desk.conversation()
        assert conversation.read("how much money do i have").failure is None
        for change, words in (
            (
                Change(None, "spending.yml:7: a bracket is not closed"),
                "spending.yml:7: a bracket is not closed",
            ),
            (Change(broken), "could not take up what was trained"),
            (Change(fresh), "I have learnt what was trained."),
        ):
            desk.take_up(change)
            assert not told  # nobody is interrupted
            turn = conversation.read("and in my savings account")
            assert turn.failure is None
            assert turn.understood is not None
            assert turn.understood.intent == "refine"  # what was said before is still known
            assert words in told.pop()
