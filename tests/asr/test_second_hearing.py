"""Hearing numbers and answers a second time, on real audio."""

from __future__ import annotations

import pytest

from assistant.asr.adaptation_questions import YES as YES_PHRASES
from assistant.asr.adaptation_questions import Question
from assistant.asr.recogniser import Recogniser
from assistant.asr.second_hearing import Confirmation, amounts, answer, corrected, spelled_amount
from assistant.events import Transcript, Word
from tests.asr.speech import BALANCE, NO, YES, Samples, Say, chunks, model, speech


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(model())


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("send fifteen euros to tom", "send fifty euros to tom"),
        ("send fifty euros to tom", "send fifteen euros to tom"),
        ("send sixty euros to tom", "send sixteen euros to tom"),
        ("send four euros to tom", "send for euros to tom"),
        ("send two hundred and seventy euros to tom", "send two hundred seventeen euros to tom"),
    ],
)
def test_the_audio_decides_between_what_sounds_alike(
    recogniser: Recogniser, say: Say, said: str, heard: str
) -> None:
    words = tuple(Word(word, 0.0, 1.0, 0.9) for word in heard.split())
    readings = amounts(recogniser, chunks(say(said)), heard)
    behind = {reading.text: reading.behind for reading in readings}
    assert said in behind
    assert behind[said] < behind.get(heard, 99.0) + 0.01
    taken = corrected(Transcript(0.0, heard, words), readings)
    assert taken.amount_readings == readings
    if taken.text != heard:  # where the audio is clear enough
        assert taken.text == said
        assert heard in taken.alternatives
        assert taken.overruled == heard
        assert {word.text for word in taken.words} == set(said.split()) & set(heard.split())


def test_what_is_heard_right_stays(recogniser: Recogniser, say: Say) -> None:
    said = "send fifty euros to tom"
    readings = amounts(recogniser, chunks(say(said)), said)
    assert readings[0].behind == 0
    assert corrected(Transcript(0.0, said), readings).text == said


def test_without_a_number_nothing_is_heard_again(recogniser: Recogniser) -> None:
    def unheard(_: int) -> Samples:
        raise AssertionError("the audio was decoded")

    assert amounts(recogniser, map(unheard, range(1)), "how much do i have") == ()


@pytest.mark.parametrize(
    ("said", "heard", "taken"),
    [
        ("One three euros.", "one three euros", "one three euros"),
        ("Forty five euros.", "forty five euros", "forty five euros"),
        ("Cancel.", "cancel", "cancel"),
    ],
)
def test_digits_one_by_one_and_nothing_else(
    recogniser: Recogniser, say: Say, said: str, heard: str, taken: str
) -> None:
    found = spelled_amount(recogniser, list(chunks(say(said))), Transcript(0.0, heard))
    assert found.text == taken


def _confirmed(recogniser: Recogniser, sound: list[Samples]) -> str | None:
    confirmation = Confirmation(recogniser, recogniser)
    for chunk in sound:
        confirmation.hear(chunk)
    return confirmation.answer()


def test_what_only_sounds_like_a_yes_is_none(recogniser: Recogniser, say: Say) -> None:
    guess, yes = list(chunks(say("Guess."))), list(chunks(say("Yes.")))
    assert answer(recogniser, guess, Question.CONFIRMATION) in YES_PHRASES, "the reason for a third hearing"
    assert _confirmed(recogniser, guess) not in YES_PHRASES
    assert _confirmed(recogniser, yes) == "yes"


def test_a_yes_is_heard_as_one_and_nothing_else_is(recogniser: Recogniser, say: Say) -> None:
    assert answer(recogniser, chunks(speech(YES)), Question.CONFIRMATION) in YES_PHRASES
    assert answer(recogniser, chunks(speech(NO)), Question.CONFIRMATION) not in YES_PHRASES
    assert answer(recogniser, chunks(speech(BALANCE)), Question.CONFIRMATION) not in YES_PHRASES
    assert answer(recogniser, chunks(say("yes but send it to tom")), Question.CONFIRMATION) not in YES_PHRASES
