"""What was said in each conversation, sealed before it leaves the process."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import zlib
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.errors import StoreLostError
from assistant.nlu.answer import LastReply
from assistant.nlu.memory import MOST_CONVERSATIONS, Bounded, last_reply_of
from assistant.nlu.stores.shelf import KEPT, Aside, Kept

_log = logging.getLogger(__name__)


def name_of(conversation: str, key: bytes) -> str:
    """Tells whoever looks at the server neither a room nor a person."""
    return hmac.new(key, conversation.encode(), hashlib.sha256).hexdigest()


class SealedMemory(Bounded):
    """A tracker store for several servers: one text a conversation, compressed and sealed (Fernet).

    Whoever reads the server learns how many conversations there are, how long they are and when something was
    said. Nothing there can be changed or put in another's place unnoticed; what is not ours is forgotten.
    A tracker is written only over the version that it was read from.
    """

    def __init__(self, aside: Aside, key: bytes, domain: Domain | None = None) -> None:
        super().__init__(domain)
        self._aside = aside
        self._key = key
        self._fernet = Fernet(key)
        self._versions: dict[str, str] = {}
        """By conversation: what the tracker that is being changed was read from; empty for none."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Raises StoreLostError."""
        name, sender_id = name_of(tracker.sender_id, self._key), tracker.sender_id
        events = [event.as_dict() for event in self._bounded(tracker)]
        content = json.dumps({"conversation": sender_id, "events": events}).encode()
        kept = Kept(uuid4().hex, self._fernet.encrypt(zlib.compress(content, 1)))
        former = self._versions.get(sender_id, "")
        if not await self._aside.call(self._aside.shelf.put, name, kept, former):
            raise StoreLostError("another server went on with this conversation")
        self._remember(sender_id, kept.version)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Raises StoreLostError."""
        events = await self._read(sender_id)
        if events is None:
            return None
        return self._replay(sender_id, map(Event.from_parameters, events))

    async def last_reply(self, sender_id: str) -> LastReply:
        events = await self._read(sender_id)
        return last_reply_of(map(Event.from_parameters, reversed(events or ())))

    async def delete(self, sender_id: str) -> None:
        self._versions.pop(sender_id, None)
        await self._aside.call(self._aside.shelf.delete, name_of(sender_id, self._key))

    def close(self) -> None:
        self._aside.close()

    async def _read(self, sender_id: str) -> list[dict[str, Any]] | None:
        kept = await self._aside.call(self._aside.shelf.get, name_of(sender_id, self._key))
        self._remember(sender_id, kept.version if kept else "")
        return self._unsealed(sender_id, kept.sealed) if kept else None

    def _unsealed(self, sender_id: str, sealed: bytes) -> list[dict[str, Any]] | None:
        try:
            # By the time that is sealed in: what is put back later is not believed.
            content = json.loads(zlib.decompress(self._fernet.decrypt(sealed, ttl=KEPT)))
        except (InvalidToken, ValueError, zlib.error) as error:
            _log.warning("a conversation could not be unsealed and is forgotten: %s", type(error).__name__)
            return None
        events: list[dict[str, Any]] = content["events"]
        return events if content["conversation"] == sender_id else None

    def _remember(self, sender_id: str, version: str) -> None:
        self._versions.pop(sender_id, None)
        self._versions[sender_id] = version
        while len(self._versions) > MOST_CONVERSATIONS:
            del self._versions[next(iter(self._versions))]
