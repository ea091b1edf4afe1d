"""What a conversation needs of what is loaded; named here, so that Vosk and Rasa are not imported for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from assistant.asr.adaptation_questions import Question
from assistant.asr.recogniser import Recogniser
from assistant.errors import AssistantError
from assistant.nlu.answer import Answer, LastReply


class Dialogue(Protocol):
    """`assistant.nlu.runtime.Dialogue`."""

    def handle(
        self,
        text: str,
        *,
        conversation: str,
        metadata: Mapping[str, object] | None = None,
        refusal: Callable[[str], AssistantError | None] = ...,
    ) -> Answer: ...

    def begin(self, intent: str, *, conversation: str) -> Answer: ...

    def last_reply(self, conversation: str) -> LastReply: ...

    def understands(self, text: str, *, secret: bool = False) -> bool: ...

    def forget(self, conversation: str) -> None: ...


class Ears(Protocol):
    """`assistant.asr.hearing.Hearing`, or a `Recogniser` by itself."""

    def expecting(self, question: Question | None) -> Callable[[], Recogniser]: ...
