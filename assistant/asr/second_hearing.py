"""Hearing the same audio once more where it matters: for an amount, for a yes, for a code.

All are strict: what can be heard is what was heard, and what could be mistaken for it. The
likelihoods then tell how sure the audio is, free of what people mostly say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.confusions import holds_number, variants
from assistant.asr.grammar import Grammar
from assistant.asr.recogniser import Recogniser
from assistant.audio.frames import Samples
from assistant.errors import SpeechModelError
from assistant.events import Reading

_KEPT = 12
"""Readings that are looked at; a wrong amount further down is no danger."""


def amounts(
    recogniser: Recogniser, chunks: Iterable[Samples], heard: str, others: Sequence[str] = ()
) -> tuple[Reading, ...]:
    """The sentence `heard` and those that differ in a number, likeliest first, by the audio alone.

    `others` are further readings of the audio to weigh. Empty when no number was heard in any of them, and
    for a model that takes no vocabulary at run time.
    """
    sentences = [text for text in dict.fromkeys((heard, *others)) if holds_number(text.split())]
    phrases = [each for text in sentences for each in (text, *variants(text.split()))]
    if not phrases:
        return ()
    try:
        return recogniser.readings(chunks, _KEPT, grammar=Grammar([heard, *phrases]))
    except SpeechModelError:
        return ()


def confirmation(recogniser: Recogniser, chunks: Iterable[Samples]) -> str | None:
    """What was said, if it can only be an answer to "is that right?"; `[unk]` stands for anything else.

    None for a model that takes no vocabulary at run time.
    """
    try:
        return recogniser.transcribe(chunks, grammar=Grammar(answers(Question.CONFIRMATION))).text
    except SpeechModelError:
        return None


def digits(recogniser: Recogniser, chunks: Iterable[Samples]) -> str | None:
    """What was said, if it can only be digits; `[unk]` stands for anything else.

    None for a model that takes no vocabulary at run time.
    """
    try:
        return recogniser.transcribe(chunks, grammar=Grammar(answers(Question.DIGITS))).text
    except SpeechModelError:
        return None
