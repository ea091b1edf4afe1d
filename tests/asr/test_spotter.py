"""A phrase is found when it is said, soon, and in nothing else; `python -m bench.live wake` counts it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.asr.hearing import Hearing
from assistant.asr.spotter import Spotted, Spotter
from assistant.errors import SettingsError
from tests.asr.speech import BALANCE, LEXICON, MODEL, RECORDINGS, Samples, Say, hiss, model, silence, speech


def spot(spotter: Spotter, sound: Samples) -> list[tuple[float, Spotted]]:
    """Seconds at which something was spotted, and what."""
    found = []
    for start in range(0, len(sound), 1024):
        spotted = spotter.feed(sound[start : start + 1024])
        if spotted is not None:
            found.append(((start + 1024) / 16_000, spotted))
    return found


@pytest.mark.parametrize("noise", [-75.0, -45.0])
@pytest.mark.parametrize("said", ["hello assistant", "hello assistant, what is my balance"])
def test_the_phrase_is_found_once_alone_or_before_a_request(say: Say, said: str, noise: float) -> None:
    sound = np.concatenate([silence(1), say(said), silence(1)])
    noisy = (sound + hiss(len(sound) / 16_000 + 1, noise)[: len(sound)]).astype(np.int16)
    (found,) = spot(Spotter(model(), ["hello assistant"]), noisy)
    at, spotted = found
    assert spotted.phrase == "hello assistant"
    assert 1.0 < at - spotted.start < at - spotted.end < 2.5


def test_it_is_found_in_nothing_else() -> None:
    for path in [BALANCE, *sorted(RECORDINGS.glob("spending-*.flac"))[:4]]:
        assert spot(Spotter(model(), ["hello assistant"]), speech(path)) == []


def test_a_single_word_is_found_while_it_is_being_said(say: Say) -> None:
    sound = np.concatenate([silence(1), say("stop"), silence(1)])
    end = np.flatnonzero(np.abs(sound.astype(int)) > 150)[-1] / 16_000
    (found,) = spot(Spotter(model(), ["stop", "wait"]), sound)
    assert found[0] - end < 0.2


def test_in_small_pieces_it_is_found_sooner(say: Say) -> None:
    word = say("stop")
    hearing = Hearing(MODEL, LEXICON)
    quick = hearing.quick()
    hearing.close()
    sooner = []
    for start in np.linspace(0.5, 0.62, 8):  # wherever in a piece of 120 ms it begins
        sound = np.concatenate([silence(float(start)), word, silence(1)])
        (plain,), (found,) = (
            spot(Spotter(model(), ["stop", "wait"], quick=each), sound) for each in (None, quick)
        )
        assert found[1].phrase == "stop"
        sooner.append(plain[0] - found[0])
    assert np.mean(sooner) > 0.02


def test_what_we_said_is_looked_for_where_its_echo_could_end(say: Say) -> None:
    spotter = Spotter(model(), ["stop", "wait"])
    sound = np.concatenate([silence(0.3), say("stop"), silence(1.0)])
    ended = (len(sound) - np.flatnonzero(np.abs(sound.astype(int)) > 150)[-1]) / 16_000
    assert spotter.holds(sound, ended + 0.3)
    assert not spotter.holds(sound, ended - 0.3)


def test_a_phrase_that_nobody_can_ever_hear_is_refused() -> None:
    with pytest.raises(SettingsError, match="xylophonique"):
        Spotter(model(), ["xylophonique zog"])
