"""How often a standing order is carried out."""

from __future__ import annotations

import pytest

from assistant.nlu.values.frequencies import find


@pytest.mark.parametrize(
    ("said", "frequency", "words"),
    [
        ("every month on the first send fifty to savings", "Monthly", "every month"),
        ("send twenty to tom every week", "Weekly", "every week"),
        ("pay conor a hundred each month", "Monthly", "each month"),
        ("every two weeks", "EveryTwoWeeks", "every two weeks"),
        ("every other week please", "EveryTwoWeeks", "every other week"),
        ("once a month", "Monthly", "once a month"),
        ("monthly", "Monthly", "monthly"),
        ("set up a weekly payment", "Weekly", "weekly"),
        ("every three months", "Quarterly", "every three months"),
        ("every 6 months", "SemiAnnual", "every 6 months"),
        ("fifty every friday", "Weekly", "every"),
        ("a yearly standing order", "Annual", "yearly"),
        ("every day", "Daily", "every day"),
    ],
)
def test_a_frequency_is_found(said: str, frequency: str, words: str) -> None:
    (found,) = find(said)
    assert (found.value, said[found.start : found.end]) == (frequency, words)


@pytest.mark.parametrize(
    "said", ["last month", "in a month", "this week", "every payment", "every five months", "the first", ""]
)
def test_no_frequency(said: str) -> None:
    assert find(said) == []
