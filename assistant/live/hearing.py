"""One turn while it is being heard: its sound, its words so far, and whether it is over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from assistant.asr.adaptation_questions import Question
from assistant.asr.endpoint import EndOfTurn, Pace, Verdict
from assistant.asr.voice_activity import VoiceActivity
from assistant.conversation import Conversation
from assistant.live.handover import Handover
from assistant.turn import Turn

GAP = 0.2
"""Seconds of quiet within a turn that count as a pause of its speaker, and after which sense is asked for."""
HALTING = ("stop", "wait")
"""Words that silence the assistant."""


class HeardTurn:
    """`begun`: second of the sound at which it begins; `halted`: it began by a word that silenced us."""

    def __init__(
        self, begun: float, rules: EndOfTurn, *, halted: bool = False, overlapped: bool = False
    ) -> None:
        self.begun = begun
        self.rules = rules
        self.halted = halted
        self.resumes = halted
        """When it turns out to be nothing, the reply that it cut goes on."""
        self.overlapped = overlapped
        """Whether our own voice was in the air when it began."""
        self.handover = Handover()
        self.turn: Future[Turn] | None = None
        self.text = ""
        self.voice_ended = 0.0
        self._sense_of = ""
        self._makes_sense: bool | None = None
        self._quiet = 0.0

    def take(self, conversation: Conversation, unheard: str) -> Turn:
        """The whole turn, in its own thread; `unheard`: what was cut off of the reply before."""
        try:
            return conversation.hear(
                self.handover,
                overlapped=lambda: self.overlapped,
                reply_heard=lambda: not unheard,
                unheard=unheard,
            )
        finally:
            self.handover.end()

    @property
    def was_no_halt(self) -> bool:
        """A word silenced us that is not among the words now heard: others talk."""
        return self.halted and not set(self.text.split()[:3]) & set(HALTING)

    @property
    def answered(self) -> bool:
        return self.turn is None or self.turn.done()

    def verdict(self, voice: VoiceActivity, pace: Pace, makes_sense: Callable[[str], bool]) -> Verdict:
        """After each chunk; learns the speaker's pace on the way."""
        quiet = voice.now - voice.ended
        if quiet < self._quiet and self._quiet >= GAP and self.rules.question is not Question.DIGITS:
            pace.heard(self._quiet)
        self._quiet = quiet
        if quiet >= GAP and self.text and self.text != self._sense_of:
            self._sense_of = self.text
            self._makes_sense = makes_sense(self.text)
        return self.rules.verdict(
            voice.now,
            self.begun if voice.started is None else voice.started,
            voice.ended or self.begun,
            self.text,
            self._makes_sense if self._sense_of == self.text else None,
        )
