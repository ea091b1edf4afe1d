"""What happens in a turn: small immutable facts, each with the moment it happened.

Every `at` is seconds on the monotonic clock that the conversation was given. Console, recorder,
latency meter, web page and tests all observe this one list; a recorded turn is the list and its audio.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    at: float
    """Seconds, monotonic."""


@dataclass(frozen=True, slots=True)
class TurnStarted(Event):
    turn: int
    """Counts from 1 within a conversation."""


@dataclass(frozen=True, slots=True)
class SpeechStarted(Event):
    offset: float
    """Seconds from the start of the turn's audio to the first word."""


@dataclass(frozen=True, slots=True)
class PartialTranscript(Event):
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: float
    """Seconds from the start of the turn's audio."""
    end: float
    confidence: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a turn's audio."""

    text: str
    behind: float = 0.0
    """How much less likely than the likeliest reading, in natural logarithms; 0 for that one."""


@dataclass(frozen=True, slots=True)
class Transcript(Event):
    text: str
    words: tuple[Word, ...] = ()
    """Those of the text that were heard at first; without those that a second hearing put in."""
    alternatives: tuple[str, ...] = ()
    """Other readings of the same audio, best first, the transcript itself left out."""
    audio_seconds: float = 0.0
    amount_readings: tuple[Reading, ...] = ()
    """From a second hearing of the numbers in it, likeliest first; empty when there was none."""
    overruled: str = field(default="", repr=False)
    """What was heard at first, where that hearing took other words; empty where the two agree."""
    account_readings: tuple[str, ...] = field(default=(), repr=False)
    """From a second hearing for an account number, likeliest first; empty when there was none."""
    confirmation: str | None = None
    """From a second hearing for a yes or a no; None when there was none."""

    @property
    def confidence(self) -> float:
        """The least sure word decides: one wrong word is enough to pay the wrong sum."""
        return min((word.confidence for word in self.words), default=0.0)


@dataclass(frozen=True, slots=True)
class Understood(Event):
    intent: str
    confidence: float
    entities: tuple[tuple[str, object], ...] = ()
    """(name, value) pairs in the order of the utterance."""


@dataclass(frozen=True, slots=True)
class BankCalled(Event):
    bank: str
    method: str
    path: str
    """Without host and query; account and payment ids are masked."""
    status: int
    """HTTP status, 0 when there was no answer."""
    milliseconds: float


@dataclass(frozen=True, slots=True)
class ReplyText(Event):
    screen: str
    """As written: `€1,234.56`."""
    speech: str
    """As it is to be said, still in written form; the synthesiser spells numbers out."""
    response: str = ""
    """Name of the response template, for tests that check meaning and not letters."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What filled the template."""


@dataclass(frozen=True, slots=True)
class ReplyAudio(Event):
    samples: int
    sample_rate: int
    """Hz."""

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


@dataclass(frozen=True, slots=True)
class TurnFailed(Event):
    code: str
    """`AssistantError.code`."""
    say: str
    remedy: str


@dataclass(frozen=True, slots=True)
class TurnEnded(Event):
    turn: int
    stages: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by stage, in order: `hear` (last frame → transcript), `understand`, `answer` (the action,
    its bank calls included), `speak` (text → PCM of the first sentence)."""


@dataclass(frozen=True, slots=True)
class LoopState(Event):
    """What the live loop does from now on."""

    state: str
    """`asleep`, `open`, `hearing`, `thinking`, `speaking` or `muted`."""


@dataclass(frozen=True, slots=True)
class Woken(Event):
    """Somebody wants to say something: a phrase was heard, or a key pressed."""

    by: str
    """The phrase, or `key`."""


@dataclass(frozen=True, slots=True)
class Interrupted(Event):
    """The reply was silenced; what was not said yet is kept."""

    by: str
    """The word, `voice` or `key`."""


@dataclass(frozen=True, slots=True)
class FirstSound(Event):
    """The first sound of a reply leaves."""

    turn: int
    latency: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds by stage since the true end of speech, which is the end of the last word: `wait` (until
    the turn counted as over), then the stages of the turn, `play` (PCM → loudspeaker), and `total`."""
    kind: str = "command"
    """`answer` when a question of ours was answered, else `command`."""


@dataclass(frozen=True, slots=True)
class DeviceNotice(Event):
    """A microphone or loudspeaker went away, or is back."""

    name: str
    there: bool


Observer = Callable[[Event], None]
"""Called in the thread in which the event happened; must return quickly."""

underway: ContextVar[str] = ContextVar("underway", default="")
"""Name of the conversation that this work is done for; empty for work that nobody asked for."""
