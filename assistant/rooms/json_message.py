"""Messages of JSON, as both kinds of door take them."""

from __future__ import annotations

import json
from typing import Any

from assistant.errors import FrameError


def json_object(text: str | bytes) -> dict[str, Any]:
    """Raises FrameError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError("that is no JSON") from error
    if not isinstance(value, dict):
        raise FrameError("that is no JSON object")
    return value
