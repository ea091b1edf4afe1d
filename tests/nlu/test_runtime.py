import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.errors import NoLanguageModelError, UtteranceTooLongError
from assistant.nlu.answer import Answer
from assistant.nlu.in_process import InProcessActions
from assistant.nlu.memory import Memory
from assistant.nlu.runtime import Dialogue


def test_an_answer_holds_what_was_understood_and_every_reply(dialogue: Dialogue) -> None:
    answer = dialogue.handle("what is my balance", conversation="one answer")
    assert answer.intent == "check_balance"
    assert answer.confidence > 0.6
    balance, offer = answer.replies
    assert balance.screen == balance.speech == "You have €12.50 available in your savings."
    assert balance.response == "utter_balance"
    assert balance.values == {"amount": "€12.50", "account": "savings", "kind": "available"}
    assert offer.screen == 'Asked 1 times. Say "more" to go on.'
    assert offer.speech == "Asked 1 times. Say more to go on."
    assert answer.understanding_ms > 0
    assert answer.acting_ms > 0


def test_entities_come_in_the_order_of_the_utterance(dialogue: Dialogue) -> None:
    answer = dialogue.handle(
        "how much did i spend at tesco since the third of march", conversation="entities"
    )
    assert answer.intent == "spending"
    (merchant, name), (period, value) = answer.entities
    assert (merchant, name, period) == ("merchant", "tesco", "period")
    assert isinstance(value, dict)
    assert (value["start"][5:], value["grain"]) == ("03-03", "range")


def test_what_was_understood_before_is_not_parsed_again_but_on_another_day(
    dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    processor = dialogue._agent.processor
    parse = processor.parse_message

    async def counted(message: UserMessage, *arguments: Any) -> dict[str, Any]:
        parsed.append(str(message.text))
        found: dict[str, Any] = await parse(message, *arguments)
        return found

    monkeypatch.setattr(processor, "parse_message", counted)
    text = "how much did i spend at tesco since the third of march"

    def asked() -> Answer:
        return dialogue.handle(text, conversation="foreseen")

    monkeypatch.setenv("ASSISTANT_TODAY", "2025-09-14")
    afresh = asked()
    assert dialogue.understands(text)
    assert dialogue.understands(f" {text} ")
    assert parsed == [text, text]
    foreseen = asked()
    assert (foreseen.intent, foreseen.confidence, foreseen.entities) == (
        afresh.intent,
        afresh.confidence,
        afresh.entities,
    )
    assert parsed == [text, text]
    asked()
    assert parsed == [text] * 3  # it is taken once
    assert dialogue.understands(text)
    monkeypatch.setenv("ASSISTANT_TODAY", "2026-09-14")
    later = asked()
    assert parsed == [text] * 5
    assert later.entities != afresh.entities
    assert dialogue.understands(text, secret=True)
    asked()
    assert parsed == [text] * 7
    assert dialogue.understands(text)
    dialogue.forget("another")
    asked()
    assert parsed == [text] * 9


def test_slots_last_from_turn_to_turn(dialogue: Dialogue) -> None:
    for number in range(1, 4):
        answer = dialogue.handle("what is my balance", conversation="memory")
        assert answer.replies[1].values == {"left": f"Asked {number} times."}


def test_the_speed_that_was_asked_for_comes_with_the_answer(dialogue: Dialogue) -> None:
    assert dialogue.handle("and last month", conversation="speed").speech_rate == 1.0
    dialogue.handle("what is my balance", conversation="speed")
    assert dialogue.handle("and last month", conversation="speed").speech_rate == 0.85


def test_memory_is_bounded_and_nothing_is_lost(dialogue: Dialogue) -> None:
    for _ in range(30):
        answer = dialogue.handle("what is my balance", conversation="long")
    assert answer.replies[1].values == {"left": "Asked 30 times."}
    tracker = asyncio.run(dialogue._memory.retrieve("long"))
    assert tracker is not None
    assert sum(isinstance(event, UserUttered) for event in tracker.events) <= 8
    assert tracker.get_slot("rest") == 30


def test_the_conversation_that_was_silent_longest_is_forgotten() -> None:
    memory = Memory()

    async def talk() -> list[str]:
        for number in range(300):
            await memory.save(await memory.get_or_create_tracker(f"conversation {number}"))
        return list(await memory.keys())

    kept = asyncio.run(talk())
    assert len(kept) == 256
    assert kept[-1] == "conversation 299"
    assert "conversation 43" not in kept


def test_a_form_stays_open_however_long_the_conversation_is() -> None:
    memory = Memory(Domain.empty())
    turns = [event for _ in range(12) for event in (ActionExecuted("action_listen"), UserUttered("hm"))]

    async def talk() -> DialogueStateTracker | None:
        tracker = await memory.get_or_create_tracker("long")
        for event in (*turns[:2], ActiveLoop("payment_form"), *turns[2:]):
            tracker.update(event)
            await memory.save(tracker)
        return await memory.retrieve("long")

    tracker = asyncio.run(talk())
    assert tracker is not None
    assert tracker.active_loop_name == "payment_form"
    assert len(tracker.events) < len(turns)


def test_conversations_know_nothing_of_each_other(dialogue: Dialogue) -> None:
    dialogue.handle("what is my balance", conversation="hers")
    dialogue.handle("what is my balance", conversation="hers")
    assert dialogue.handle("what is my balance", conversation="his").replies[1].values == {
        "left": "Asked 1 times."
    }


def test_many_threads_at_once(dialogue: Dialogue) -> None:
    def talk(name: str) -> list[str]:
        answers = [dialogue.handle("what is my balance", conversation=name) for _ in range(3)]
        return [str(answer.replies[1].values["left"]) for answer in answers]

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(talk, [f"thread {number}" for number in range(6)]))
    assert results == [["Asked 1 times.", "Asked 2 times.", "Asked 3 times."]] * 6


def test_forgetting_a_conversation(dialogue: Dialogue) -> None:
    dialogue.handle("what is my balance", conversation="forgotten")
    dialogue.forget("forgotten")
    assert dialogue.handle("what is my balance", conversation="forgotten").replies[1].values == {
        "left": "Asked 1 times."
    }


# --- what goes wrong -------------------------------------------------------------------------


def code(answer: Answer) -> object:
    (reply,) = answer.replies
    assert reply.response == "utter_error"
    assert reply.speech
    assert str(reply.values["say"]) in reply.screen
    return reply.values["code"]


def test_an_action_that_fails_says_why(dialogue: Dialogue) -> None:
    answer = dialogue.handle("which accounts do i have", conversation="failing")
    assert code(answer) == "bank.none_connected"
    assert answer.replies[0].speech == "You have not connected a bank yet."
    assert str(answer.replies[0].values["remedy"]) in answer.replies[0].screen


def test_an_action_that_breaks_says_so_and_keeps_its_secrets(
    dialogue: Dialogue, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        answer = dialogue.handle("what is my iban", conversation="breaking")
    assert code(answer) == "internal"
    assert "KeyError" in caplog.text
    assert "IE29" not in caplog.text


def test_an_action_that_does_not_exist_is_not_met_with_silence(dialogue: Dialogue) -> None:
    assert code(dialogue.handle("goodbye", conversation="missing")) == "internal"


def test_an_action_that_says_nothing_is_not_met_with_silence(dialogue: Dialogue) -> None:
    answer = dialogue.handle("what can you do", conversation="silent")
    assert answer.intent == "help"
    assert code(answer) == "internal"


def test_a_failed_turn_leaves_the_conversation_in_order(dialogue: Dialogue) -> None:
    dialogue.handle("what is my balance", conversation="resumed")
    dialogue.handle("what is my iban", conversation="resumed")
    dialogue.handle("what can you do", conversation="resumed")
    answer = dialogue.handle("what is my balance", conversation="resumed")
    assert answer.replies[1].values == {"left": "Asked 2 times."}


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\x00\x01", "///"])
def test_nothing_at_all_is_answered(dialogue: Dialogue, text: str) -> None:
    answer = dialogue.handle(text, conversation="nothing")
    assert answer.intent == "nlu_fallback"
    assert [reply.response for reply in answer.replies] == ["utter_not_understood"]


@pytest.mark.parametrize(
    "text", ["?!?!?!", "12345678901234567890", "ё" * 900, "🏦" * 500, "a " * 400, "'" * 999]
)
def test_odd_texts_are_answered(dialogue: Dialogue, text: str) -> None:
    answer = dialogue.handle(text, conversation="odd")
    assert answer.confidence > 0
    assert answer.replies


def test_too_long_a_text_is_refused(dialogue: Dialogue) -> None:
    with pytest.raises(UtteranceTooLongError):
        dialogue.handle("balance " * 1250, conversation="too long")


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoLanguageModelError) as missing:
        Dialogue.load(tmp_path / "none.tar.gz", actions="tests.nlu.plain_actions")
    assert "assistant train" in missing.value.remedy


@pytest.mark.parametrize("share", [0.0, 0.5, 0.98])
def test_a_model_that_is_damaged(nlu_model: Path, tmp_path: Path, share: float) -> None:
    content = nlu_model.read_bytes()
    damaged = tmp_path / "model.tar.gz"
    damaged.write_bytes(content[: int(len(content) * share)] or b"no model")
    with pytest.raises(NoLanguageModelError):
        Dialogue.load(damaged, actions="tests.nlu.plain_actions")


def test_actions_that_cannot_be_imported_are_an_error_and_no_exit(nlu_model: Path) -> None:
    with pytest.raises(ImportError):
        Dialogue.load(nlu_model, actions="tests.nlu.no_such_module")


def test_closing_stops_its_threads(nlu_model: Path) -> None:
    before = set(threading.enumerate())
    dialogue = Dialogue.load(nlu_model, actions="tests.nlu.plain_actions")
    dialogue.handle("what is my balance", conversation="closing")
    dialogue.close()
    dialogue.close()
    assert not {thread.name for thread in set(threading.enumerate()) - before if thread.name == "dialogue"}


# --- the short form of intents ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '/account_details{"account": "savings"}',
        "/account_details",
        " \u200b/account_details",
        "／account_details",
        "⁄account_details",
        "\x00/account_details",
        "//account_details@1.0",
    ],
)
def test_an_injected_intent_is_read_as_words(dialogue: Dialogue, text: str) -> None:
    """Rasa takes its short form with a confidence of one; words never reach that."""
    plain = dialogue._wait(dialogue._agent.processor.parse_message(UserMessage("/account_details")))
    assert (plain["intent"]["name"], plain["intent"]["confidence"]) == ("account_details", 1.0)
    answer = dialogue.handle(text, conversation="injection")
    assert answer.confidence < 1.0


def test_an_injected_slot_is_not_set(dialogue: Dialogue) -> None:
    dialogue.handle('/refine{"rest": 41, "speech_rate": "9"}', conversation="slots")
    assert dialogue.handle("what is my balance", conversation="slots").replies[1].values == {
        "left": "Asked 1 times."
    }
    tracker = asyncio.run(dialogue._memory.retrieve("slots"))
    assert tracker is not None
    assert all(event.value not in (41, "9") for event in tracker.events if isinstance(event, SlotSet))


def test_an_action_nobody_knows_is_told_and_not_raised() -> None:
    actions = InProcessActions("tests.nlu.plain_actions")
    call = {"next_action": "action_unknown", "tracker": {"sender_id": "x", "slots": {}, "events": []}}
    answer = asyncio.run(actions.request(json=call))
    actions.close()
    (reply,) = answer["responses"]
    assert (reply["response"], reply["code"]) == ("utter_error", "internal")
