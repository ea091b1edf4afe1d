"""What a conversation leaves behind, to look for secrets in."""

from __future__ import annotations

import asyncio
import json
import re

from rasa.shared.core.trackers import EventVerbosity

from assistant.nlu.runtime import Dialogue

_CHANCE = re.compile(r"\d+\.\d{3,}|\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
"""Times, certainties, ids of messages."""


def remembered(dialogue: Dialogue, name: str) -> str:
    """Everything that Rasa remembers of it: events with texts and metadata, slots."""
    tracker = asyncio.run(dialogue._memory.retrieve(name))
    if tracker is None:
        return ""
    state = tracker.current_state(EventVerbosity.ALL)
    return json.dumps(state, default=str, ensure_ascii=False)


def without_chance(text: str) -> str:
    """The text to look for a code of a few digits in, and for nothing else: ids may be secrets themselves.

    With some thousand times, certainties and ids of messages in it, one holds such a code by chance about
    once in a hundred runs.
    """
    return _CHANCE.sub("", text)
