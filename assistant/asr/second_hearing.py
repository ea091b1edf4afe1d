"""Hearing the same audio once more where it matters: for an amount, a yes, a code, an account number.

All are strict: what can be heard is what was heard, and what could be mistaken for it. The
likelihoods then tell how sure the audio is, free of what people mostly say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from assistant.asr.adaptation_questions import LIKE_YES, YES, Question, answers
from assistant.asr.confusions import holds_large_number, holds_number, variants
from assistant.asr.grammar import Grammar
from assistant.asr.graph_text import DIGITS
from assistant.asr.listening import Listening
from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import Samples
from assistant.errors import SpeechModelError
from assistant.events import Reading, Transcript

_SURER = 1.0
"""Natural logarithms of likelihood by which the second hearing must prefer other words to take them."""
_CLEARLY_YES = 4.0
"""The same by which everything that is no yes must lie behind (docs/certainty.md)."""
_NEAR = 8.0
"""The same by which another reading of an account number may lie behind the first one."""
_ROW = f"(?:{'|'.join(DIGITS)})(?: (?:{'|'.join((*DIGITS, 'oh'))}))*"
_SPELLED = re.compile(
    rf"{_ROW}(?: point {_ROW})?(?: (?:euros|pounds|dollars)(?:(?: and)? {_ROW}(?: (?:cents|pence))?)?)?"
)
"""The grammar alone would let it begin with a point."""
_KEPT = 20
"""Readings that are looked at; a wrong amount further down is no danger."""


def amounts(recogniser: Recogniser, chunks: Iterable[Samples], heard: str) -> tuple[Reading, ...]:
    """The sentence `heard` and those that differ in a number, likeliest first, by the audio alone.

    Empty when no number was heard, and for a model that takes no vocabulary at run time.
    """
    words = heard.split()
    if not holds_number(words):
        return ()
    sentences = variants(words)
    try:
        readings = recogniser.readings(chunks, _KEPT, grammar=Grammar(sentences))
    except SpeechModelError:
        return ()
    # The grammar knows what follows what, and so lets a word be said twice.
    whole = [reading for reading in readings if reading.text in sentences]
    return tuple(Reading(each.text, each.behind - whole[0].behind) for each in whole)


class Confirmation:
    """Hears the answer to "is that right?" while it is said, so that nobody waits for it.

    A yes must be clearly likelier than all that sounds like one ("guess", "yes but"), and it must be one for
    `unasked` too, who knows of no question.
    """

    def __init__(
        self, recogniser: Recogniser, unasked: Recogniser, awaited: Callable[[], bool] = lambda: True
    ) -> None:
        """`awaited`: see `Recogniser.transcribe`."""
        grammar = Grammar((*answers(Question.CONFIRMATION), *LIKE_YES))
        self._strict: Listening | None = None
        with suppress(SpeechModelError):
            self._strict = recogniser.listening(grammar=grammar, readings=_KEPT, awaited=awaited)
            self._freely = unasked.listening(awaited=awaited)

    def hear(self, chunk: Samples) -> None:
        """All of the utterance, one chunk after another."""
        if self._strict is not None:
            self._strict.hear(chunk)
            self._freely.hear(chunk)

    def answer(self) -> str | None:
        """What was answered, or what it may have been instead of a yes; None for a model that takes no
        vocabulary at run time."""
        if self._strict is None:
            return None
        readings, freely = self._strict.readings(_KEPT), " ".join(word.text for word in self._freely.words())
        others = [each for each in readings if each.text not in YES]
        if not readings or (others and others[0].behind < _CLEARLY_YES):
            return others[0].text if others else ""
        return readings[0].text if freely in YES else freely


def spelled_amount(recogniser: Recogniser, chunks: Sequence[Samples], transcript: Transcript) -> Transcript:
    """With the digits of an amount that was asked for digit by digit; as `corrected` where it was said in
    another way, and as it is where no number was heard."""
    words = transcript.text.split()
    if holds_large_number(words) or not holds_number(words):
        return corrected(transcript, amounts(recogniser, chunks, transcript.text))
    try:
        readings = recogniser.readings(chunks, _KEPT, grammar=Grammar(answers(Question.SPELLED)))
    except SpeechModelError:
        return transcript
    near = (each.text for each in readings if each.behind <= _NEAR)
    found = next((each for each in near if _SPELLED.fullmatch(each)), "")
    return replace(transcript, text=found, words=()) if found else transcript


def account_numbers(recogniser: Recogniser, chunks: Iterable[Samples]) -> tuple[str, ...]:
    """What it may have been if nothing but an account number was said, likeliest first.

    Empty for a model that takes no vocabulary at run time.
    """
    try:
        readings = recogniser.readings(chunks, _KEPT, grammar=Grammar(answers(Question.ACCOUNT)))
    except SpeechModelError:
        return ()
    return tuple(each.text for each in readings if each.behind <= _NEAR)


def corrected(transcript: Transcript, readings: tuple[Reading, ...]) -> Transcript:
    """With what the second hearing found, and with its words where it is clearly surer of them.

    What was heard first is what people mostly say; here the audio alone has spoken.
    """
    transcript = replace(transcript, amount_readings=readings)
    behind = {reading.text: reading.behind for reading in readings}
    if not readings or behind.get(transcript.text, math.inf) <= _SURER:
        return transcript
    text = readings[0].text
    kept = tuple(word for word in transcript.words if word.text in text.split())
    others = tuple(each for each in (transcript.text, *transcript.alternatives) if each != text)
    return replace(transcript, text=text, words=kept, alternatives=others, overruled=transcript.text)


def answer(recogniser: Recogniser, chunks: Iterable[Samples], question: Question) -> str | None:
    """What was said, if it can only be an answer to this question; `[unk]` stands for anything else.

    None for a model that takes no vocabulary at run time.
    """
    try:
        return recogniser.transcribe(chunks, grammar=Grammar(answers(question))).text
    except SpeechModelError:
        return None
