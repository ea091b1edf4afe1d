"""The dialogues of `paying/`, spoken: synthetic voices that the speech model never learnt from, the
recogniser, and the practice bank's books.

Whoever is not understood, or misheard, types the same sentence; who is then still not answered as the script
says gives up. One-time codes that the script gives in digits are typed, the passcode is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from assistant.asr.graph_text import DIGITS
from assistant.audio.frames import in_chunks
from assistant.conversation import Conversation, Turn
from assistant.nlu.answer import Answer, Reply
from assistant.nlu.runtime import Dialogue
from assistant.nlu.values.today import TODAY as TODAY_VARIABLE
from assistant.settings import Settings
from assistant.startup import Desk
from bench import misheard_speech
from tests.actions.conftest import TODAY, Practice
from tests.actions.customer import Customer, prepared
from tests.actions.scripts import scripts, wrong
from tests.actions.till import booked_since, last_entry

DIALOGUES = scripts("paying")
VOICES = ("flite-rms", "espeak-en-us-f3", "espeak-rp-m3")


@dataclass
class Outcomes:
    booked_wrongly: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    sentences: int = 0
    typed: int = 0


@dataclass
class Speaker(Customer):
    """Says what can be said."""

    conversation: Conversation = field(kw_only=True)
    voice: str = field(kw_only=True)
    outcomes: Outcomes = field(kw_only=True)
    types: bool = False

    def take(self, step: Mapping[str, Any]) -> Answer | None:
        """Typed where that was not heard."""
        self.types = False
        answer = super().take(step)
        if answer is None or "say" not in step or step["replies"] == "any":
            return answer
        self.outcomes.sentences += 1
        if wrong(answer, step["replies"]):
            self.outcomes.typed += 1
            self.types = True
            return super().take(step)
        return answer

    def answered(self, text: str) -> Answer:
        if self.types or any(each.isdigit() or each == "-" for each in text):
            return answer_of(self.conversation.read(text))
        said = misheard_speech.say(self.voice, f"{text[0].upper()}{text[1:]}.")
        return answer_of(self.conversation.hear(in_chunks([said])))

    def digits(self, answer: Answer) -> str:
        return " ".join(DIGITS[int(digit)] for digit in super().digits(answer).split())


def answer_of(turn: Turn) -> Answer:
    understood = turn.understood
    assert understood is not None, turn.failure
    replies = tuple(Reply(each.screen, each.speech, each.response, each.values) for each in turn.replies)
    return Answer(understood.intent, understood.confidence, understood.entities, replies)


def test_spoken_payments_are_the_same_payments(
    till: Practice, wallet: Settings, dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TODAY_VARIABLE, TODAY.isoformat())
    voices = [each for each in VOICES if each in misheard_speech.there()]
    outcomes = Outcomes()
    with Desk(wallet, speaking=False, dialogue=dialogue, patient=True).load() as desk:
        for number, (name, script) in enumerate(DIALOGUES.items()):
            with prepared(script, wallet, till) as services:
                speaker = Speaker(
                    name,
                    dialogue,
                    till,
                    services,
                    conversation=desk.conversation(name=name),
                    voice=voices[number % len(voices)],
                    outcomes=outcomes,
                )
                speak(speaker, script)
            dialogue.forget(name)
    assert outcomes.booked_wrongly == []
    assert len(outcomes.given_up) <= len(DIALOGUES) // 10, outcomes
    assert outcomes.typed <= outcomes.sentences * 0.15, outcomes


def speak(speaker: Speaker, script: Mapping[str, Any]) -> None:
    before = last_entry(speaker.practice)
    for step in script["turns"]:
        answer = speaker.take(step)
        if answer is None or step["replies"] == "any":
            continue
        problems = wrong(answer, step["replies"])
        if problems:
            speaker.outcomes.given_up.append(f"{speaker.name}: {step}: {problems}")
            speaker.conversation.read("cancel")
            break
    wanted = iter(script["booked"])
    for entry in booked_since(speaker.practice, before):
        if not any(each.items() <= entry.items() for each in wanted):  # in this order, and none twice
            speaker.outcomes.booked_wrongly.append(f"{speaker.name}: {entry}")
