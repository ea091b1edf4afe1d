"""Work for a device, done so that whatever goes wrong is told and nothing ends in silence."""

from __future__ import annotations

import logging
from collections.abc import Callable

from assistant.conversation import Withdrawn
from assistant.errors import AssistantError

_log = logging.getLogger(__name__)


def guarded(work: Callable[[], None], fail: Callable[[AssistantError], None]) -> None:
    """Do it; `fail` is told why it could not be done. Whoever is gone is told nothing."""
    try:
        work()
    except Withdrawn:
        return
    except AssistantError as error:
        fail(error)
    except Exception as error:  # noqa: BLE001 - no turn ends in silence
        # The type alone: a message may quote what was said.
        _log.error("a request from a room failed with %s", type(error).__name__)
        fail(AssistantError(type(error).__name__))
