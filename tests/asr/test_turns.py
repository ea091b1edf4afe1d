"""The same rules on real speech."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.endpoint import EndOfTurn, Verdict
from assistant.asr.grammar import Grammar
from assistant.asr.recogniser import Recogniser
from assistant.asr.turns import OneTurn, split_turns
from assistant.asr.voice_activity import VoiceActivity
from assistant.errors import SilentRecordingError
from assistant.events import Transcript
from tests.asr.speech import (
    BALANCE,
    NO,
    RECORDINGS,
    YES,
    Samples,
    chunks,
    hiss,
    model_for_people,
    silence,
    speech,
)

NOISE = [-75.0, -60.0, -48.0]


def noisy(dbfs: float, *sounds: Samples) -> Samples:
    whole = np.concatenate(sounds)
    return (whole + hiss(len(whole) / 16_000, dbfs)[: len(whole)]).astype(np.int16)


def take(turn: OneTurn, counted: list[int]) -> Iterator[Samples]:
    for chunk in turn:
        counted.append(len(chunk))
        yield chunk


def hear(
    sound: Samples, rules: EndOfTurn | None = None, grammar: Grammar | None = None
) -> tuple[Transcript, OneTurn, float]:
    """The transcript, the turn, and the seconds of audio that it took."""
    turn = OneTurn(chunks(sound), rules)
    counted: list[int] = []
    heard = Recogniser(model_for_people()).transcribe(
        take(turn, counted), on_partial=turn.partial, grammar=grammar
    )
    return heard, turn, sum(counted) / 16_000


def end_of_voice(sound: Samples) -> float:
    voice = VoiceActivity()
    voice.feed(sound)
    return voice.ended


@pytest.mark.parametrize("dbfs", NOISE)
@pytest.mark.parametrize("path", [YES, NO])
def test_a_yes_right_at_the_prompt_is_heard_and_ends_within_six_tenths(path: Path, dbfs: float) -> None:
    answer = speech(path)
    loud = np.flatnonzero(np.abs(answer.astype(int)) > 500)
    answer = answer[int(loud[0]) :]  # no silence before it
    heard, turn, seconds = hear(
        noisy(dbfs, answer, silence(5)),
        EndOfTurn(Question.CONFIRMATION),
        Grammar(answers(Question.CONFIRMATION)),
    )
    assert heard.text in ("yes", "no")
    assert turn.verdict is Verdict.FINISHED
    assert seconds - end_of_voice(speech(path)[int(loud[0]) :]) <= 0.6


@pytest.mark.parametrize("dbfs", NOISE)
def test_a_request_ends_soon_after_it_and_loses_nothing(dbfs: float) -> None:
    sound = noisy(dbfs, silence(1), speech(), silence(5))
    heard, turn, seconds = hear(sound)
    assert heard.text == Recogniser(model_for_people()).transcribe(chunks(sound)).text != ""
    assert turn.verdict is Verdict.FINISHED
    assert seconds < 1 + len(speech()) / 16_000 + 1.0


def test_recorded_commands_are_not_cut_off() -> None:
    recogniser = Recogniser(model_for_people())
    for path in sorted(RECORDINGS.glob("*.flac"))[::3]:
        # The reference ends soon after the request: in seconds of hiss a word may be heard.
        whole = recogniser.transcribe(chunks(noisy(-55, silence(0.5), speech(path), silence(0.6))))
        heard, _, _ = hear(noisy(-55, silence(0.5), speech(path), silence(3)))
        assert heard.text == whole.text != "", path.name


@pytest.mark.parametrize("dbfs", NOISE)
def test_a_room_in_which_nobody_speaks(dbfs: float) -> None:
    heard, turn, seconds = hear(hiss(20, dbfs))
    assert heard.text == ""
    assert turn.verdict is Verdict.NOTHING_SAID
    assert seconds == pytest.approx(8.0, abs=0.11)


def test_a_click_does_not_end_the_wait() -> None:
    click = (hiss(0.04, -20) * np.hanning(640)).astype(np.int16)
    heard, turn, _ = hear(noisy(-60, silence(1), click, silence(2), speech(), silence(3)))
    assert heard.text.endswith(Recogniser(model_for_people()).transcribe(chunks(speech())).text)
    assert turn.verdict is Verdict.FINISHED


@pytest.mark.parametrize("dbfs", NOISE)
def test_a_long_recording_falls_into_its_turns(dbfs: float) -> None:
    parts = [speech(BALANCE), speech(YES), speech(NO), speech(BALANCE)]
    gap = silence(2.5)
    sound = noisy(dbfs, gap, *(piece for part in parts for piece in (part, gap)))
    recogniser = Recogniser(model_for_people())
    turns = list(split_turns(chunks(sound)))
    expected = [recogniser.transcribe(chunks(noisy(dbfs, part))).text for part in parts]
    assert [recogniser.transcribe(chunks(turn)).text for turn in turns] == expected
    assert all(expected)


def test_a_recording_without_speech_says_so() -> None:
    def count(sound: Iterable[Samples]) -> int:
        return sum(1 for _ in split_turns(sound))

    for sound in (silence(30), hiss(30, -55), silence(0)):
        with pytest.raises(SilentRecordingError):
            count(chunks(sound))


def test_a_turn_that_never_pauses_is_cut_before_memory_runs_out() -> None:
    lengths = [len(turn) / 16_000 for turn in split_turns(chunks(np.tile(speech()[8000:-8000], 60)))]
    assert max(lengths) <= 61


def test_voice_is_found_where_it_is() -> None:
    voice = VoiceActivity()
    for chunk in chunks(noisy(-60, silence(2), speech(), silence(2))):
        voice.feed(chunk)
    loud = np.flatnonzero(np.abs(speech().astype(int)) > 500) / 16_000
    assert voice.started == pytest.approx(2 + loud[0], abs=0.15)
    assert voice.ended == pytest.approx(2 + loud[-1], abs=0.25)
