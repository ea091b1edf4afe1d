"""Amounts as they are said and typed.

"Twenty five pounds fifty", "fifty quid", "nine ninety nine", "a fiver", "€50", "between twenty and thirty".
A figure without a currency is an amount only where its neighbours say so ("above fifty", "a payment
of fifty"); the currency is then left open, never filled in.

What cannot be told apart by ear is settled by these rules, each with its test:

* "two forty five" is a price, 2.45; so are "nine ninety nine" and "thirty eight fifty".
* With a unit behind it, "two forty five euros", it is 245, because a price has its unit in the middle
  ("two euros forty five"); but shop prices stay prices: "nine ninety nine euros" is 9.99.
* Where an amount is being talked about, digits in a row are one number: "one five euros" is 15, and so is
  "fifteen, one five, euros" (spelled.py).
* After "above" or "below" a round pair is hundreds: "above two fifty" is 250.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.nlu.values import comparisons
from assistant.nlu.values.found import Found, Spans, is_free
from assistant.nlu.values.spelled import joined, repeated
from assistant.nlu.values.words import Number, Word, at, numbers, split, word_set

_MAJOR = {
    **dict.fromkeys(("euro", "euros", "eur", "€"), "EUR"),
    **dict.fromkeys(("pound", "pounds", "gbp", "quid", "sterling", "£"), "GBP"),
    **dict.fromkeys(("dollar", "dollars", "usd", "$"), "USD"),
    **dict.fromkeys(("franc", "francs", "chf"), "CHF"),
    "bucks": None,
}
_MINOR = {**dict.fromkeys(("cent", "cents"), None), **dict.fromkeys(("pence", "penny", "p"), "GBP")}
_LANDS = frozenset({"swiss", "us", "american"})
"""Between a figure and its unit: "fifty Swiss francs"."""
_SIGNS = frozenset("€£$")
_CODES_BEFORE = frozenset({"eur", "gbp", "usd", "chf"})
_NOTES = {"fiver": Decimal(5), "tenner": Decimal(10), "grand": Decimal(1000)}
_SHOP_ENDINGS = (95, 99)

_NOT = "not"
_PAYING = word_set(
    "pay paid pays spend spent cost costs charge charged charges afford owe send transfer withdraw withdrew "
    "move wire lend for of"
)
"""A bare figure right behind these is an amount: "a payment of fifty", "was I charged ninety nine"."""

_PAYMENTS = word_set(
    "payment payments transaction transactions purchase purchases charge charges transfer transfers debit "
    "credit expense expenses withdrawal deposit order one ones something anything"
)
_NOT_MONEY = word_set(
    "day days week weeks weekend weekends month months quarter quarters year years hour hours minute minutes "
    "second seconds percent times time o clock am pm people transactions payments purchases accounts cards "
    "digits percents banks"
)


@dataclass(frozen=True, slots=True)
class _Amount:
    first: int
    last: int
    """Words, `last` not included."""
    value: Decimal
    currency: str | None = None
    sure: bool = False
    """A unit or a price was said; otherwise the neighbours decide."""
    pair: tuple[Decimal, Decimal] | None = None
    """The two figures of "two fifty", while it may still be hundreds."""


def find(text: str, taken: Spans = (), *, bare: bool = False) -> list[Found]:
    """The amounts in a text. Values: value, currency, comparison, upper (see the contract of `amount`).

    `bare`: an amount is being talked about, so a figure needs no unit and no neighbours to be one. The role
    is `not` for what is not meant: "fifteen, not fifty".
    """
    words = split(text)
    return _find(words, joined(words, numbers(words)) if bare else numbers(words), taken, bare=bare)


def _find(words: Sequence[Word], figures: Sequence[Number], taken: Spans, *, bare: bool) -> list[Found]:
    taken = list(taken)
    results: list[Found] = []
    index = 0
    while index < len(words):
        amount = _amount(words, figures, index)
        if amount is None or not is_free(words[index].start, words[amount.last - 1].end, taken):
            index += 1
            continue
        found, index = _with_neighbours(words, figures, amount, bare=bare)
        if found is not None and is_free(found.start, found.end, taken):
            results.append(found)
    return results


def meanings(text: str) -> list[tuple[Decimal, str | None]]:
    """What the last amount in a text may mean, as (value, currency), likeliest first.

    "Two fifty" is 2.50 or 250, "five five" is 55 or 5: no ear can tell. Where no figure is clearly an amount
    the last bare one is taken, as after "how much?".
    """
    words = split(text)
    figures = joined(words, numbers(words))
    sure = next(reversed(_find(words, figures, (), bare=False)), None)
    found: list[tuple[Decimal, str | None]] = []
    index = 0
    while index < len(words):
        amount = _amount(words, figures, index)
        index = amount.last if amount else index + 1
        if amount is None or (sure and not sure.start <= words[amount.first].start < sure.end):
            continue
        value = Decimal(sure.value["value"]) if sure else amount.value
        values = [value]
        if amount.pair:
            first, second = amount.pair
            values += [each for each in (first * 100 + second, first + second / 100) if each != value]
        row = at(figures, amount.first)
        once = repeated(words, row) if row else None
        if row and once is not None:
            values.append(value - row.value + once)
        found = [(Decimal(_plain(each)), amount.currency) for each in values]
    return found


def _with_neighbours(
    words: Sequence[Word], figures: Sequence[Number], amount: _Amount, *, bare: bool
) -> tuple[Found | None, int]:
    """The amount with its comparison and upper end; and the word to go on from."""
    ranged = _range(words, figures, amount)
    if ranged is not None:
        first, upper = ranged
        low = amount
        currency = low.currency or upper.currency
        return _found(words, first, upper.last, low.value, currency, "between", upper.value), upper.last
    first, comparison = _comparison_before(words, amount)
    last = amount.last
    if comparison is None:
        last, comparison = _comparison_behind(words, figures, amount)
    if comparison is None and not (bare or amount.sure or _is_paid(words, amount)):
        return None, amount.last
    value = amount.value
    one_sided = comparison in (comparisons.ABOVE, comparisons.BELOW)
    if amount.pair is not None and one_sided and amount.pair[1] % 10 == 0:
        value = amount.pair[0] * 100 + amount.pair[1]
    return _found(words, first, last, value, amount.currency, comparison), last


def _found(
    words: Sequence[Word],
    first: int,
    last: int,
    value: Decimal,
    currency: str | None,
    comparison: str | None,
    upper: Decimal | None = None,
) -> Found:
    return Found(
        words[first].start,
        words[last - 1].end,
        {
            "value": _plain(value),
            "currency": currency,
            "comparison": comparison,
            "upper": None if upper is None else _plain(upper),
        },
        _NOT if first and words[first - 1].text == _NOT else "",
    )


def _plain(value: Decimal) -> str:
    """Whole, or with two decimals."""
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    rounded = value.quantize(Decimal("0.01"))
    return f"{rounded if rounded == value else value:f}"


# --- one amount ------------------------------------------------------------------------------


def _amount(words: Sequence[Word], figures: Sequence[Number], index: int) -> _Amount | None:
    word = words[index].text
    if word in _SIGNS or word in _CODES_BEFORE:
        figure = at(figures, index + 1)
        if figure is not None and not figure.ordinal:
            return _Amount(index, figure.last, figure.value, _MAJOR[word], sure=True)
        return None
    if word in ("a", "one") and index + 1 < len(words) and words[index + 1].text in _NOTES:
        return _Amount(index, index + 2, _NOTES[words[index + 1].text], sure=True)
    figure = at(figures, index)
    if figure is None or figure.ordinal:
        return None
    return _of_figure(words, figures, figure)


def _of_figure(words: Sequence[Word], figures: Sequence[Number], figure: Number) -> _Amount | None:
    last = figure.last
    following = words[last].text if last < len(words) else ""
    if following in _LANDS and last + 1 < len(words) and words[last + 1].text in _MAJOR:
        last += 1
        following = words[last].text
    if words[figure.first].tail == "p":
        return _Amount(figure.first, figure.last, figure.value / 100, "GBP", sure=True)
    if following in _NOTES:
        return _Amount(figure.first, figure.last + 1, figure.value * _NOTES[following], sure=True)
    if following in _MINOR:
        return _Amount(figure.first, figure.last + 1, figure.value / 100, _MINOR[following], sure=True)
    if following in _MAJOR:
        return _with_cents(words, figures, figure.first, last + 1, figure.value, _MAJOR[following])
    price = _price(words, figures, figure)
    if price is not None:
        return price
    if following in _NOT_MONEY:
        return None
    return _Amount(figure.first, figure.last, figure.value, sure=figure.typed and figure.decimals == 2)


def _with_cents(
    words: Sequence[Word],
    figures: Sequence[Number],
    first: int,
    last: int,
    value: Decimal,
    currency: str | None,
) -> _Amount:
    """ "Pounds fifty", "euros and thirty cents"; `last` is behind the unit."""
    whole = _Amount(first, last, value, currency, sure=True)
    if value != value.to_integral_value():
        return whole
    joined = last < len(words) and words[last].text == "and"
    cents = at(figures, last + joined)
    if cents is None or cents.ordinal or cents.decimals or not 0 < cents.value < 100:
        return whole
    behind = words[cents.last].text if cents.last < len(words) else ""
    if behind in _MINOR:
        return _Amount(first, cents.last + 1, value + cents.value / 100, currency or _MINOR[behind], True)
    # Without its unit only a pair of digits right behind: "and fifty" may begin something new.
    if joined or cents.value < 10 or behind in _MAJOR or behind in _NOT_MONEY or cents.typed:
        return whole
    return _Amount(first, cents.last, value + cents.value / 100, currency, True)


def _price(words: Sequence[Word], figures: Sequence[Number], figure: Number) -> _Amount | None:
    """ "Nine ninety nine", "two oh five"; see the rules above for what a unit behind it means."""
    if figure.typed or figure.decimals or not 1 <= figure.value <= 99:
        return None
    if words[figure.first].text in ("couple", "few", "dozen"):
        return None
    if figure.last < len(words) and words[figure.last].text in ("oh", "o"):
        unit = at(figures, figure.last + 1)
        if unit is None or unit.ordinal or not 1 <= unit.value <= 9 or unit.last - unit.first > 1:
            return None
        value, last = figure.value + unit.value / 100, unit.last
        pair = None
    else:
        cents = at(figures, figure.last)
        if cents is None or cents.ordinal or cents.typed or cents.decimals or not 10 <= cents.value <= 99:
            return None
        if cents.last < len(words) and words[cents.last].text in _NOT_MONEY:
            return None
        value, last = figure.value + cents.value / 100, cents.last
        pair = (figure.value, cents.value) if figure.value < 10 else None
    unit_word = words[last].text if last < len(words) else ""
    if unit_word not in _MAJOR:
        return _Amount(figure.first, last, value, None, True, pair)
    if pair is not None and pair[1] not in _SHOP_ENDINGS:
        value = pair[0] * 100 + pair[1]
    return _Amount(figure.first, last + 1, value, _MAJOR[unit_word], True, pair)


# --- its neighbours --------------------------------------------------------------------------


def _comparison_before(words: Sequence[Word], amount: _Amount) -> tuple[int, str | None]:
    """Where the comparison begins, and which one; the amount's own beginning without one."""
    return comparisons.before(words, amount.first, sure=amount.sure)


def _comparison_behind(
    words: Sequence[Word], figures: Sequence[Number], amount: _Amount
) -> tuple[int, str | None]:
    """Where the comparison ends, and which one; the amount's own end without one."""
    end, comparison = comparisons.behind(words, amount.last)
    if comparison is None:
        return end, None
    # In "fifty euros and above twenty dollars" the word is the second one's.
    others = (_amount(words, figures, index) for index in range(end, len(words)))
    following = next((other for other in others if other is not None), None)
    if following is not None and _comparison_before(words, following)[0] < end:
        return amount.last, None
    return end, comparison


def _range(words: Sequence[Word], figures: Sequence[Number], low: _Amount) -> tuple[int, _Amount] | None:
    """Where "between twenty and thirty" or "twenty to thirty euros" begins, and its upper end."""
    if low.last + 1 >= len(words) or words[low.last].text not in ("and", "to"):
        return None
    high = _amount(words, figures, low.last + 1)
    if high is None or high.value <= low.value:
        return None
    begin = words[low.first - 1].text if low.first else ""
    link = words[low.last].text
    if (begin == "between" and link == "and") or (begin == "from" and link == "to"):
        return low.first - 1, high
    if link == "to" and (low.sure or high.sure):
        return low.first, high
    return None


def _is_paid(words: Sequence[Word], amount: _Amount) -> bool:
    """Whether a bare figure follows a word of paying: "charged ninety nine", "a payment of fifty"."""
    if amount.first == 0 or words[amount.first - 1].text not in _PAYING:
        return False
    if words[amount.first - 1].text in ("of", "for"):
        return amount.first > 1 and words[amount.first - 2].text in _PAYMENTS
    return True
