"""A few of the dialogues of `python -m bench.misheard`, to the end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from assistant.audio.frames import in_chunks
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from assistant.training.speech.voices import HELD_OUT
from bench import misheard_speech
from bench.misheard import run
from bench.misheard_commands import Command, commands
from tests.conftest import ROOT

VOICES = ("flite-rms", "espeak-rp-m3")
NUMBERS = {
    "I E two nine, A I B K, nine three one one, five two one two, three four five six, seven eight.":
        "IE29AIBK93115212345678",
    "D E eight nine, three seven oh four, oh oh four four, oh five three two, oh one three oh, double oh.":
        "DE89370400440532013000",
}  # fmt: skip


def test_the_voices_are_those_that_the_speech_model_never_learnt_from() -> None:
    of_debian = [(each.engine, each.voice) for each in HELD_OUT if each.engine != "kokoro"]
    assert sorted(misheard_speech.VOICES.values()) == sorted(of_debian)


def test_no_misheard_payment_reaches_the_bank(nlu_model: Path, tmp_path: Path) -> None:
    settings = practice_settings(Settings(data=ROOT, home=tmp_path / "home"))
    unclear = Command(
        number=100,
        voice="espeak-rp-m3",
        snr=None,
        text="Send two forty five euros to Tom Baker from my everyday account.",
        amount_words="two forty five euros",
        amount=Decimal(245),
        payee="Tom Baker",
        source="everyday account",
        clear_words="two hundred and forty five euros",
        ambiguous=True,
    )
    stubborn = replace(
        unclear,
        number=169,
        voice="flite-rms",
        text="I want to send thirteen euros to Marie Dubois.",
        amount_words="thirteen euros",
        amount=Decimal(13),
        payee="Marie Dubois",
        source="",
        clear_words="thirteen euros",
        ambiguous=False,
    )
    outcomes = list(run(settings, nlu_model, [*commands(6, VOICES), stubborn, unclear]))
    assert [each.wrong for each in outcomes] == [()] * 8
    assert outcomes[-2].completed, "digit by digit, if it is heard as fourteen each time"
    assert sum(each.dialogue.false_yes for each in outcomes) == 0
    assert sum(each.completed for each in outcomes) >= 5
    assert outcomes[-1].dialogue.asked_again >= 1


def test_commands_are_the_same_every_time_and_half_of_the_voices_were_not_tuned_on() -> None:
    assert commands(60) == commands(60)
    assert len({(each.voice, each.snr) for each in commands(252)}) == 6 * 5


def test_an_account_number_said_in_groups_is_read_back_right_or_asked_again(
    nlu_model: Path, tmp_path: Path
) -> None:
    settings = practice_settings(Settings(data=ROOT, home=tmp_path / "home"))
    read_back: list[tuple[str, str]] = []
    with practising(settings), Desk(settings, speaking=False).load(model=nlu_model) as desk:
        for voice in VOICES:
            for said, iban in NUMBERS.items():
                conversation = desk.conversation(name=f"{voice} {iban}")
                conversation.read("add a payee")
                conversation.read(f"Zoe Test{iban[0].lower()}")
                turn = conversation.hear(in_chunks([misheard_speech.say(voice, said)]))
                assert turn.replies
                found = (str(each.values.get("iban", "")).replace(" ", "") for each in turn.replies)
                read_back += [(each, iban) for each in found if len(each) == len(iban)]
    assert [each for each, iban in read_back if each != iban] == []
    assert len(read_back) >= 3
