"""Speech to text: Vosk over chunks of 16 kHz mono int16 from anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assistant.asr.adaptation_questions import Question
from assistant.asr.grammar import Grammar
from assistant.asr.listening import Listening
from assistant.asr.speech_model import SpeechModel, open_model
from assistant.asr.warm import Warm
from assistant.audio.frames import CHUNK_SAMPLES, Samples
from assistant.errors import SpeechModelError
from assistant.events import Reading, Transcript


def _always() -> bool:
    return True


class Recogniser:
    """Hears with one model. Several may share a folder: the model is in memory once.

    Each transcription has a native recogniser to itself, so calls from several threads do not mix.
    """

    def __init__(
        self,
        model: Path | SpeechModel,
        *,
        kept: int = 0,
        whole: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`model`: a folder, or a model that is loaded already. `kept`: how many native recognisers wait for
        the next utterance (see `Warm`); without any the same samples give the same words, times and
        confidences whatever was heard before. `whole`: what is to be heard are recordings, and not pieces
        cut out of a sound that goes on, at whose edges something may have begun that is no word.

        Raises NoSpeechModelError or BrokenSpeechModelError.
        """
        self._model = model if isinstance(model, SpeechModel) else open_model(model)
        self._warm = Warm(self._model.recogniser, kept)
        self._whole = whole
        self._clock = clock

    @property
    def model(self) -> SpeechModel:
        return self._model

    def start_afresh(self) -> None:
        """Hear the next utterance as the first one."""
        self._warm.clear()

    def expecting(self, _question: Question | None) -> Callable[[], Recogniser]:
        """Itself: one model by itself hears alike after every question. `Hearing` does better."""
        return lambda: self

    def transcribe(
        self,
        chunks: Iterable[Samples],
        *,
        grammar: Grammar | None = None,
        on_partial: Callable[[str], None] | None = None,
        alternatives: int = 0,
        awaited: Callable[[], bool] = _always,
    ) -> Transcript:
        """All that is said until the chunks end, as one transcript; its text is empty for silence.

        `grammar` limits what can be heard. `on_partial` is called with all the words so far whenever
        they changed. `alternatives`: how many other readings to look for; Vosk gives readings or
        confidences but not both, so this decodes the audio twice. `awaited`, asked before each chunk:
        whether the words are waited for, or others' may come first. Raises SpeechModelError for a grammar
        that the model cannot use.
        """
        listening = self.listening(grammar=grammar, on_partial=on_partial, awaited=awaited)
        count = alternatives + 1
        others = self.listening(grammar=grammar, readings=count, awaited=awaited) if alternatives else None
        for chunk in chunks:
            listening.hear(chunk)
            if others:
                others.hear(chunk)
        words = listening.words()
        text = " ".join(word.text for word in words)
        readings = [each.text for each in others.readings(count)] if others else []
        return Transcript(
            self._clock(),
            text,
            words,
            tuple(reading for reading in readings if reading != text)[:alternatives],
            listening.seconds,
        )

    def recheck(self, audio: Samples, grammar: Grammar) -> Transcript:
        """Hear the same audio once more, this time only as one of the phrases of `grammar`.

        Raises SpeechModelError for a grammar that the model cannot use.
        """
        starts = range(0, len(audio), CHUNK_SAMPLES)
        return self.transcribe((audio[start : start + CHUNK_SAMPLES] for start in starts), grammar=grammar)

    def readings(
        self, chunks: Iterable[Samples], count: int, *, grammar: Grammar | None = None
    ) -> tuple[Reading, ...]:
        """The likeliest readings of audio that was heard before, best first, at most `count`.

        Raises SpeechModelError for a grammar that the model cannot use.
        """
        listening = self.listening(grammar=grammar, readings=count)
        for chunk in chunks:
            listening.hear(chunk)
        return tuple(listening.readings(count))

    def listening(
        self,
        *,
        grammar: Grammar | None = None,
        readings: int = 0,
        on_partial: Callable[[str], None] | None = None,
        awaited: Callable[[], bool] = _always,
    ) -> Listening:
        """To be fed while somebody speaks. Without `readings`, how many are wanted, it has words.

        Raises SpeechModelError for a grammar that the model cannot use.
        """
        # A grammar is for one utterance: nobody waits for another one.
        place = self._warm if grammar is None else Warm(lambda: self._strict(grammar), 0)
        native = place.take()
        native.recogniser.SetWords(True)
        native.recogniser.SetMaxAlternatives(readings)
        return Listening(native, place.give_back, whole=self._whole, on_partial=on_partial, awaited=awaited)

    def _strict(self, grammar: Grammar) -> Any:
        if not self._model.takes_grammar:
            raise SpeechModelError(
                "the speech model has a fixed vocabulary",
                remedy="Run `assistant models use builtin`, or take one of the small models.",
            )
        try:
            return self._model.recogniser(grammar.for_model(self._model.knows))
        except ValueError as error:
            raise SpeechModelError(str(error)) from error
