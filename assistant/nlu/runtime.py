"""Rasa's agent behind one small class: a text goes in, an answer comes out.

Importing this module imports Rasa; whoever only describes a conversation imports `answer` instead.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from assistant.nlu import quiet
from assistant.nlu.foreseen import Foreseen

quiet.hush()

from rasa.core.channels.channel import UserMessage  # noqa: E402 - Rasa is quiet first
from rasa.core.processor import MessageProcessor  # noqa: E402

from assistant.errors import AssistantError, NoLanguageModelError, StoreError  # noqa: E402
from assistant.nlu import apart  # noqa: E402
from assistant.nlu.answer import Answer, LastReply, Reply  # noqa: E402
from assistant.nlu.in_process import (  # noqa: E402
    ERROR_RESPONSE,
    Collected,
    InProcessActions,
    InProcessAgent,
)
from assistant.nlu.memory import Bounded  # noqa: E402
from assistant.nlu.nlg import ScreenAndSpeech  # noqa: E402
from assistant.nlu.stores import open_stores  # noqa: E402
from assistant.nlu.utterance import SHORTCUT, clean, is_shortcut  # noqa: E402
from assistant.settings import MEMORY  # noqa: E402

_log = logging.getLogger(__name__)

ACTIONS = "assistant.actions"
"""Loaded by its name: this room lies below the actions."""

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
CODE_GIVEN = "change_payment"
"""The intent of an answer to a question about a payment."""

CLEAR = 0.8
"""Confidence from which a reading of doubtful audio is taken for what was meant."""

Refusal = Callable[[str], AssistantError | None]
"""Asked with the intent: what is said in the place of an answer, None where it may be given."""

_T = TypeVar("_T")


def _everything_may_be_asked(_intent: str) -> None:
    """For the customer's own desk."""


class Dialogue:
    """A trained model with its actions, in a loop and a thread of its own.

    `handle` may be called from any thread; turns of one conversation are taken one after another,
    and conversations know nothing of each other.
    """

    def __init__(self, agent: InProcessAgent, memory: Bounded, actions: InProcessActions) -> None:
        self._agent = agent
        self._memory = memory
        self._actions = actions
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dialogue", daemon=True)
        self._thread.start()
        self._busy = 0
        """Turns that are going on; touched in the loop's thread alone."""
        self._next: MessageProcessor | None = None
        """A model that waits for the end of the turns that are going on."""
        self._foreseen = Foreseen()

    @classmethod
    def load(cls, model: Path, *, actions: str = ACTIONS, store: str = MEMORY, key: bytes = b"") -> Dialogue:
        """`store`: see `Settings.store`; `key`, for Fernet, seals what is kept there.

        Raises NoLanguageModelError when there is no usable model at `model`, StoreError when the store cannot
        be used.
        """
        if not model.is_file():
            raise NoLanguageModelError(f"no model {model.name}")
        endpoint = InProcessActions(actions)
        try:
            memory, locks = open_stores(store, key)
        except StoreError:
            endpoint.close()
            raise
        try:
            agent = InProcessAgent(
                generator=ScreenAndSpeech(),
                tracker_store=memory,
                lock_store=locks,
                action_endpoint=endpoint,
            )
            agent.load_model(model)
        except Exception as error:
            endpoint.close()
            memory.close()
            raise NoLanguageModelError(
                f"{model.name}: {type(error).__name__}",
                remedy="Run `assistant train`: it builds the model again.",
            ) from error
        return cls(agent, memory, endpoint)

    def handle(
        self,
        text: str,
        *,
        conversation: str,
        metadata: Mapping[str, object] | None = None,
        refusal: Refusal = _everything_may_be_asked,
    ) -> Answer:
        """Understand and answer one utterance; what is refused reaches no action, and is not remembered.

        Raises UtteranceTooLongError. Whatever else happens ends in an answer with a sentence to say.
        """
        known = {**(metadata or {}), **({SHORTCUT: True} if is_shortcut(text) else {})}
        return self._wait(self._handle(clean(text), conversation, known, refusal=refusal))

    def begin(self, intent: str, *, conversation: str) -> Answer:
        """Have said what nobody asked for: the answer to an intent, without an utterance."""
        return self._wait(self._handle("", conversation, {}, intent))

    def last_reply(self, conversation: str) -> LastReply:
        """What the conversation heard last, whichever server said it. Raises StoreError."""
        return self._wait(self._memory.last_reply(conversation))

    def understands(self, text: str, *, secret: bool = False) -> bool:
        """Whether this clearly is something that the assistant does; nothing is answered.

        What was made of it is kept for a while, for `handle` to take, unless it may be `secret`.
        """
        return self._wait(self._understands(clean(text), secret))

    async def _understands(self, text: str, secret: bool) -> bool:
        parsed = self._foreseen.look(text) or await self._parse(UserMessage(text, Collected()))
        if not secret:
            self._foreseen.put(text, parsed)
        intent, confidence = _best(parsed)
        return intent not in (FALLBACK, OUT_OF_SCOPE) and confidence >= CLEAR

    def replace(self, model: Path) -> None:
        """Go on with another model from the next turn; conversations keep what was said.

        Takes seconds and may be called from any thread, while turns go on. Raises NoLanguageModelError when
        the model is not usable; then nothing changes.
        """
        try:
            processor = self._agent.prepare(model)
        except Exception as error:
            raise NoLanguageModelError(f"{model.name}: {type(error).__name__}") from error
        self._wait(self._replace(processor))

    async def _replace(self, processor: MessageProcessor) -> None:
        self._next = processor
        self._adopt_next()

    def _adopt_next(self) -> None:
        if self._next is not None and not self._busy:
            self._agent.adopt(self._next)
            self._next = None
            self._foreseen.clear()

    def forget(self, conversation: str) -> None:
        """Drop everything that was said in a conversation."""
        self._wait(self._forget(conversation))

    async def _forget(self, conversation: str) -> None:
        self._foreseen.clear()  # nobody knows in which conversation it was said
        await self._memory.delete(conversation)

    def close(self) -> None:
        """Stop the loop and its thread; the dialogue cannot be used afterwards."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._actions.close()
        self._memory.close()

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one turn ------------------------------------------------------------------------------

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _understood(self, text: str, conversation: str, message: UserMessage) -> dict[str, Any]:
        """What Rasa is to know. A code is laid down elsewhere, and Rasa sees that there was one."""
        apart.take(conversation)
        expected = (await self._memory.last_reply(conversation)).expects
        code = apart.code_in(text, expected) if expected in apart.SHORTEST else None
        known = message.metadata or {}
        if code is None:
            return self._foreseen.take(text, known) or await self._parse(message)
        apart.put(conversation, code)
        # How certain it was tells nothing of it; the words would.
        message.metadata = {"certainty": known["certainty"]} if "certainty" in known else {}
        message.text = apart.HIDDEN
        return _as_intent(CODE_GIVEN, apart.HIDDEN)

    async def _parse(self, message: UserMessage) -> dict[str, Any]:
        if not message.text:  # Rasa's classifier fails on it
            return {"text": "", "intent": {"name": FALLBACK, "confidence": 0.0}, "entities": []}
        parsed: dict[str, Any] = await self._agent.processor.parse_message(message)
        return parsed

    async def _handle(
        self,
        text: str,
        conversation: str,
        metadata: dict[str, object],
        intent_begun: str = "",
        refusal: Refusal = _everything_may_be_asked,
    ) -> Answer:
        started = time.perf_counter()
        try:
            async with self._agent.lock_store.lock(conversation):
                self._busy += 1
                try:
                    return await self._answer(text, conversation, metadata, intent_begun, refusal)
                finally:
                    self._busy -= 1
                    self._adopt_next()
        except StoreError as error:
            return _failed(error, FALLBACK, 0.0, (), started, time.perf_counter())

    async def _answer(
        self,
        text: str,
        conversation: str,
        metadata: dict[str, object],
        intent_begun: str,
        refusal: Refusal,
    ) -> Answer:
        started = time.perf_counter()
        message = UserMessage(text, Collected(), conversation, metadata=metadata)
        try:
            message.parse_data = (
                _as_intent(intent_begun, "")
                if intent_begun
                else await self._understood(text, conversation, message)
            )
        except Exception as error:  # noqa: BLE001 - no turn ends in silence
            return _failed(error, FALLBACK, 0.0, (), started, time.perf_counter())
        understood = time.perf_counter()
        intent, confidence = _best(message.parse_data)
        entities = tuple((each["entity"], each["value"]) for each in message.parse_data["entities"])
        refused = refusal(intent)
        if refused is not None:
            return _failed(refused, intent, confidence, entities, started, understood)
        try:
            # Not the agent's own: that would wait for the lock which this turn has.
            messages = await self._agent.processor.handle_message(message)
        except Exception as error:  # noqa: BLE001 - no turn ends in silence
            return _failed(error, intent, confidence, entities, started, understood)
        replies = tuple(_reply(each) for each in messages or ())
        if not replies:
            silence = AssistantError("no reply")
            return _failed(silence, intent, confidence, entities, started, understood)
        return Answer(
            intent=intent,
            confidence=confidence,
            entities=entities,
            replies=replies,
            speech_rate=_speech_rate(replies),
            understanding_ms=(understood - started) * 1000,
            acting_ms=(time.perf_counter() - understood) * 1000,
        )


def _as_intent(name: str, text: str) -> dict[str, Any]:
    """What Rasa would have made of a text that it is not to see, or that nobody said."""
    intent = {"name": name, "confidence": 1.0}
    return {"text": text, "intent": intent, "intent_ranking": [intent], "entities": []}


def _best(parsed: Mapping[str, Any]) -> tuple[str, float]:
    """The intent that was taken, and how likely the likeliest one was.

    A fallback reports a confidence of its own, which says nothing about the text.
    """
    intent = parsed["intent"].get("name") or FALLBACK
    ranking = [each for each in parsed.get("intent_ranking", ()) if each["name"] != FALLBACK]
    best = ranking[0] if ranking else parsed["intent"]
    return str(intent), float(best["confidence"] if intent == FALLBACK else parsed["intent"]["confidence"])


def _reply(message: Mapping[str, Any]) -> Reply:
    screen = str(message.get("text") or "")
    return Reply(
        screen=screen,
        speech=str(message.get("speech", screen)),
        response=str(message.get("utter_action") or ""),
        values=dict(message.get("values") or {}),
        expects=str((message.get("metadata") or {}).get("expects") or ""),
    )


def _speech_rate(replies: tuple[Reply, ...]) -> float:
    """Actions hand the slot along with each reply once it was changed."""
    rate = replies[-1].values.get("speech_rate")
    return float(rate) if isinstance(rate, str) else 1.0


def _failed(
    error: Exception,
    intent: str,
    confidence: float,
    entities: tuple[tuple[str, object], ...],
    started: float,
    understood: float,
) -> Answer:
    # The type alone: a message could quote the customer.
    _log.warning("A turn ended with %s", type(error).__name__)
    failure = error if isinstance(error, AssistantError) else AssistantError(type(error).__name__)
    values = {"say": failure.say, "remedy": failure.remedy, "code": failure.code}
    return Answer(
        intent=intent,
        confidence=confidence,
        entities=entities,
        replies=(Reply(f"{failure.say}\n{failure.remedy}", failure.say, ERROR_RESPONSE, values),),
        understanding_ms=(understood - started) * 1000,
        acting_ms=(time.perf_counter() - understood) * 1000,
    )
