"""What the numbers of an evaluation are, and what they are worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.training.evaluation.baseline import accept, accepted
from assistant.training.evaluation.scores import Result, Share, compare
from tests.training.evaluation_examples import result, sentence


def test_wilsons_interval_is_that_of_the_textbook() -> None:
    """Wilson 1927; the figures for 9 of 10 and for 0 of 10 are those that R's binom.wilson prints."""
    low, high = Share(9, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert Share(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_right_wrong_and_complete() -> None:
    mark = ("account", 0, 5)
    cases = [
        (sentence(1, "a", "a", wanted=(mark,), found=(mark,)), True, True),
        (sentence(2, "a", "a", wanted=(mark,)), True, False),
        (sentence(3, "a", "b"), False, False),
        (sentence(4, "out_of_scope", "nlu_fallback", found=(mark,)), True, True),
        (sentence(5, "a", "nlu_fallback"), False, False),
    ]
    for each, right, complete in cases:
        assert (each.is_right, each.is_complete) == (right, complete)
    all_of_them = Result("a", tuple(each for each, *_ in cases))
    assert all_of_them.right == Share(3, 5)
    assert all_of_them.answered_wrongly == Share(1, 5)


def test_precision_recall_and_their_interval() -> None:
    sentences = [sentence(n, "a", "a") for n in range(8)]
    sentences += [sentence(8, "a", "b"), sentence(9, "b", "a")]
    score = next(each for each in Result("r", tuple(sentences)).intents() if each.name == "a")
    assert (score.precision, score.recall, score.f1) == (8 / 9, 8 / 9, 8 / 9)
    low, high = score.interval
    assert 0.6 < low < score.f1 < high <= 1.0
    assert Result("r", tuple(sentences)).intents() == Result("r", tuple(sentences)).intents()
    many = Result("r", tuple(replace(s, text=f"{s.text}{n}") for n in range(50) for s in sentences))
    narrow = next(each for each in many.intents() if each.name == "a").interval
    assert narrow[1] - narrow[0] < (high - low) / 4


def test_names_count_with_kind_and_place() -> None:
    right, other = ("account", 0, 5), ("account", 0, 6)
    sentences = (
        sentence(1, "a", "a", wanted=(right,), found=(right,)),
        sentence(2, "a", "a", wanted=(right,), found=(other,)),
        sentence(3, "out_of_scope", "a", found=(right,)),
    )
    (score,) = Result("r", sentences).entities()
    assert (score.hits, score.wanted, score.found) == (1, 2, 2)


def test_better_and_worse_sentence_by_sentence(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, home=tmp_path / "home")
    assert accepted(settings, "sample") is None
    file = accept(settings, result(12))
    assert file.stat().st_mode & 0o077 == 0
    old = accepted(settings, "sample")
    assert old == result(12)
    new = result(5)
    swapped = list(new.sentences)
    swapped[100] = replace(swapped[100], taken="income", meant=swapped[100].meant)
    changes = compare(old.sentences, swapped)
    healed = [number for number in range(5, 12) if number % 7 or number % 5 == 2]
    assert [after.text for _, after in changes.better] == [f"sentence number {n} <i>" for n in healed]
    assert [after.text for _, after in changes.worse] == ["sentence number 100 <i>"]
    assert changes.both == 200
