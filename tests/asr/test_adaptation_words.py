"""Expected answers, where new names are expected, and stand-ins for words that a model lacks."""

import pytest

from assistant.asr.adaptation_names import imitate
from assistant.asr.adaptation_nearest import NearestWords
from assistant.asr.adaptation_questions import Question, answers
from assistant.asr.graph_language import Counts, count
from assistant.asr.graph_text import normalise

WORDS = ["how", "much", "at", "tesco", "last", "month", "pay"]


@pytest.mark.parametrize("question", list(Question))
def test_answers_are_plain_words_and_all_different(question: Question) -> None:
    found = answers(question)
    assert all(normalise(text) == text for text in found)
    assert len(set(found)) > 0.9 * len(found) > 20


def test_amounts_have_no_liking_for_equal_pounds_and_pence() -> None:
    found = set(answers(Question.AMOUNT))
    equal = sum(
        f"{word} pounds {word}" in found for word in ("fifteen", "twenty", "thirty", "forty", "fifty")
    )
    assert equal <= 1


def _seen(counts: Counts, *words: str) -> float:
    rows, seen = counts.orders[len(words) - 1]
    row = [counts.vocabulary.index(word) for word in words]
    return float(seen[(rows == row).all(axis=1)].sum())


def test_a_name_stands_where_known_names_stand() -> None:
    everyday = count(["how much at tesco last month", "pay tesco"] * 10, WORDS)
    found = imitate(everyday, ["liffey homes", "zorbello"], ["tesco"], 0.5)
    assert _seen(found, "at", "zorbello") == _seen(found, "at", "liffey") == 5
    assert _seen(found, "homes", "last") == 5
    assert _seen(found, "at", "zorbello", "last") == 5
    assert _seen(found, "liffey", "homes") > 0
    assert _seen(found, "at", "homes") == 0


def test_nothing_to_imitate_gives_no_counts() -> None:
    assert imitate(count(["pay"], WORDS), ["zorbello"], ["marie"], 1.0).sentences == 0


def test_nearest_words_may_be_two_and_must_be_near() -> None:
    nearest = NearestWords(
        {"mar": [("M", "AA", "R")], "teen": [("T", "IY", "N")], "tesco": [("T", "EH", "S", "K", "OW")]}
    )
    assert nearest.find(("T", "EH", "S", "K", "UW")) == "tesco"
    assert nearest.find(("M", "AA", "R", "T", "IY", "N")) == "mar teen"
    assert nearest.find(("ZH", "UH", "V", "AW")) == ""
