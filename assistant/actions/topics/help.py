"""What can be asked, with examples; about one topic when one is named or was talked about."""

from __future__ import annotations

import re

from assistant.actions.base import BankingAction
from assistant.actions.turn import Turn


class Help(BankingAction):
    NAME = "action_help"

    def answer(self, turn: Turn) -> None:
        topic = _topic(turn)
        turn.remark(f"utter_help_{topic}" if topic else "utter_help")


def _topic(turn: Turn) -> str | None:
    words = set(re.findall(r"\w+", turn.text.casefold()))
    for topic, signs in turn.phrases.table("help_topics").items():
        if words & set(signs):
            return str(topic)
    return None
