"""The rules as arithmetic: no audio, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.asr.adaptation_questions import Question
from assistant.asr.adaptation_sentences import utterances
from assistant.asr.endings import Endings
from assistant.asr.endpoint import EndOfTurn, Pace, Pauses, Verdict, count_digits
from tests.conftest import ROOT

FREE = EndOfTurn()
YES_NO = EndOfTurn(Question.CONFIRMATION)
CARD = EndOfTurn(Question.DIGITS, digits=16)


def ends_after(
    rules: EndOfTurn,
    text: str,
    started: float = 1.0,
    ended: float = 2.0,
    makes_sense: bool | None = None,
) -> float:
    """Seconds of quiet after which the turn ends, looked at as often as chunks come."""
    for step in range(200):
        now = ended + step / 20
        if rules.verdict(now, started, ended, text, makes_sense) is not Verdict.GO_ON:
            return now - ended
    raise AssertionError("it never ends")


@pytest.fixture(scope="module")
def taught() -> EndOfTurn:
    """Rules that know the requests of the training data."""
    return EndOfTurn(ends=Endings.learn(utterances(ROOT / "nlu_data", variants=0)).share)


def test_a_lone_yes_ends_within_six_tenths_of_a_second() -> None:
    assert ends_after(YES_NO, "yes") <= 0.6
    assert ends_after(YES_NO, "no thanks") <= 0.6


@pytest.mark.parametrize("word", ["stop", "wait", "cancel", "never mind"])
@pytest.mark.parametrize("rules", [FREE, YES_NO, CARD])
def test_a_word_that_stands_alone_never_waits(rules: EndOfTurn, word: str) -> None:
    assert ends_after(rules, word) <= 0.6


def test_what_makes_sense_ends_sooner_than_what_does_not() -> None:
    known = ends_after(FREE, "what is my balance", makes_sense=True)
    unknown = ends_after(FREE, "what is my balance")
    senseless = ends_after(FREE, "what is my balance", makes_sense=False)
    assert known < unknown < senseless


@pytest.mark.parametrize(
    "text",
    [
        "transfer two hundred to",
        "i want to send",
        "how much did i spend on",
        "how much did i spend at",
        "show me the",
        "what is my",
    ],
)
def test_a_dangling_request_waits_even_when_it_makes_sense(taught: EndOfTurn, text: str) -> None:
    assert ends_after(taught, text, makes_sense=True) >= 1.5


@pytest.mark.parametrize(
    "text",
    [
        "what is my balance",
        "pay off my visa please",
        "how much did i spend on groceries last month",
        "send fifty euros to marie",
    ],
)
def test_a_whole_request_ends_soon_where_it_makes_sense_and_later_where_not(
    taught: EndOfTurn, text: str
) -> None:
    assert ends_after(taught, text, makes_sense=True) < 0.5
    assert 0.5 < ends_after(taught, text, makes_sense=False) <= 0.75


def test_a_question_may_end_in_what_most_requests_go_on_after(taught: EndOfTurn) -> None:
    assert ends_after(taught, "what subscriptions am i paying for", makes_sense=True) <= 0.75


def test_an_amount_may_go_on_after_its_first_words() -> None:
    amount = EndOfTurn(Question.AMOUNT)
    assert ends_after(amount, "two hundred", makes_sense=True) > ends_after(
        FREE, "to alice", makes_sense=True
    )


def test_a_number_that_is_read_out_is_left_its_pauses_whatever_was_asked() -> None:
    assert ends_after(FREE, "my card is four five three nine", makes_sense=True) >= 2.0
    assert ends_after(FREE, "in two thousand four", makes_sense=True) < 1.0


def test_a_slow_speaker_is_given_the_time_that_he_takes() -> None:
    pace = Pace()
    assert pace.pause == 0
    for pause in (0.7, 0.8, 0.75):
        pace.heard(pause)
    slow = EndOfTurn(pace=pace.pause)
    assert ends_after(slow, "what is my balance", makes_sense=True) > 0.7
    assert ends_after(slow, "stop") <= 0.6


def test_being_cut_off_once_is_enough_and_one_hesitation_is_forgotten() -> None:
    pace = Pace()
    pace.cut_off(0.6)
    assert pace.pause > 0.6
    for _ in range(60):
        pace.heard(0.15)
    assert pace.pause < 0.3


@given(st.lists(st.floats(0, 100), max_size=30))
def test_nobody_is_so_slow_that_every_turn_waits_for_seconds(pauses: list[float]) -> None:
    pace = Pace()
    for pause in pauses:
        pace.heard(pause)
        pace.cut_off(pause)
    assert 0 <= pace.pause <= 1.2


def test_yes_to_an_open_question_waits_for_more() -> None:
    assert ends_after(FREE, "yes") > ends_after(YES_NO, "yes")


def test_a_yes_at_the_very_start_counts() -> None:
    assert YES_NO.verdict(0.9, 0.0, 0.3, "yes") is Verdict.FINISHED


def test_sixteen_digits_with_pauses_of_over_a_second_stay_one_turn() -> None:
    groups = ["four five three nine", "one four eight eight", "oh three four three", "six four six seven"]
    heard: list[str] = []
    now = 1.0
    for group in groups[:-1]:
        heard.append(group)
        ended = now + 1.5
        assert CARD.verdict(ended + 1.2, 1.0, ended, " ".join(heard)) is Verdict.GO_ON
        now = ended + 1.2
    heard.append(groups[-1])
    assert ends_after(CARD, " ".join(heard), 1.0, now + 1.5) <= 0.6


def test_digits_without_a_known_length_end_after_a_long_pause() -> None:
    assert ends_after(EndOfTurn(Question.DIGITS), "four five") == pytest.approx(Pauses().digits, abs=0.11)


def test_nothing_said_ends_after_the_patience_and_not_before() -> None:
    assert FREE.verdict(7.9, None, 0.0, "") is Verdict.GO_ON
    assert FREE.verdict(8.0, None, 0.0, "") is Verdict.NOTHING_SAID


def test_a_cough_is_no_turn() -> None:
    assert FREE.verdict(2.5, 1.0, 1.3, "") is Verdict.NO_WORDS


def test_words_may_come_later_than_the_sound() -> None:
    """The recogniser is some 0.3 s behind: a short answer must not be taken for a cough meanwhile."""
    assert YES_NO.verdict(1.9, 1.0, 1.3, "") is Verdict.GO_ON
    assert YES_NO.verdict(2.0, 1.0, 1.3, "yes") is Verdict.FINISHED


def test_nobody_speaks_for_ever() -> None:
    assert FREE.verdict(46.0, 1.0, 45.9, "and so on") is Verdict.TOO_LONG


@given(
    st.sampled_from([FREE, YES_NO, CARD]),
    st.text("abc ", max_size=20),
    st.floats(0, 60),
    st.floats(0, 60),
    st.floats(0, 60),
)
def test_more_quiet_never_takes_an_end_back(
    rules: EndOfTurn, text: str, started: float, spoken: float, quiet: float
) -> None:
    ended = started + spoken
    if rules.verdict(ended + quiet, started, ended, text) is not Verdict.GO_ON:
        assert rules.verdict(ended + quiet + 0.1, started, ended, text) is not Verdict.GO_ON


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("four five three nine", 4),
        ("oh double seven", 3),
        ("triple nought one", 4),
        ("forty two", 2),
        ("forty", 2),
        ("seventeen sixty four", 4),
        ("twenty oh one", 4),
        ("my number is one two", 2),
    ],
)
def test_digits_are_counted_as_they_are_spoken(text: str, count: int) -> None:
    assert count_digits(text.split()) == count
