"""How often: "every month on the first", "weekly", "every two weeks", as XS2A names it."""

from __future__ import annotations

from assistant.nlu.values.found import Found
from assistant.nlu.values.words import split, word_set

_ONCE_A = {
    "day": "Daily",
    "week": "Weekly",
    "month": "Monthly",
    "quarter": "Quarterly",
    "year": "Annual",
}
_ADVERBS = {
    "daily": "Daily",
    "weekly": "Weekly",
    "fortnightly": "EveryTwoWeeks",
    "monthly": "Monthly",
    "quarterly": "Quarterly",
    "yearly": "Annual",
    "annually": "Annual",
}
_SEVERAL = {
    (2, "weeks"): "EveryTwoWeeks",
    (2, "months"): "EveryTwoMonths",
    (3, "months"): "Quarterly",
    (6, "months"): "SemiAnnual",
    (12, "months"): "Annual",
}
_NUMBERS = {"two": 2, "2": 2, "three": 3, "3": 3, "six": 6, "6": 6, "twelve": 12, "12": 12}
_OTHER = {"week": "EveryTwoWeeks", "month": "EveryTwoMonths"}
_WEEKDAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_EVERY = word_set("every each per")
_NOT_RATES = word_set("in for within after once half than is such what")


def find(text: str) -> list[Found]:
    """Every frequency, from left to right; the value is XS2A's `frequency`.

    "Every friday" is weekly, and the day is left for whoever reads days.
    """
    words = split(text)
    found: list[Found] = []

    def word(place: int) -> str:
        return words[place].text if 0 <= place < len(words) else ""

    for place in range(len(words)):
        here, following, third = word(place), word(place + 1), word(place + 2)
        length, value = 0, ""
        if here in _ADVERBS:
            length, value = 1, _ADVERBS[here]
        elif here in _EVERY and following in _ONCE_A:
            length, value = 2, _ONCE_A[following]
        elif here == "once" and following == "a" and third in _ONCE_A:
            length, value = 3, _ONCE_A[third]
        elif here == "every" and following in ("other", "second") and third in _OTHER:
            length, value = 3, _OTHER[third]
        elif here == "a" and following in _ONCE_A and _is_rate(word(place - 1), third):
            length, value = 2, _ONCE_A[following]
        elif here == "every" and following == "fortnight":
            length, value = 2, "EveryTwoWeeks"
        elif here == "every" and (_NUMBERS.get(following, 0), third) in _SEVERAL:
            length, value = 3, _SEVERAL[_NUMBERS[following], third]
        elif here in _EVERY and following in _WEEKDAYS:
            length, value = 1, "Weekly"
        if value:
            found.append(Found(words[place].start, words[place + length - 1].end, value))
    return found


def _is_rate(before: str, behind: str) -> bool:
    """ "Fifty euros a month", and neither "in a month" nor "a month ago"."""
    return bool(before) and before not in _NOT_RATES and behind not in ("ago", "before")
