"""Number words that stand alone, as they are in account numbers and codes."""

from __future__ import annotations

from collections.abc import Mapping

from num2words import num2words

NUMBERS: Mapping[str, int] = {num2words(number): number for number in (*range(20), *range(20, 100, 10))}
"""`zero` to `nineteen`, and the tens."""
ZEROS = ("oh", "nought")
"""What else a zero is called."""
