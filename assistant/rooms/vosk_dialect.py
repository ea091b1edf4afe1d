"""The messages of `vosk-server`: PCM in, and for each piece of it one message out.

Its clients send `{"config": {…}}` (or nothing) first and `{"eof": 1}` last. Words are heard with the
model that the assistant hears with, the customer's names included; nothing is understood or answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.asr.grammar import Grammar
from assistant.asr.turnstile import DECODING
from assistant.errors import FrameError, NoSpeechModelError, SpeechModelError
from assistant.rooms.feed import Intake
from assistant.settings import SAMPLE_RATE
from assistant.startup import Desk

_MOST_ALTERNATIVES = 20


class VoskDialect:
    """One client; may be used from one thread after another."""

    def __init__(self, desk: Desk) -> None:
        if desk.hearing is None:
            raise NoSpeechModelError
        self._model = desk.hearing.expecting(None)().model
        self._intake = Intake()
        self._rate: object = SAMPLE_RATE
        self._words, self._alternatives = True, 0
        self._phrases: list[str] | None = None
        self._recogniser: Any = None

    def configure(self, config: Mapping[str, Any]) -> None:
        """Settings count from the next sound on. Raises FrameError."""
        self._rate = config.get("sample_rate", self._rate)
        self._words = bool(config.get("words", self._words))
        alternatives, phrases = config.get("max_alternatives", self._alternatives), config.get("phrase_list")
        if not isinstance(alternatives, int) or not 0 <= alternatives <= _MOST_ALTERNATIVES:
            raise FrameError("max_alternatives is no number from 0 to 20")
        if phrases is not None and not (
            isinstance(phrases, list) and all(isinstance(p, str) for p in phrases)
        ):
            raise FrameError("phrase_list is no list of phrases")
        self._alternatives = alternatives
        self._phrases = phrases or self._phrases
        self._recogniser = None

    def hear(self, pcm: bytes) -> str:
        """What to send back. Raises SoundFormatError, SpeechModelError."""
        samples = self._intake.samples(pcm, rate=self._rate)
        recogniser = self._ready()
        with DECODING.passed(hurry=False):
            over = recogniser.AcceptWaveform(samples.tobytes())
        answer: str = recogniser.Result() if over else recogniser.PartialResult()
        return answer

    def finish(self) -> str:
        """The last words."""
        answer: str = self._ready().FinalResult()
        self._recogniser = None
        return answer

    def _ready(self) -> Any:
        if self._recogniser is None:
            grammar = None
            if self._phrases:
                if not self._model.takes_grammar:
                    raise SpeechModelError("the speech model takes no phrases")
                try:
                    grammar = Grammar(self._phrases).for_model(self._model.knows)
                except ValueError as error:
                    raise FrameError(str(error)) from error
            self._recogniser = self._model.recogniser(grammar)
            self._recogniser.SetWords(self._words)
            self._recogniser.SetMaxAlternatives(self._alternatives)
        return self._recogniser
