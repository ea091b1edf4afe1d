"""What a conversation leaves behind, to look for secrets in."""

from __future__ import annotations

import asyncio
import json
import re

from rasa.shared.core.trackers import EventVerbosity

from assistant.nlu.runtime import Dialogue

_NOBODYS = re.compile(r"\d+\.\d{3,}|\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
"""Times, certainties, message ids: with some thousand of them a run, one holds a six-digit code by chance
about once in a hundred runs."""


def remembered(dialogue: Dialogue, name: str) -> str:
    """Everything that Rasa remembers of it: events with texts and metadata, slots."""
    tracker = asyncio.run(dialogue._memory.retrieve(name))
    if tracker is None:
        return ""
    state = tracker.current_state(EventVerbosity.ALL)
    return json.dumps(state, default=str, ensure_ascii=False)


def of_somebody(text: str) -> str:
    """The text without numbers that say nothing of anybody."""
    return _NOBODYS.sub("", text)
