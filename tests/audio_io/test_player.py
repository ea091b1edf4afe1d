"""What is played, held back, and cut."""

from __future__ import annotations

import numpy as np

from assistant.audio.player import Player

RATE = 16_000
SOUND = np.arange(1, 8001, dtype=np.int16)


def test_who_is_held_falls_silent_softly_and_goes_on_where_it_was_cut() -> None:
    player = Player(RATE)
    player.add(SOUND, RATE, text="all of it")
    assert np.array_equal(player.take(1000), SOUND[:1000])
    player.hold()
    fading, silent = player.take(RATE // 10), player.take(500)
    assert fading.any()
    assert not fading[-500:].any()
    assert not silent.any()
    assert player.speaking, "there is more to say"
    player.release()
    assert np.array_equal(player.take(7000), SOUND[1000:])
    assert not player.playing


def test_what_is_hushed_while_it_is_held_is_not_heard_again_and_all_kept() -> None:
    player = Player(RATE)
    player.add(SOUND, RATE, text="all of it")
    player.take(1000)
    player.hold()
    player.take(RATE // 10)
    unheard = player.hush()
    assert not player.take(500).any(), "no second fade"
    player.resume(unheard)
    assert np.array_equal(player.take(7000), SOUND[1000:])


def test_the_first_sound_is_told_of_when_it_leaves_and_not_while_it_is_held() -> None:
    told: list[bool] = []
    player = Player(RATE)
    player.hold()
    player.add(SOUND, RATE, on_first=lambda: told.append(True))
    player.take(500)
    assert told == []
    player.release()
    player.take(500)
    assert told == [True]
