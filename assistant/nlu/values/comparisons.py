"""Words that compare with an amount: "above fifty", "at most twenty euros", "thirty pounds or more"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.nlu.values.words import Word

ABOVE, BELOW = "above", "below"
_ABOUT, _EXACTLY = "about", "exactly"

_Phrases = tuple[tuple[tuple[str, ...], str], ...]


def _phrases(*rows: tuple[str, tuple[str, ...]]) -> _Phrases:
    return tuple((tuple(phrase.split()), comparison) for comparison, phrases in rows for phrase in phrases)


_BEFORE = _phrases(
    # Denials first: "no more than" ends in "more than".
    (BELOW, ("no more than", "not more than", "not over", "not above", "at most", "up to")),
    (ABOVE, ("no less than", "not less than", "not under", "not below", "at least", "upwards of")),
    (ABOVE, ("more than", "bigger than", "larger than", "greater than", "higher than")),
    (BELOW, ("less than", "smaller than", "lower than", "cheaper than", "fewer than")),
    (ABOVE, ("above", "over", "exceeding", "beyond")),
    (BELOW, ("below", "under")),
    (_ABOUT, ("about", "around", "roughly", "approximately", "nearly", "almost", "circa", "some")),
    (_EXACTLY, ("exactly", "precisely")),
)
_BEHIND = _phrases(
    (ABOVE, ("or more", "or above", "and above", "and up", "and over")),
    (BELOW, ("or less", "or under", "and below", "and under")),
    (_ABOUT, ("or so",)),
)
_VAGUE = frozenset({"some"})
"""Only with a unit: "some fifty euros" but not "some five"."""


def before(words: Sequence[Word], first: int, *, sure: bool) -> tuple[int, str | None]:
    """Where the comparison before the word `first` begins, and which one; `first` and None without one.

    `sure`: a unit or a price was said.
    """
    end = first
    while end > 0 and words[end - 1].text in ("the", "a", "sum"):
        end -= 1
    for phrase, comparison in _BEFORE:
        begin = end - len(phrase)
        if begin >= 0 and tuple(word.text for word in words[begin:end]) == phrase:
            if phrase[0] in _VAGUE and not sure:
                continue
            return begin, comparison
    return first, None


def behind(words: Sequence[Word], last: int) -> tuple[int, str | None]:
    """Where the comparison that begins at the word `last` ends, and which one; `last`, None without one."""
    for phrase, comparison in _BEHIND:
        end = last + len(phrase)
        if tuple(word.text for word in words[last:end]) == phrase:
            return end, comparison
    return last, None
