"""Written English → spoken English, in the manner of a bank clerk in Dublin or London."""

from __future__ import annotations

from assistant.tts.english.calendar import speak_dates
from assistant.tts.english.codes import speak_account_numbers, speak_mixed, speak_phone_numbers
from assistant.tts.english.money import speak_money
from assistant.tts.english.numbers import speak_numbers, speak_ordinals, speak_percentages
from assistant.tts.english.words import speak_abbreviations, speak_signs

# The most specific form first: what one step has turned into words, no later step can mistake for
# something else, because words hold no digits.
_STEPS = (
    speak_account_numbers,
    speak_abbreviations,
    speak_money,
    speak_dates,
    speak_phone_numbers,
    speak_percentages,
    speak_ordinals,
    speak_mixed,
    speak_numbers,
    speak_signs,
)


def speak(text: str) -> str:
    """`text` without control characters and markup → the same in words."""
    for step in _STEPS:
        text = step(text)
    return text
