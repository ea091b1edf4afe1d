"""What was said in each conversation, in memory alone and bounded."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.nlu.answer import LastReply

_TURNS = 4
"""More than any rule or story looks back at."""

MOST_CONVERSATIONS = 256
"""Beyond this the conversation that has been silent longest is forgotten."""


class Bounded(TrackerStore):
    """A tracker store of the newest turns of each conversation.

    Rasa's own stores keep, and in every turn replay, every event of a conversation; here the oldest turns
    give way to the values of the slots they left and the form that is open, so a turn costs the same on any
    day.
    """

    @abstractmethod
    async def last_reply(self, sender_id: str) -> LastReply:
        """What was said last, and what the question in it asks for (`metadata: {expects: …}` of its response
        template)."""

    @abstractmethod
    async def delete(self, sender_id: str) -> None:
        """Forget a conversation."""

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        return await self.retrieve(conversation_id)

    def close(self) -> None:
        """Give up what is open."""

    def _bounded(self, tracker: DialogueStateTracker) -> list[Event]:
        events = list(tracker.events)
        turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
        if len(turns) <= 2 * _TURNS:
            return events
        cut = turns[-_TURNS]
        then = self._replay(tracker.sender_id, events[:cut])
        slots: dict[str, Any] = then.current_slot_values()
        kept: list[Event] = [SlotSet(name, value) for name, value in slots.items() if value is not None]
        form = then.active_loop
        if form is not None:
            kept += [ActiveLoop(form.name), LoopInterrupted(form.is_interrupted)]
            kept += [ActionExecutionRejected(form.name)] if form.rejected else []
        # The listening that came before the first turn kept is what that turn answered to.
        return [*kept, *events[cut - 1 :]]

    def _replay(self, sender_id: str, events: Iterable[Event]) -> DialogueStateTracker:
        return DialogueStateTracker.from_events(
            sender_id, list(events), self.domain.slots, domain=self.domain
        )


class Memory(Bounded):
    """In this process. Keeps events, not trackers: a turn that fails half-way leaves nothing behind."""

    def __init__(self, domain: Domain | None = None) -> None:
        super().__init__(domain)
        self._events: dict[str, list[Event]] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        self._events.pop(tracker.sender_id, None)
        self._events[tracker.sender_id] = self._bounded(tracker)
        while len(self._events) > MOST_CONVERSATIONS:
            del self._events[next(iter(self._events))]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        events = self._events.get(sender_id)
        return None if events is None else self._replay(sender_id, events)

    async def last_reply(self, sender_id: str) -> LastReply:
        return last_reply_of(reversed(self._events.get(sender_id, ())))

    async def keys(self) -> Iterable[str]:
        return list(self._events)

    async def delete(self, sender_id: str) -> None:
        self._events.pop(sender_id, None)


def last_reply_of(latest_first: Iterable[Event]) -> LastReply:
    """From the events of a conversation, the latest first; no more of them are looked at than needed."""
    expects, said = "", []
    for event in latest_first:
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said.append(str(event.metadata.get("speech") or ""))
            expects = expects or str((event.metadata.get("metadata") or {}).get("expects") or "")
    return LastReply(expects, " ".join(reversed(said)))
