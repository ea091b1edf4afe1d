"""Recognisers that go on to the next utterance."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.asr.recogniser import Recogniser
from assistant.asr.warm import Warm
from assistant.events import Transcript
from tests.asr.speech import BALANCE, NO, RECORDINGS, YES, Samples, chunks, model, speech

SOME = [YES, BALANCE, NO, *sorted(RECORDINGS.glob("*.flac"))[::11]]
_CLOSE = 0.1
"""Of a confidence: what hangs on which of two all but equal readings is preferred."""


def heard(recogniser: Recogniser, sound: Samples) -> Transcript:
    return replace(recogniser.transcribe(chunks(sound)), at=0.0)


def test_words_and_times_are_those_of_a_fresh_one() -> None:
    fresh, warm = Recogniser(model()), Recogniser(model(), kept=1)
    for sound in map(speech, SOME):
        wanted, found = heard(fresh, sound), heard(warm, sound)
        assert found.text == wanted.text != ""
        assert found.audio_seconds == wanted.audio_seconds
        for word, other in zip(found.words, wanted.words, strict=True):
            assert word.start == pytest.approx(other.start, abs=0.05)
            assert word.confidence == pytest.approx(other.confidence, abs=_CLOSE)


def test_afresh_it_is_the_same_to_the_last_decimal() -> None:
    recogniser = Recogniser(model(), kept=1)
    first = [heard(recogniser, speech(path)) for path in SOME[:4]]
    recogniser.start_afresh()
    assert [heard(recogniser, speech(path)) for path in SOME[:4]] == first


def test_readings_come_of_one_that_heard_words_and_words_of_one_that_read() -> None:
    recogniser = Recogniser(model(), kept=1)
    sound = speech()
    wanted = heard(recogniser, sound)
    assert recogniser.readings(chunks(sound), 5)[0].text == wanted.text
    assert heard(recogniser, sound).text == wanted.text


def test_one_that_was_left_in_the_middle_is_not_used_again() -> None:
    recogniser = Recogniser(model(), kept=1)

    def breaks_off() -> Iterator[Samples]:
        yield from list(chunks(speech(NO)))[:4]
        raise RuntimeError

    heard(recogniser, speech(YES))
    with pytest.raises(RuntimeError):
        recogniser.transcribe(breaks_off())
    assert heard(recogniser, speech(YES)) == heard(Recogniser(model()), speech(YES))


def test_many_at_once_do_not_mix() -> None:
    fresh, warm = Recogniser(model()), Recogniser(model(), kept=2)
    sounds = [speech(path) for path in SOME] * 3
    wanted = {id(sound): heard(fresh, sound).text for sound in sounds}
    with ThreadPoolExecutor(8) as threads:
        for sound, found in zip(sounds, threads.map(lambda each: heard(warm, each), sounds), strict=True):
            assert found.text == wanted[id(sound)]


def test_no_more_wait_than_are_kept_and_none_for_ever() -> None:
    made = iter(range(100))
    warm = Warm(lambda: next(made), 2)
    taken = [warm.take() for _ in range(3)]
    for native in taken:
        warm.give_back(native, 25.0)
    assert [warm.take().recogniser for _ in range(3)] == [1, 0, 3]
    for native in taken[:2]:
        warm.give_back(native, 40.0)  # 65 s of sound by now
    assert warm.take().recogniser == 4
