"""How many were asked for: "the last five transactions"."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.nlu.values.found import Found, Spans, is_free
from assistant.nlu.values.words import Number, Word, numbers, split, word_set

_MANY = word_set(
    "transactions payments purchases transfers movements entries bookings items bills expenses debits "
    "credits charges orders withdrawals deposits salaries subscriptions refunds invoices ones things"
)
_ONE = word_set(
    "transaction payment purchase transfer movement booking bill expense debit credit charge order "
    "withdrawal deposit refund"
)
_ORDER = word_set("last latest recent newest first next previous past top biggest largest highest")
_BETWEEN = word_set(
    "most more recent latest last biggest largest card bank grocery incoming outgoing pending regular cash "
    "upcoming different of my the atm"
)
_TIMES = word_set(
    "day days week weeks weekend weekends fortnight month months quarter quarters year years hour hours "
    "minute minutes"
)
_UNITS = word_set(
    "euro euros eur pound pounds gbp quid dollar dollars usd cent cents pence p percent € £ $ hundred "
    "thousand grand"
)
_MOST = 500
"""Nobody wants to hear more; a larger figure is something else."""


def find(text: str, taken: Spans = ()) -> list[Found]:
    """The counts in a text; values are ints."""
    words = split(text)
    found = numbers(words)
    taken = list(taken)
    results = []
    for number in found:
        start, end = words[number.first].start, words[number.last - 1].end
        if _is_count(words, number) and is_free(start, end, taken):
            results.append(Found(start, end, int(number.value)))
    return results or _single(words, taken)


def _is_count(words: Sequence[Word], number: Number) -> bool:
    if number.ordinal or number.decimals or not 1 <= number.value <= _MOST:
        return False
    if words[number.first].text == "ones":
        return False
    before = words[number.first - 1].text if number.first else ""
    if before in ("€", "£", "$"):
        return False
    after = number.last
    if after < len(words) and words[after].text in _TIMES | _UNITS:
        return False
    while after < len(words) and words[after].text in _BETWEEN:
        after += 1
    noun = words[after].text if after < len(words) else ""
    if noun in _TIMES | _UNITS:
        return False
    if noun in _MANY or (noun in _ONE and number.value == 1):
        return before not in ("above", "over", "under", "below", "than", "of")
    return before in _ORDER and noun not in _TIMES


def _single(words: Sequence[Word], taken: Spans) -> list[Found]:
    """ "My last payment" is one."""
    for index in range(1, len(words)):
        order, noun = words[index - 1], words[index]
        if order.text in _ORDER - {"past", "first"} and noun.text in _ONE:
            following = words[index + 1].text if index + 1 < len(words) else ""
            if following not in _MANY and is_free(order.start, noun.end, taken):
                return [Found(order.start, noun.end, 1)]
    return []
