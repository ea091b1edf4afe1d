"""How long a person waits: from the true end of speech to the first sound of the answer, stage by stage."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.events import Event, FirstSound, Observer, Transcript, TurnEnded


@dataclass
class _Waiting:
    begun: float
    """Second of the sound at which the turn began."""
    voice_ended: float
    """… and at which the last voice was."""
    decided: float
    """On the clock: when the turn counted as over."""
    answer: bool
    offset: float
    """What must be added to a second of the sound to get the clock's."""
    last_word: float | None = None
    answered: float | None = None
    sounded: float | None = None
    turn: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    over: bool = False


class LatencyMeter:
    """Fed by the loop; publishes a FirstSound for every turn that is answered aloud."""

    def __init__(self, publish: Observer, clock: Callable[[], float]) -> None:
        self._publish = publish
        self._clock = clock
        self._offset = 0.0
        self._waiting: _Waiting | None = None
        self._sounds: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.way_out = 0.0
        """Seconds from where sound is taken to the ear, as the sound system says."""

    def tick(self, clock: float, seconds: float) -> None:
        """That second of the sound was recorded at that time of the clock."""
        self._offset = clock - seconds

    def turn_over(self, begun: float, voice_ended: float, *, answer: bool) -> None:
        self._waiting = _Waiting(begun, voice_ended, self._clock(), answer, self._offset)
        while not self._sounds.empty():
            self._sounds.get()

    def answered(self) -> None:
        """The first sentence is there; called in the turn's thread."""
        if self._waiting is not None:
            self._waiting.answered = self._clock()

    def sounds(self) -> None:
        """The first sample is taken; called in the sound system's thread."""
        self._sounds.put(self._clock() + self.way_out)

    def observe(self, event: Event) -> None:
        waiting = self._waiting
        if waiting is None:
            return
        if isinstance(event, Transcript) and event.words:
            waiting.last_word = event.words[-1].end
        elif isinstance(event, TurnEnded):
            waiting.stages.update(event.stages)
            waiting.turn, waiting.over = event.turn, True

    def publish(self) -> None:
        """Tell of a turn of which everything is known."""
        waiting = self._waiting
        if waiting is None or not waiting.over or waiting.answered is None or self._sounds.empty():
            return
        sounded = self._sounds.get()
        self._waiting = None
        end = waiting.voice_ended if waiting.last_word is None else waiting.begun + waiting.last_word
        wait = waiting.decided - (end + waiting.offset)
        play = sounded - waiting.answered
        stages = {"wait": wait * 1000, **waiting.stages, "play": play * 1000}
        stages["total"] = sum(stages.values())
        kind = "answer" if waiting.answer else "command"
        self._publish(FirstSound(self._clock(), waiting.turn, stages, kind))
