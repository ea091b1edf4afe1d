"""All values of a text, each figure taken once."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from assistant.nlu.values import amounts, counts, periods
from assistant.nlu.values.found import Found


@lru_cache(maxsize=16_384)  # all sentences of the training data, which several components read
def read(text: str, today: date) -> tuple[tuple[str, Found], ...]:
    """(period, count or amount, what was found), in the order of the text."""
    found = [("period", each) for each in periods.find(text, today)]
    taken = [(each.start, each.end) for _, each in found]
    found += [("count", each) for each in counts.find(text, taken)]
    taken = [(each.start, each.end) for _, each in found]
    found += [("amount", each) for each in amounts.find(text, taken)]
    return tuple(sorted(found, key=lambda each: each[1].start))
