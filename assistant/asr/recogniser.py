"""Speech to text: Vosk over chunks of 16 kHz mono int16 from anywhere."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from assistant.asr.adaptation_questions import Question
from assistant.asr.grammar import Grammar
from assistant.asr.quiet import QuietGate
from assistant.asr.speech_model import SpeechModel, open_model
from assistant.asr.turnstile import Turnstile
from assistant.asr.warm import Native, Warm
from assistant.audio.frames import CHUNK_SAMPLES, Samples
from assistant.cores import cores
from assistant.errors import SpeechModelError
from assistant.events import Reading, Transcript, Word
from assistant.settings import SAMPLE_RATE

_AT_WORK = Turnstile(cores())
"""With dozens who speak at once, more threads than cores would only take turns, and who has heard all and
answers would wait behind them: 36 satellites on two cores had their answer after 1.7 s instead of 0.6
(p95, measured with recognisers that go on from one utterance to the next)."""


def _always() -> bool:
    return True


class Recogniser:
    """Hears with one model. Several may share a folder: the model is in memory once.

    Each transcription has a native recogniser to itself, so calls from several threads do not mix.
    """

    def __init__(
        self, model: Path | SpeechModel, *, kept: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`model`: a folder, or a model that is loaded already. `kept`: how many native recognisers wait for
        the next utterance (see `Warm`); without any the same samples give the same words, times and
        confidences whatever was heard before.

        Raises NoSpeechModelError or BrokenSpeechModelError.
        """
        self._model = model if isinstance(model, SpeechModel) else open_model(model)
        self._warm = Warm(self._model.recogniser, kept)
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
        listening = self._listening(grammar, on_partial=on_partial, awaited=awaited)
        others = self._listening(grammar, alternatives + 1, awaited=awaited) if alternatives else None
        gate = QuietGate()
        for chunk in chunks:
            for heard in gate.pass_on(chunk):
                listening.hear(heard)
                if others:
                    others.hear(heard)
        words = tuple(
            Word(
                entry["word"],
                gate.real_time(entry["start"] - listening.began),
                gate.real_time(entry["end"] - listening.began),
                entry.get("conf", 0.0),
            )
            for result in listening.finish()
            for entry in result.get("result", ())
        )
        text = " ".join(word.text for word in words)
        readings = [each.text for each in _readings(others.finish(), alternatives + 1)] if others else []
        return Transcript(
            self._clock(),
            text,
            words,
            tuple(reading for reading in readings if reading != text)[:alternatives],
            gate.seconds,
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
        listening = self._listening(grammar, count)
        for chunk in chunks:
            listening.hear(chunk)
        return tuple(_readings(listening.finish(), count)[:count])

    def _listening(
        self,
        grammar: Grammar | None,
        readings: int = 0,
        on_partial: Callable[[str], None] | None = None,
        awaited: Callable[[], bool] = _always,
    ) -> _Listening:
        # A grammar is for one utterance: nobody waits for another one.
        place = self._warm if grammar is None else Warm(lambda: self._strict(grammar), 0)
        native = place.take()
        native.recogniser.SetWords(True)
        native.recogniser.SetMaxAlternatives(readings)
        return _Listening(native, on_partial, place.give_back, awaited)

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


class _Listening:
    """One native recogniser, its results gathered over the pauses at which Vosk ends a segment."""

    def __init__(
        self,
        native: Native,
        on_partial: Callable[[str], None] | None,
        over: Callable[[Native, float], None],
        awaited: Callable[[], bool],
    ) -> None:
        self._native = native
        self._recogniser = native.recogniser
        self._on_partial = on_partial
        self._over = over
        self._awaited = awaited
        self._results: list[dict[str, Any]] = []
        self._shown = ""
        self._looked_at = ""
        self._samples = 0
        self.began = native.heard
        """Seconds on the native recogniser's clock."""

    def hear(self, chunk: Samples) -> None:
        self._samples += len(chunk)
        with _AT_WORK.passed(hurry=self._awaited()):
            over = self._recogniser.AcceptWaveform(chunk.tobytes())
        if over:
            self._results.append(json.loads(self._recogniser.Result()))
            self._looked_at = ""
        if self._on_partial is not None:
            self._look(self._on_partial)

    def finish(self) -> list[dict[str, Any]]:
        self._results.append(json.loads(self._recogniser.FinalResult()))
        self._over(self._native, self._samples / SAMPLE_RATE)
        return self._results

    def _look(self, tell: Callable[[str], None]) -> None:
        found = self._recogniser.PartialResult()
        if found == self._looked_at:
            return
        self._looked_at = found
        partial = json.loads(found).get("partial", "")
        said = [result.get("text", "") for result in self._results]
        text = " ".join(part for part in (*said, partial) if part)
        if text and text != self._shown:
            self._shown = text
            tell(text)


def _readings(results: list[dict[str, Any]], count: int) -> list[Reading]:
    """Readings of the whole from readings of its segments, best first.

    One segment at a time is read another way, the others staying at their best: segments are apart
    by a pause, and each is judged against its own best reading.
    """
    segments = [segment for segment in map(_segment, results) if segment]
    best = [segment[0].text for segment in segments]
    found = [Reading(" ".join(part for part in best if part))] if best else []
    for rank in range(1, count):
        for place, segment in enumerate(segments):
            if rank < len(segment):
                parts = [*best[:place], segment[rank].text, *best[place + 1 :]]
                found.append(Reading(" ".join(part for part in parts if part), segment[rank].behind))
    unique: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda reading: reading.behind):
        unique.setdefault(reading.text, reading)
    return list(unique.values())


def _segment(result: dict[str, Any]) -> list[Reading]:
    """The readings of one segment; empty for one in which nothing was said."""
    entries = result.get("alternatives", ())
    top = max((entry["confidence"] for entry in entries), default=0.0)
    texts: dict[str, float] = {}
    for entry in entries:
        texts.setdefault(entry["text"].strip(), top - entry["confidence"])
    return [] if list(texts) in ([], [""]) else [Reading(text, behind) for text, behind in texts.items()]
