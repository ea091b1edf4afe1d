"""Intents that are taught with too few, or too uniform, utterances."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from assistant.nlu.examples import ANNOTATION, Example, names, same
from assistant.nlu.finding import Finding, Severity

FEW = 15
"""Below it cross-validation has nothing to say about an intent, and a new wording is mostly missed."""
_UNIFORM = 0.5
"""Share of different sentences, names left aside. Ours have 0.73 or more."""
_SAME_BEGINNING = 0.6
"""Share of utterances that begin with the same two words. Ours have 0.44 or less."""


def too_little(examples: Iterable[Example]) -> Iterator[Finding]:
    """One finding an intent at most, at its first utterance."""
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for each in examples:
        by_intent[each.intent].append(each)
    for intent, mine in by_intent.items():
        first = mine[0]
        shapes = {_without_names(each) for each in mine}
        beginnings = Counter(" ".join(same(each.text).split()[:2]) for each in mine)
        beginning, count = beginnings.most_common(1)[0]
        if len(mine) < FEW:
            text = f"`{intent}` has {len(mine)} utterances; {FEW} are few, forty are a good start"
        elif len(shapes) < _UNIFORM * len(mine):
            text = (
                f"`{intent}` has {len(mine)} utterances and only {len(shapes)} sentences: the rest are names"
            )
        elif count > _SAME_BEGINNING * len(mine):
            text = f"{count} of {len(mine)} utterances of `{intent}` begin with “{beginning}”"
        else:
            continue
        yield Finding(first.file, first.line, text, Severity.WARNING)


def _without_names(example: Example) -> str:
    marked = iter(names(example.text))
    return same(ANNOTATION.sub(lambda _: f"ˑ{next(marked).entity}", example.text))
