"""What comes back for one utterance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """One response template, filled in."""

    screen: str
    """As it is read: `€1,234.56`."""
    speech: str
    """As it is said, still in written form."""
    response: str = ""
    """Name of the template."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What filled it."""
    expects: str = ""
    """The kind of answer that is likely to follow, from the template's `metadata: {expects: …}`."""


@dataclass(frozen=True, slots=True)
class LastReply:
    """What a conversation heard last, as it is remembered."""

    expects: str = ""
    """See `Answer.expects`."""
    speech: str = field(default="", repr=False)
    """Of all replies to the last message, joined by spaces."""


@dataclass(frozen=True, slots=True)
class Answer:
    intent: str
    """`nlu_fallback` when nothing was understood."""
    confidence: float
    """0 to 1, of the likeliest intent, also where it was not likely enough."""
    entities: tuple[tuple[str, object], ...]
    """(name, value) in the order of the utterance."""
    replies: tuple[Reply, ...]
    """Never empty."""
    speech_rate: float = 1.0
    """How fast the customer wants to hear it, as a factor of the voice's own speed."""
    understanding_ms: float = 0.0
    acting_ms: float = 0.0
    """The action with its bank calls, and the filling of templates."""

    @property
    def expects(self) -> str:
        """What the last question in it expects; empty when none does."""
        return next((reply.expects for reply in reversed(self.replies) if reply.expects), "")
