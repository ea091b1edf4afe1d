"""Reading Wyoming events from somebody who may send anything.

The `wyoming` package believes every length that it is told, and answers broken JSON as if the line had been
closed; here lengths have limits, and what is wrong has a name. Events are written by the package.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from wyoming.event import Event

from assistant.errors import FrameError
from assistant.rooms.json_message import json_object

LONGEST_LINE = 64 * 1024
"""Bytes of the line of JSON; also the limit that the stream is opened with."""
_LONGEST_DATA, _LONGEST_PAYLOAD = 256 * 1024, 1024 * 1024
"""Bytes: a second of 48 kHz stereo is 192,000; satellites send some 2,000 at a time."""


async def read_event(reader: asyncio.StreamReader) -> Event | None:
    """The next event; None when the other side has closed. Raises FrameError, after which nothing more can
    be read."""
    try:
        line = await reader.readline()
    except ValueError as error:  # the limit of the stream
        raise FrameError("the line is too long") from error
    if not line:
        return None
    header = json_object(line)
    data, more = header.get("data") or {}, _length(header, "data_length", _LONGEST_DATA)
    payload = _length(header, "payload_length", _LONGEST_PAYLOAD)
    if not isinstance(data, dict) or not isinstance(header.get("type"), str):
        raise FrameError("the event has no type, or data that are no object")
    try:
        if more:
            data = {**data, **json_object(await reader.readexactly(more))}
        return Event(header["type"], data, await reader.readexactly(payload) if payload else None)
    except asyncio.IncompleteReadError as error:
        raise FrameError("the event is cut off") from error


def _length(header: Mapping[str, Any], name: str, longest: int) -> int:
    length = header.get(name) or 0
    if not isinstance(length, int) or not 0 <= length <= longest:
        raise FrameError(f"a {name} that is none, or too large")
    return length
