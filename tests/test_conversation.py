"""The whole house: real recogniser, trained model, practice bank over HTTP, voice in its own process."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.audio.frames import convert, in_chunks
from assistant.audio.recordings import RecordingSource
from assistant.bank.connections import Connections
from assistant.conversation import SAY_AGAIN, Conversation, Turn
from assistant.errors import NoVoiceError, SilentRecordingError, UtteranceTooLongError
from assistant.events import (
    BankCalled,
    Event,
    PartialTranscript,
    ReplyAudio,
    ReplyText,
    SpeechStarted,
    Transcript,
    TurnEnded,
    TurnFailed,
    TurnStarted,
    Understood,
)
from assistant.nlu.runtime import Dialogue
from assistant.practice import connect_all, practice_settings, practising
from assistant.sandbox.process import RunningBank
from assistant.settings import SAMPLE_RATE, Settings
from assistant.startup import Desk
from assistant.tts.espeak import Espeak, find_espeak
from assistant.tts.profile import VoiceProfile
from assistant.tts.synthesiser import Synthesiser
from bench.rasa_servers import rasa_servers
from tests.asr.speech import YES, Say
from tests.bank.customer import order_fault, practice
from tests.conftest import ROOT

DEMO = ROOT / "voices" / "en" / "demo"
BALANCE = DEMO / "02-balance.flac"
EVERYWHERE = ("meadow", "harbour")


@dataclass
class House:
    """The loaded assistant, its practice bank, and conversations that know nothing of each other."""

    settings: Settings
    bank: RunningBank
    desk: Desk
    numbers: Iterator[int] = field(default_factory=count)

    def conversation(self, **more: Any) -> Conversation:
        assert self.desk.portfolio is not None
        self.desk.portfolio.forget()
        return self.desk.conversation(name=f"conversation {next(self.numbers)}", **more)

    def order(self, *banks: str, kind: str, **more: Any) -> None:
        for bank in banks:
            order_fault(self.bank.base_url, bank, kind, calls=500, **more)

    @property
    def connections(self) -> Connections:
        return Connections.from_settings(self.settings)


@pytest.fixture(scope="module")
def loaded(nlu_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    own = Settings(data=ROOT, home=tmp_path_factory.mktemp("house"), bank_timeout=(2.0, 2.0))
    settings = practice_settings(own)
    with practising(settings) as bank, Desk(settings).load(model=nlu_model) as desk:
        yield House(settings, bank, desk)


@pytest.fixture
def house(loaded: House) -> Iterator[House]:
    """Both banks connected and well, before the test and after it."""
    yield loaded
    practice(loaded.bank.base_url, "DELETE", "faults")
    if sorted((each.name, each.base_url) for each in loaded.connections.all()) != sorted(
        loaded.bank.banks.items()
    ):
        connect_all(loaded.settings, loaded.bank)


def answered(turn: Turn) -> list[ReplyText | TurnFailed]:
    """What the person was told; the turn began, ended, and was shown and spoken."""
    assert isinstance(turn.events[0], TurnStarted)
    assert isinstance(turn.events[-1], TurnEnded)
    told = [event for event in turn.events if isinstance(event, ReplyText | TurnFailed)]
    assert told
    for each in told:
        shown = each.screen if isinstance(each, ReplyText) else f"{each.say} {each.remedy}"
        said = each.speech if isinstance(each, ReplyText) else each.say
        assert shown.strip()
        assert said.strip()
        assert "{" not in shown + said
    assert turn.speech is not None
    assert turn.speech.seconds > 0.4
    assert np.abs(turn.speech.samples.astype(int)).max() > 1_000
    return told


def codes(turn: Turn) -> list[object]:
    """Of the errors among what the person was told."""
    return [
        each.code if isinstance(each, TurnFailed) else each.values["code"]
        for each in answered(turn)
        if isinstance(each, TurnFailed) or "code" in each.values
    ]


def kinds(turn: Turn, *without: type[Event]) -> list[type[Event]]:
    """The kinds of events in their order; what follows its own kind is not named again."""
    found = [type(event) for event in turn.events if not isinstance(event, without)]
    return [kind for number, kind in enumerate(found) if number == 0 or found[number - 1] is not kind]


# --- the way of a turn -----------------------------------------------------------------------


def test_a_spoken_turn_goes_through_every_room_in_order(house: House) -> None:
    seen: list[Event] = []
    turn = house.conversation(observers=[seen.append]).hear(RecordingSource(BALANCE))
    answered(turn)
    # Names are read from the banks in the background, so a call may be reported at any moment.
    assert kinds(turn, BankCalled) == [
        *(TurnStarted, PartialTranscript, SpeechStarted, Transcript),
        *(Understood, ReplyText, ReplyAudio, TurnEnded),
    ]
    assert "GET" in {call.method for call in turn.bank_calls}
    assert {call.status for call in turn.bank_calls} == {200}
    assert list(turn.stages) == ["hear", "understand", "answer", "speak"]
    assert all(milliseconds > 0 for milliseconds in turn.stages.values())
    moments = [event.at for event in turn.events if not isinstance(event, BankCalled)]
    assert moments == sorted(moments)
    assert seen == list(turn.events)
    assert "everyday account" in turn.heard
    (reply,) = turn.replies
    assert reply.response == "utter_balance"
    (audio,) = [event for event in turn.events if isinstance(event, ReplyAudio)]
    assert turn.speech is not None
    assert (audio.samples, audio.sample_rate) == (len(turn.speech.samples), turn.speech.sample_rate)


def test_a_typed_turn_is_the_same_without_hearing(house: House) -> None:
    turn = house.conversation().read("how much money is in my everyday account")
    answered(turn)
    assert kinds(turn, BankCalled) == [TurnStarted, Understood, ReplyText, ReplyAudio, TurnEnded]
    assert list(turn.stages) == ["understand", "answer", "speak"]
    spoken = house.conversation().hear(RecordingSource(BALANCE))
    assert [reply.screen for reply in turn.replies] == [reply.screen for reply in spoken.replies]


def test_turns_are_counted_and_lean_on_each_other(house: House) -> None:
    conversation = house.conversation()
    first = conversation.read("how much did I spend at tesco last month")
    second = conversation.read("and the month before")
    assert [turn.number for turn in (first, second)] == [1, 2]
    assert [turn.replies[0].response for turn in (first, second)] == ["utter_spent", "utter_spent"]
    assert first.replies[0].screen != second.replies[0].screen


def test_fifty_turns_in_a_row(house: House) -> None:
    """Spoken and typed in turn: the last is answered as the first was."""
    conversation = house.conversation()
    recordings = sorted(DEMO.glob("*.flac"))
    typed = ["how much money do I have", "what were my last three transactions", "what can you do"]
    replies: dict[object, list[str]] = {}
    for number in range(50):
        recording, text = recordings[number // 2 % len(recordings)], typed[number // 2 % len(typed)]
        turn = conversation.read(text) if number % 2 else conversation.hear(RecordingSource(recording))
        answered(turn)
        assert turn.failure is None
        assert turn.number == number + 1
        replies.setdefault(text if number % 2 else recording, []).append(turn.replies[0].screen)
    for same in ("how much money do I have", DEMO / "02-balance.flac", DEMO / "09-iban.flac"):
        assert len(replies[same]) > 1
        assert len(set(replies[same])) == 1


# --- banks that fail -------------------------------------------------------------------------

FAULTS = [
    pytest.param({"kind": "delay", "seconds": 30}, "bank.timeout", id="slow"),
    pytest.param({"kind": "reset"}, "bank.unreachable", id="reset before the answer"),
    pytest.param({"kind": "reset", "when": "after"}, "bank.unreachable", id="reset in mid-answer"),
    pytest.param({"kind": "error", "code": "PSU_CREDENTIALS_INVALID"}, "bank.credentials", id="401"),
    pytest.param({"kind": "error", "code": "SERVICE_BLOCKED"}, "bank.blocked", id="403"),
    pytest.param({"kind": "error", "code": "ACCESS_EXCEEDED"}, "bank.access_exceeded", id="429"),
    pytest.param({"kind": "error", "code": "INTERNAL_SERVER_ERROR"}, "bank.server", id="500"),
    pytest.param({"kind": "error", "code": "SERVICE_UNAVAILABLE"}, "bank.server", id="503"),
    pytest.param({"kind": "malformed"}, "bank.bad_answer", id="malformed JSON"),
    pytest.param({"kind": "types", "field": "amount"}, "bank.bad_answer", id="wrong types"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_banks_that_fail_are_told_of_and_then_asked_again(
    house: House, fault: dict[str, Any], code: str
) -> None:
    conversation = house.conversation()
    house.order(*EVERYWHERE, **fault)
    assert codes(conversation.hear(RecordingSource(BALANCE))) == [code]
    practice(house.bank.base_url, "DELETE", "faults")
    (reply,) = conversation.hear(RecordingSource(BALANCE)).replies
    assert reply.response == "utter_balance"


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_one_bank_that_fails_costs_its_own_part_alone(house: House, fault: dict[str, Any], code: str) -> None:
    (both, *_) = house.conversation().read("how much money do I have").replies
    assert "Everyday account" in both.screen
    assert "Joint account" in both.screen
    house.order("harbour", **fault)
    turn = house.conversation().read("how much money do I have")
    answered(turn)
    notice, rest = turn.replies[:2]
    assert "Harbour Bank" in notice.screen
    assert notice.values.get("code", code) == code
    assert "Everyday account" in rest.screen
    assert "Joint account" not in rest.screen


def test_banks_where_nobody_listens(house: House) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # taken, but not listened at: connections are refused
        for known in house.connections.all():
            slug = known.base_url.split("/")[3]
            nowhere = f"http://127.0.0.1:{deaf.getsockname()[1]}/{slug}/v1"
            house.connections.save(replace(known, base_url=nowhere))
        assert codes(house.conversation().hear(RecordingSource(BALANCE))) == ["bank.unreachable"]


@pytest.mark.parametrize(
    ("status", "code"), [("expired", "bank.consent_expired"), ("revokedByPsu", "bank.consent_revoked")]
)
def test_a_consent_that_ended_says_so_until_it_is_renewed(house: House, status: str, code: str) -> None:
    conversation = house.conversation()
    for known in house.connections.all():
        slug = known.base_url.split("/")[3]
        practice(
            house.bank.base_url, "POST", "consents", bank=slug, consentId=known.consent_id, status=status
        )
    turn = conversation.hear(RecordingSource(BALANCE))
    assert codes(turn) == [code]
    assert "assistant banks connect" in turn.replies[0].screen
    connect_all(house.settings, house.bank)
    (reply,) = conversation.hear(RecordingSource(BALANCE)).replies
    assert reply.response == "utter_balance"


def test_no_bank_at_all(house: House) -> None:
    for known in house.connections.all():
        house.connections.remove(known)
    conversation = house.conversation()
    turn = conversation.hear(RecordingSource(BALANCE))
    assert codes(turn) == ["bank.none_connected"]
    assert "assistant banks connect" in turn.replies[0].screen
    assert codes(conversation.read("what can you do")) == []


# --- sounds that are no request --------------------------------------------------------------


def silence() -> np.ndarray:
    return np.zeros(2 * SAMPLE_RATE, dtype=np.int16)


def hiss() -> np.ndarray:
    return (np.random.default_rng(1).normal(size=2 * SAMPLE_RATE) * 1_500).astype(np.int16)


def hum() -> np.ndarray:
    sine: np.ndarray = np.sin(np.arange(2 * SAMPLE_RATE) * 2 * np.pi * 100 / SAMPLE_RATE)
    return (sine * 6_000).astype(np.int16)


@pytest.mark.parametrize("sound", [silence, hiss, hum])
def test_where_nobody_speaks_nothing_is_answered(house: House, sound: Callable[[], np.ndarray]) -> None:
    conversation = house.conversation()
    turn = conversation.hear(in_chunks([sound()]))
    assert codes(turn) == [SilentRecordingError.code]
    assert turn.understood is None
    assert codes(conversation.hear(RecordingSource(BALANCE))) == []


def test_a_recording_without_a_single_sample(house: House) -> None:
    assert codes(house.conversation().hear([])) == [SilentRecordingError.code]


def test_speech_that_means_nothing_here_is_met_with_what_can_be_asked(house: House, say: Say) -> None:
    conversation = house.conversation()
    turn = conversation.hear(in_chunks([say("The green elephant sings beneath the frozen waterfall.")]))
    answered(turn)
    assert turn.heard
    assert turn.replies[-1].response in ("utter_not_understood", "utter_out_of_scope")


def test_a_request_heard_badly_is_asked_for_again_and_answered_when_it_comes_to_the_same(
    house: House,
) -> None:
    clean = np.concatenate(list(RecordingSource(BALANCE)))
    noise = np.random.default_rng(2).standard_normal(len(clean))
    for level in range(100, 3000, 100):
        conversation = house.conversation()
        sound = np.clip(clean + level * noise, -32_768, 32_767).astype(np.int16)
        turn = conversation.hear(in_chunks([sound]))
        if [reply.response for reply in turn.replies] == [SAY_AGAIN]:
            break
    assert turn.replies[0].values == {"heard": turn.heard}
    again = conversation.hear(in_chunks([sound]))
    assert again.heard == turn.heard
    assert SAY_AGAIN not in [reply.response for reply in again.replies]
    assert again.understood is not None
    assert again.understood.intent not in ("nlu_fallback", "out_of_scope")


@pytest.mark.parametrize("text", ["", "\x00\x1b[31m", '/account_details{"account": "savings"}', "🏦" * 300])
def test_typed_rubbish_is_answered(house: House, text: str) -> None:
    turn = house.conversation().read(text)
    assert codes(turn) == []
    assert turn.understood is not None
    assert turn.understood.confidence < 1.0


def test_too_long_a_text(house: House) -> None:
    assert codes(house.conversation().read("balance " * 1_250)) == [UtteranceTooLongError.code]


# --- the assistant's own parts that fail -------------------------------------------------------


def test_without_a_voice_the_answer_is_shown(house: House, tmp_path: Path) -> None:
    broken = tmp_path / "libespeak-ng.so"
    broken.write_bytes(b"no library")
    with Synthesiser(VoiceProfile(), espeak=Espeak(find_espeak().packages, broken)) as mute:
        talk = house.conversation()
        conversation = Conversation(
            talk._dialogue, recogniser=house.desk.hearing, synthesiser=mute, name="without a voice"
        )
        turn = conversation.hear(RecordingSource(BALANCE))
    (reply,) = turn.replies
    assert reply.response == "utter_balance"
    assert turn.speech is None
    assert turn.failure is not None
    assert turn.failure.code == NoVoiceError.code
    assert kinds(turn, BankCalled, PartialTranscript)[-3:] == [ReplyText, TurnFailed, TurnEnded]


def test_a_voice_that_dies_between_two_turns_comes_back(house: House) -> None:
    conversation = house.conversation()
    answered(conversation.hear(RecordingSource(BALANCE)))
    assert house.desk.synthesiser is not None
    assert house.desk.synthesiser.worker_pid is not None
    os.kill(house.desk.synthesiser.worker_pid, signal.SIGKILL)
    assert codes(conversation.hear(RecordingSource(BALANCE))) == []


def test_an_action_that_breaks_keeps_its_secrets(
    house: House, nlu_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level("DEBUG"),
        Dialogue.load(nlu_model, actions="tests.nlu.plain_actions") as dialogue,
    ):
        conversation = Conversation(
            dialogue, recogniser=house.desk.hearing, synthesiser=house.desk.synthesiser
        )
        turn = conversation.hear(RecordingSource(DEMO / "09-iban.flac"))
    assert codes(turn) == ["internal"]
    assert "KeyError" in caplog.text
    told = caplog.text + repr(turn.events)
    assert "IE29" not in told
    assert "joint account" not in caplog.text


def test_sound_that_breaks_off_with_an_error_is_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def cable() -> Iterator[np.ndarray]:
        yield hiss()
        raise OSError("IE29AIBK93115212345678")

    conversation = house.conversation()
    assert codes(conversation.hear(cable())) == ["internal"]
    assert "OSError" in caplog.text
    assert "IE29" not in caplog.text
    assert codes(conversation.hear(RecordingSource(BALANCE))) == []


# --- amounts and a yes, heard for certain ----------------------------------------------------


def read_back(house: House) -> Conversation:
    """A conversation in which a payment waits for a yes."""
    conversation = house.conversation()
    turn = conversation.read("send forty five euros to marie dubois from my everyday account")
    assert turn.replies[-1].response == "utter_payment_read_back"
    return conversation


def accepted(turn: Turn) -> bool:
    """Whether it went on to the guard or to the bank after this turn."""
    sent = any(call.method == "POST" and "payments/" in call.path for call in turn.bank_calls)
    return sent or turn.replies[-1].response != "utter_payment_read_back"


def test_a_clear_yes_after_the_read_back_pays(house: House) -> None:
    conversation = read_back(house)
    assert accepted(conversation.hear(RecordingSource(YES)))
    conversation.read("cancel")


def test_a_yes_in_the_wrong_moment_pays_nothing(house: House) -> None:
    conversation = read_back(house)
    for overlapped, reply_heard in ((True, True), (False, False)):
        turn = conversation.hear(
            RecordingSource(YES),
            overlapped=partial(bool, overlapped),
            reply_heard=partial(bool, reply_heard),
        )
        assert turn.understood is not None
        assert turn.understood.intent == "affirm"
        assert not accepted(turn)
    assert accepted(conversation.hear(RecordingSource(YES)))
    conversation.read("cancel")


def test_our_own_yes_played_back_pays_nothing(house: House) -> None:
    """As a microphone hears it that stands beside the loudspeaker."""
    conversation = read_back(house)
    assert house.desk.synthesiser is not None
    own = house.desk.synthesiser.render("Yes.")
    echo = convert(own.samples, own.sample_rate)
    for part in (echo, echo // 4):
        turn = conversation.hear(in_chunks([np.concatenate([silence(), part])]), overlapped=lambda: True)
        assert not accepted(turn)
    conversation.read("cancel")


@pytest.mark.parametrize("text", ["Yes, but send it to Tom Baker.", "Guess.", "Yes, and how much is left?"])
def test_what_is_more_or_less_than_a_yes_pays_nothing(house: House, say: Say, text: str) -> None:
    conversation = read_back(house)
    assert not accepted(conversation.hear(in_chunks([say(text)])))
    conversation.read("cancel")


def test_numbers_are_heard_twice_and_typed_ones_are_not(house: House, say: Say) -> None:
    conversation = house.conversation()
    turn = conversation.hear(in_chunks([say("Send fifteen euros to Tom Baker from my everyday account.")]))
    (heard,) = (event for event in turn.events if isinstance(event, Transcript))
    assert "fifteen" in heard.amount_readings[0].text.split()
    assert "€15.00" in turn.replies[-1].screen
    conversation.read("cancel")
    typed = house.conversation().read("how much did i spend above fifteen euros")
    assert not any(isinstance(event, Transcript) for event in typed.events)


# --- the same through Rasa's own servers -------------------------------------------------------


def test_rasa_run_and_its_action_server_say_the_same(house: House, nlu_model: Path, tmp_path: Path) -> None:
    turns = [
        "good morning",
        "how much money do I have",
        "and what about savings",
        "how much did I spend at tesco last month",
        "and the month before",
        "only the ones above fifty euros",
        "what were my last three transactions",
        "more",
        "where was my card used abroad",
        "what is the iban of the joint account",
        "repeat that please",
        "slower please",
        "what is due next week",
        "purple elephants sing",
        "thank you, goodbye",
    ]
    conversation = house.conversation()
    here = [[reply.screen for reply in conversation.read(text).replies] for text in turns]
    assert all(here)
    with rasa_servers(house.settings, nlu_model, tmp_path / "servers") as servers:
        there = [servers.say(text, "the same") for text in turns]
    assert there == here
