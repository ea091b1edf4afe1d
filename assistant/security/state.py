"""What the guard remembers when the program ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.security.passcode import Passcode, Positions
from assistant.security.rules import Rules
from assistant.security.trail import Deed, Page
from assistant.security.waits import Moment, Tries


@dataclass(frozen=True, slots=True)
class State:
    """What outlives the process."""

    passcode: Passcode | None = None
    tries: Tries = field(default_factory=Tries)
    asked: Positions | None = None
    """Stays until it was answered rightly: asking again finds no easier digits."""
    recent: tuple[Positions, ...] = ()
    """What was asked last, so as not to ask it again soon."""
    rules: Rules = field(default_factory=Rules)
    locked: bool = False
    """Somebody said "lock": nothing private is told before a right answer."""
    locks: int = 0
    """How often that was said: what was proved before the last time, in whichever process, proves nothing."""

    @classmethod
    def of(cls, page: Page) -> State:
        facts: dict[str, Any] = page.state
        if not facts:
            return cls()
        return cls(
            Passcode.from_json(facts["passcode"]) if facts["passcode"] else None,
            Tries.from_json(facts["tries"]),
            tuple(facts["asked"]) if facts["asked"] else None,
            tuple((first, second) for first, second in facts["recent"]),
            Rules.from_json(facts["rules"]),
            facts["locked"],
            facts.get("locks", 0),
        )

    def put(self, page: Page, deed: Deed, moment: Moment, **facts: str) -> None:
        page.state = {
            "passcode": self.passcode.to_json() if self.passcode else None,
            "tries": self.tries.to_json(),
            "asked": self.asked,
            "recent": self.recent,
            "rules": self.rules.to_json(),
            "locked": self.locked,
            "locks": self.locks,
        }
        page.note(deed, moment.wall, facts)
