import pytest

from assistant.training.speech.calibrate import reliability, rising_curve
from assistant.training.speech.listen import Heard, align
from bench.speech_scores import Score


@pytest.mark.parametrize(
    ("said", "heard", "errors", "right"),
    [
        ("a b c", "a b c", 0, (True, True, True)),
        ("a b c", "a c", 1, (True, True)),
        ("a b c", "a x b c", 1, (True, False, True, True)),
        ("a b c", "a x c", 1, (True, False, True)),
        ("", "a", 1, (False,)),
        ("a b", "", 2, ()),
    ],
)
def test_alignment(said: str, heard: str, errors: int, right: tuple[bool, ...]) -> None:
    found = align(said.split(), heard.split())
    assert (found.errors, found.right) == (errors, right)


def test_a_curve_rises_and_never_claims_certainty() -> None:
    pairs = [(n / 100, n % 10 < n / 10) for n in range(100)] * 5
    raw, right = rising_curve(pairs)
    assert list(raw) == sorted(raw)
    assert list(right) == sorted(right)
    assert 0 < right[0] < right[-1] < 1


def test_equal_figures_are_judged_together() -> None:
    """Three quarters of the words that the recogniser is wholly sure of are right; none of the rest is."""
    pairs = [(1.0, n % 4 > 0) for n in range(400)] + [(0.5, False)] * 100
    raw, right = rising_curve(pairs)
    assert raw[-1] == 1.0
    assert right[-1] == pytest.approx(0.75, abs=0.01)
    assert reliability(pairs)[-1] == pytest.approx((1.0, 0.75, 400))


def test_reliability_bins_hold_every_word() -> None:
    rows = reliability([(n / 50, n > 25) for n in range(50)])
    assert sum(count for _, _, count in rows) == 50
    assert [sure for sure, _, _ in rows] == sorted(sure for sure, _, _ in rows)


def _scored(said: str, heard: str, confidence: float = 1.0) -> Score:
    score = Score()
    score.add(said, Heard(heard, tuple(confidence for _ in heard.split())), confidence, "voice")
    return score


def test_a_wrong_sum_counts_and_is_silent_only_when_sure() -> None:
    assert _scored("pay fifteen pounds", "pay fifty pounds").silent_amounts == 1
    unsure = _scored("pay fifteen pounds", "pay fifty pounds", 0.4)
    assert (unsure.wrong_amounts, unsure.silent_amounts) == (1, 0)


def test_other_words_do_not_make_a_sum_wrong() -> None:
    score = _scored("pay marie a hundred pounds", "pay mary a hundred pounds")
    assert (score.errors, score.amounts, score.wrong_amounts) == (1, 1, 0)


def test_digits_are_counted_in_digit_strings_only() -> None:
    score = _scored("code one two three", "code one two tree")
    assert (score.digits, score.wrong_digits) == (3, 1)
    assert _scored("two payments", "two payments").digits == 0
