"""What somebody said: heard as it comes, and once more, strictly, where a mistake would cost most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import fmean
from typing import NamedTuple

from assistant.asr import second_hearing
from assistant.asr.adaptation_questions import LONE, Question, answers
from assistant.asr.confusions import holds_number
from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import Samples
from assistant.audio.watched import Watched
from assistant.events import Transcript
from assistant.nlu import apart

SECRET = (Question.DIGITS, Question.PASSCODE)
"""Questions whose answers are for nobody else."""

_DOUBT = 0.9
"""Certainty below which other readings of the audio are looked at, when the first one makes no sense."""
_READINGS = 5


class Certainty(NamedTuple):
    """Of what was heard at first, whatever is made of it then; 0 where nothing was."""

    least: float
    """The recogniser's own figure for its least sure word."""
    clarity: float
    """How many of its words are likely to be right, as a share."""


@dataclass(frozen=True, slots=True)
class Attention:
    """To one utterance, after a question or none."""

    recogniser: Recogniser
    unasked: Callable[[], Recogniser]
    """One that knows of no question."""
    asked: Question | None
    understands: Callable[[str], bool]
    """Whether the dialogue would know what to do with it."""

    def hear(self, audio: Watched, on_partial: Callable[[str], None]) -> tuple[Transcript, Certainty]:
        """What was said, and how certainly. The text is empty where nothing was.

        Raises SpeechModelError, and what the frames do.
        """
        confirming = None
        if self.asked in LONE:
            confirming = second_hearing.Confirmation(self.recogniser, self.unasked(), audio.awaited)
        transcript = self.recogniser.transcribe(
            _beside(audio, confirming), on_partial=on_partial, awaited=audio.awaited
        )
        right = self.recogniser.model.calibration.word
        clarity = fmean(right(word.confidence) for word in transcript.words) if transcript.words else 0.0
        certainty = Certainty(transcript.confidence, clarity)
        if transcript.text:
            if certainty.least < _DOUBT and self.asked not in SECRET:
                transcript = self._sensible(transcript, audio)
            transcript = self._heard_again(transcript, audio, confirming)
        return transcript, certainty

    def _sensible(self, transcript: Transcript, audio: Watched) -> Transcript:
        """The likeliest reading that means something, when the very likeliest one does not."""
        if self.understands(transcript.text):
            return transcript
        readings = [each.text for each in self.recogniser.readings(audio.kept, _READINGS)]
        for reading in readings:
            if reading != transcript.text and self.understands(reading):
                others = (transcript.text, *transcript.alternatives)
                return replace(transcript, text=reading, words=(), alternatives=others)
        return transcript

    def _heard_again(
        self, transcript: Transcript, audio: Watched, confirming: second_hearing.Confirmation | None
    ) -> Transcript:
        """With a second, strict hearing of what it costs most to mishear: a number, a yes."""
        text = transcript.text
        if self.asked in SECRET:
            digits = second_hearing.answer(self.recogniser, audio.kept, Question.DIGITS) or ""
            is_code = apart.code_in(digits, self.asked.value)
            return replace(transcript, text=digits, words=()) if is_code else transcript
        if self.asked is Question.CONFIRMATION or text in answers(Question.CONFIRMATION):
            if confirming is None:
                confirming = second_hearing.Confirmation(self.recogniser, self.unasked())
                for chunk in audio.kept:
                    confirming.hear(chunk)
            transcript = replace(transcript, confirmation=confirming.answer())
        if self.asked is Question.ACCOUNT:
            numbers = second_hearing.account_numbers(self.recogniser, audio.kept)
            return replace(transcript, account_readings=numbers)
        if self.asked is Question.SPELLED:
            return second_hearing.spelled_amount(self.recogniser, audio.kept, transcript)
        if self.asked is Question.AMOUNT or holds_number(text.split()):
            readings = second_hearing.amounts(self.recogniser, audio.kept, text)
            transcript = second_hearing.corrected(transcript, readings)
        return transcript


def _beside(audio: Watched, confirming: second_hearing.Confirmation | None) -> Iterator[Samples]:
    for chunk in audio:
        yield chunk
        if confirming is not None:
            confirming.hear(chunk)
