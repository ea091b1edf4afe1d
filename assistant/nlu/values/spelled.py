"""Numbers that are said digit by digit: "one five" is fifteen, and so is "fifteen, one five".

Our own read-backs say amounts that way, and who is not understood answers in kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from assistant.nlu.values.words import Number, Word, at, numbers, split

_ZEROS = ("oh", "o")
_MOST = 6
"""Digits of an amount: a longer row is the number of something."""


def joined(words: Sequence[Word], figures: Sequence[Number]) -> tuple[Number, ...]:
    """These numbers with every row of single digits as one, which may say the number before it once more."""
    found: list[Number] = []
    index = 0
    while index < len(words):
        number = _said_twice(words, figures, index) or _row(words, figures, index) or at(figures, index)
        if number is not None:
            found.append(number)
        index = number.last if number is not None else index + 1
    return tuple(found)


def repeated(words: Sequence[Word], number: Number) -> Decimal | None:
    """The digit of "five five", which may be one that was said twice; None for anything else."""
    said = [word.text for word in words[number.first : number.last]]
    twice = len(said) == 2 and said[0] == said[1] and not number.typed
    return number.value % 10 if twice else None


def is_row(text: str) -> bool:
    """Whether digits in a row are in it, which somebody may also have said to themselves."""
    words = split(text)
    figures = numbers(words)
    return any(_row(words, figures, index) for index in range(len(words)))


def _row(words: Sequence[Word], figures: Sequence[Number], first: int) -> Number | None:
    """Two single digits or more from this word on, the last one with what is behind its point."""
    digits, last, decimals = "", first, 0
    while last < len(words) and not decimals:
        figure = at(figures, last)
        if figure is not None and _is_digit(figure, pointed=bool(digits)):
            digits += f"{figure.value:.{figure.decimals}f}"
            last, decimals = figure.last, figure.decimals
        elif digits and figure is None and words[last].text in _ZEROS:
            digits, last = digits + "0", last + 1
        else:
            break
    count = len(digits.partition(".")[0])
    if not 2 <= count <= _MOST or digits.startswith("0"):
        return None
    if count == 3 and words[first + 1].text in _ZEROS and digits[2] != "0":  # "two oh five" is a price
        return None
    return Number(first, last, Decimal(digits), decimals=decimals)


def _is_digit(figure: Number, *, pointed: bool) -> bool:
    """`pointed`: it may be "five point two"."""
    if figure.typed or figure.ordinal or figure.value >= 10:
        return False
    return pointed if figure.decimals else figure.last - figure.first == 1


def _said_twice(words: Sequence[Word], figures: Sequence[Number], first: int) -> Number | None:
    """A number and the digits of the same: "fifty, five zero", though "fifty five" is a number too."""
    figure = at(figures, first)
    if figure is None or figure.typed or figure.ordinal or figure.decimals or figure.value < 10:
        return None
    for middle in range(first + 1, figure.last + 1):
        (number,) = numbers(tuple(words[first:middle])) or (None,)
        if number is None or (number.first, number.last) != (0, middle - first):
            continue
        digits = f"{number.value:.0f}"
        again = [numbers((word,)) for word in words[middle : middle + len(digits)]]
        if number.value >= 10 and [f"{each[0].value:.0f}" if each else "" for each in again] == list(digits):
            return Number(first, middle + len(digits), number.value)
    return None
