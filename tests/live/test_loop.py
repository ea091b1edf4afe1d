"""The live loop in virtual time: recogniser, dialogue, practice bank and voice are real; the clock is not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from assistant.audio.recordings import read_recording
from assistant.events import FirstSound, Interrupted, LoopState, ReplyText, Woken
from assistant.live.manner import Key, Manner
from assistant.startup import Desk
from bench.live_room import EchoPath, Room
from tests.asr.speech import RECORDINGS, Samples, Say, hiss, silence

pytestmark = pytest.mark.xdist_group("desk")  # one desk is loaded for all of them

BALANCE = read_recording(RECORDINGS / "check-balance-1.flac")
YES = read_recording(RECORDINGS / "affirm-1.flac")
STOP = read_recording(RECORDINGS / "stop-1.flac")
LIST = read_recording(RECORDINGS / "list-transactions-1.flac")
OPEN = Manner(always_open=True)
WAKE = Manner("hello assistant")


@pytest.fixture
def room(practice_desk: Desk) -> Iterator[Room]:
    with_open = Room(practice_desk, OPEN)
    yield with_open
    with_open.close()


def answer_to(room: Room, *sounds: Samples) -> None:
    room.say(np.concatenate(sounds))
    room.run(0.5)
    room.settle()


def test_an_open_microphone_hears_turn_after_turn(room: Room) -> None:
    answer_to(room, BALANCE)
    answer_to(room, read_recording(RECORDINGS / "spending-3.flac"))
    assert room.heard == [
        "how much have i got in my everyday account",
        "what have i been spending on coffee this week",
    ]
    first = room.of(FirstSound)
    assert len(first) == 2
    assert all(
        sum(list(each.latency.values())[:-1]) == pytest.approx(each.latency["total"]) for each in first
    )


def test_noise_and_breathing_are_no_turn(room: Room) -> None:
    breath = (hiss(0.6, -30) * np.hanning(9600)).astype(np.int16)
    answer_to(room, silence(1), breath, silence(1), breath, silence(3))
    assert room.heard == []
    assert room.of(ReplyText) == []


def test_the_wake_phrase_opens_the_microphone_and_a_request_may_follow_at_once(
    practice_desk: Desk, say: Say
) -> None:
    room = Room(practice_desk, WAKE)
    answer_to(room, BALANCE)
    assert room.heard == []
    answer_to(room, say("hello assistant"), silence(1.0), BALANCE)
    answer_to(room, say("hello assistant, what is my balance"))
    assert room.heard == ["how much have i got in my everyday account", "what is my balance"]
    assert [each.by for each in room.of(Woken)] == ["hello assistant"] * 2
    room.close()


def test_who_woke_it_and_says_nothing_is_not_waited_for_for_ever(practice_desk: Desk, say: Say) -> None:
    room = Room(practice_desk, WAKE)
    room.say(say("hello assistant"))
    room.run(12)
    assert [each.state for each in room.of(LoopState)] == ["open", "asleep"]
    room.close()


def test_a_question_of_ours_opens_the_microphone_once(practice_desk: Desk, say: Say) -> None:
    room = Room(practice_desk, WAKE)
    answer_to(room, say("hello assistant"), silence(1.0), say("show me all my transactions this month"))
    assert [each.response for each in room.of(ReplyText)][-1] == "utter_more_offer"
    assert room.loop.state.value == "open"
    answer_to(room, read_recording(RECORDINGS / "more-1.flac"))
    assert len(room.heard) == 2
    room.close()


@pytest.mark.parametrize(
    "spoken", [0.2, 0.7, 1.5], ids=["before its echo is known", "when it is becoming known", "later"]
)
def test_stop_silences_and_go_on_reads_the_rest(room: Room, say: Say, spoken: float) -> None:
    room.say(LIST)
    room.run(30, until=lambda: room.loop.state.value == "speaking")
    room.run(spoken)
    ended = room.say(say("stop"))
    room.run(2, until=lambda: bool(room.of(Interrupted)))
    assert room.now - ended < 0.2
    assert not room.player.speaking
    room.settle()
    answer_to(room, say("go on"))
    assert [each.response for each in room.of(ReplyText)][-2:] == ["utter_stopped", "utter_rest"]


def test_a_key_silences_at_once(room: Room) -> None:
    room.say(LIST)
    room.run(30, until=lambda: room.loop.state.value == "speaking")
    room.run(1.0)
    room.loop.press(Key.STOP)
    room.run(0.2)
    assert not room.player.speaking
    assert [each.by for each in room.of(Interrupted)] == ["key"]


def test_a_key_cuts_what_is_said_of_a_step_that_moves_money_and_not_the_step(
    practice_desk: Desk, say: Say
) -> None:
    room = Room(practice_desk, OPEN, asked="send forty five euros to marie from the joint account")
    room.say(say("yes"))
    assert room.run(10, until=lambda: room.loop.state.value == "thinking")
    room.loop.press(Key.STOP)
    room.settle()
    assert [each.by for each in room.of(Interrupted)] == ["key"]
    assert "passcode" in room.of(ReplyText)[-1].speech, "the yes was taken, and the payment goes on"
    assert not any(sound.any() for sound in room.played)
    answer_to(room, say("cancel"))
    room.close()


def test_our_own_echo_is_no_turn(practice_desk: Desk) -> None:
    room = Room(practice_desk, OPEN, echo=EchoPath(gain=-3.0, delay=0.2))
    answer_to(room, BALANCE)
    answer_to(room, LIST)
    room.run(3)
    assert len(room.heard) == 2
    room.close()


def test_where_the_echo_is_cancelled_any_voice_interrupts_and_what_is_left_of_it_does_not(
    practice_desk: Desk,
) -> None:
    room = Room(practice_desk, Manner(always_open=True, full_duplex=True), echo=EchoPath(-30.0, 0.1))
    room.say(LIST)
    room.run(30, until=lambda: room.loop.state.value == "speaking")
    room.run(4.0)
    assert room.of(Interrupted) == []
    room.say(BALANCE)
    room.run(3.0, until=lambda: bool(room.of(Interrupted)))
    assert [each.by for each in room.of(Interrupted)] == ["voice"]
    room.settle()
    assert room.heard[1].endswith("how much have i got in my everyday account")
    room.close()


def test_keys_talk_mute_and_end_a_turn(practice_desk: Desk) -> None:
    room = Room(practice_desk, Manner())
    answer_to(room, BALANCE)
    assert room.heard == []
    room.loop.press(Key.TALK)
    answer_to(room, silence(0.5), BALANCE)
    assert len(room.heard) == 1
    room.loop.press(Key.MUTE)
    room.loop.press(Key.TALK)
    answer_to(room, silence(0.5), BALANCE)
    assert len(room.heard) == 1
    room.close()


def test_sixteen_digits_with_long_pauses_stay_one_turn(room: Room, say: Say) -> None:
    groups = ["four five three nine", "one four eight eight", "oh three four three", "six four six seven"]
    answer_to(
        room, *(part for group in groups for part in (say(group)[3000:-3000], silence(1.2))), silence(2)
    )
    assert len(room.heard) == 1


def test_a_microphone_that_goes_away_in_mid_turn_leaves_no_half_request(room: Room) -> None:
    room.say(BALANCE)
    room.run(1.5)
    room.loop.lost()
    room.drop_air()
    answer_to(room, silence(2.0), YES)
    assert len(room.heard) == 1
