"""Utterances that are the same, or that little keeps apart.

Every utterance is put down under each way of leaving one word out or open; two that meet there differ by
one word. That costs one pass: 11,000 utterances take less than a second, all pairs of them would be sixty
million comparisons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import jellyfish
from rapidfuzz import fuzz

from assistant.nlu.examples import ANNOTATION, Example, names, same
from assistant.nlu.finding import Finding, Severity

_ALIKE = 80
"""Of 100: from this likeness of their letters on, two words are taken for alike."""
_LETTERS = 4
"""A shorter word is like too many others."""
_SMALL = frozenset(
    [
        *("a", "an", "the", "my", "me", "our", "i", "i'm", "i've", "is", "it", "it's", "was", "are", "do"),
        *("did", "of", "to", "in", "at", "on", "for", "and", "so", "all"),
    ]
)
"""Unstressed words, which a recogniser loses or makes up; "not" and "no" are short and well heard."""
_OPEN = "\0"


def repeated(examples: Iterable[Example]) -> Iterator[Finding]:
    """The same words in two intents (nobody can learn that), or twice in one (idle)."""
    by_words: dict[str, list[Example]] = defaultdict(list)
    for each in examples:
        by_words[same(each.text)].append(each)
    for group in by_words.values():
        first = group[0]
        for other in group[1:]:
            if other.intent != first.intent:
                text = f"“{other.plain}” means `{other.intent}` here and `{first.intent}` at {first.place}"
                yield Finding(other.file, other.line, text, Severity.ERROR, (first.place,))
            elif other.text == first.text:
                text = f"“{other.plain}” is there already, at {first.place}"
                yield Finding(other.file, other.line, text, Severity.WARNING, (first.place,))


def confusable(examples: Iterable[Example]) -> Iterator[Finding]:
    """Pairs of two intents that differ by a name, by a word that is like the other, or by a small word."""
    shapes: dict[str, list[Example]] = defaultdict(list)
    for each in examples:
        shapes[_shape(each)].append(each)
    for group in shapes.values():
        other = next((each for each in group if each.intent != group[0].intent), None)
        if other is not None and same(other.text) != same(group[0].text):
            yield _finding(other, group[0], "only the name tells it from")
    for one, two, reason in sorted(_one_word_off(shapes)):
        first, second = shapes[one][0], shapes[two][0]
        if {each.intent for each in shapes[one]}.isdisjoint(each.intent for each in shapes[two]):
            yield _finding(first, second, reason)


def _finding(one: Example, two: Example, reason: str) -> Finding:
    text = f"“{one.plain}” (`{one.intent}`): {reason} “{two.plain}” (`{two.intent}`, {two.place})"
    return Finding(one.file, one.line, text, Severity.NOTE, (two.place,))


def _shape(example: Example) -> str:
    """The words, each marked name as one sign of its kind."""
    marked = iter(names(example.text))
    return same(ANNOTATION.sub(lambda _: f"ˑ{next(marked).entity}", example.text))


def _one_word_off(shapes: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    places: dict[Sequence[str], list[tuple[str, str]]] = defaultdict(list)
    for shape in shapes:
        words = shape.split()
        places[tuple(words)].append((shape, ""))
        for index, word in enumerate(words):
            if not word.startswith("ˑ"):
                before, after = tuple(words[:index]), tuple(words[index + 1 :])
                replaced = (*before, _OPEN, *after)
                places[replaced].append((shape, word))
                places[before + after].append((shape, word))
    seen: set[tuple[str, str]] = set()
    for key, group in places.items():
        for (one, left), (two, right) in combinations(group, 2):
            pair = (one, two) if one <= two else (two, one)
            if one == two or pair in seen:
                continue
            reason = _reason(left, right, replaced=_OPEN in key)
            if reason:
                seen.add(pair)
                yield one, two, reason


def _reason(left: str, right: str, *, replaced: bool) -> str:
    """Why two words are easily taken for one another; empty when they are not."""
    if not replaced:
        word = left or right
        lost = not (left and right) and word in _SMALL
        return f"only the small word “{word}” tells it from" if lost else ""
    if min(len(left), len(right)) < _LETTERS:
        return ""
    if fuzz.ratio(left, right) >= _ALIKE:
        return f"“{left}” looks like “{right}” in"
    if jellyfish.metaphone(left) == jellyfish.metaphone(right):
        return f"“{left}” sounds like “{right}” in"
    return ""
