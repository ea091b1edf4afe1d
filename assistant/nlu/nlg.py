"""Response templates rendered for the screen and for the ear in one go.

Named in `endpoints.yml`, so `rasa run` renders the same way, and is as discreet in its logs. The
message carries the text of the screen and, beside it, `speech` (the variation with `channel: speech`,
the same text where there is none), `response` and `values`.
"""

from __future__ import annotations

from typing import Any

from assistant.nlu import quiet

quiet.hush()

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator  # noqa: E402 - Rasa is quiet first
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

SCREEN, SPEECH = "screen", "speech"
"""Channel names; templates know only the second."""

INSTEAD = "said_instead"
"""Value that names what is said in the place of this reply, which is only shown; empty for nothing."""

_FRAME = frozenset(
    {
        *("text", "buttons", "elements", "custom", "template", "response", "image", "attachment"),
        *("quick_replies", INSTEAD),
    }
)
"""What rasa_sdk puts around the values of a message."""


class ScreenAndSpeech(TemplatedNaturalLanguageGenerator):
    def __init__(self, domain: Domain | None = None, **_: Any) -> None:
        """Rasa hands over `endpoint_config` too, for generators that `endpoints.yml` names."""
        super().__init__(domain.responses if domain else {})

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, _channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """None when there is no such template, as Rasa expects."""
        slots = tracker.current_slot_values()
        screen = self.generate_from_slots(utter_action, slots, SCREEN, **kwargs)
        if screen is None:
            return None
        aloud = kwargs.get(INSTEAD, utter_action)
        speech = self.generate_from_slots(aloud, slots, SPEECH, **kwargs) if aloud else {"text": ""}
        speech = speech or screen
        values = {name: value for name, value in kwargs.items() if name not in _FRAME}
        return {
            **screen,
            "speech": speech.get("text", ""),
            "response": utter_action,
            "values": values,
        }
