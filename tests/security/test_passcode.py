"""Which passcodes are refused, and what is kept of the others."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import WeakPasscodeError
from assistant.security.passcode import Cost, Passcode, check_strength
from tests.security.clock import CHEAP, PASSCODE

SECRET = bytes(range(32))


@pytest.mark.parametrize(
    ("digits", "why"),
    [
        ("", "6 to 8"),
        ("12345", "6 to 8"),
        ("739158264", "6 to 8"),
        ("73915a", "6 to 8"),
        ("٧٣٩١٥٨", "6 to 8"),
        ("739 158", "6 to 8"),
        ("123456", "even steps"),
        ("654321", "even steps"),
        ("135791", "even steps"),
        ("890123", "even steps"),
        ("111111", "even steps"),
        ("121212", "few"),
        ("112112", "few"),
        ("77777778", "few"),
        ("48214821", "over again"),
        ("482482", "few"),
        ("1234321", "both ends"),
        ("147258", "pattern"),
        ("852741", "pattern"),
        ("314159", "everybody knows"),
        ("240786", "date"),
        ("072486", "date"),
        ("860724", "date"),
        ("24071986", "date"),
        ("07241986", "date"),
        ("19860724", "date"),
        ("2471986", "date"),
        ("290224", "date"),
    ],
)
def test_what_many_would_try_first_is_refused_with_a_reason(digits: str, why: str) -> None:
    with pytest.raises(WeakPasscodeError) as refused:
        check_strength(digits)
    assert why in refused.value.say
    assert not digits or digits not in str(refused.value) + refused.value.remedy


@pytest.mark.parametrize("digits", [PASSCODE, "48205913", "7391582", "902846"])
def test_others_are_taken(digits: str) -> None:
    check_strength(digits)


@given(st.integers(0, 999_999).map("{:06d}".format))
@settings(max_examples=60, deadline=None)
def test_each_two_digits_and_the_whole_are_recognised_and_nothing_else(digits: str) -> None:
    try:
        made = Passcode.from_json(Passcode.of(digits, SECRET, CHEAP).to_json())
    except WeakPasscodeError:
        return
    assert made.is_whole(digits, SECRET)
    assert not made.is_whole(digits[::-1], SECRET)
    for first, second in combinations(range(1, 7), 2):
        right = digits[first - 1] + digits[second - 1]
        assert made.has((first, second), right, SECRET)
        assert not made.has((first, second), f"{(int(right) + 1) % 100:02d}", SECRET)


def test_of_all_hundred_answers_one_is_right() -> None:
    made = Passcode.of(PASSCODE, SECRET, CHEAP)
    right = [number for number in range(100) if made.has((2, 5), f"{number:02d}", SECRET)]
    assert right == [int(PASSCODE[1] + PASSCODE[4])]


def test_without_the_secret_nothing_can_be_tried() -> None:
    made = Passcode.of(PASSCODE, SECRET, CHEAP)
    assert not any(made.has((2, 5), f"{number:02d}", bytes(32)) for number in range(100))


def test_the_same_passcode_is_kept_differently_each_time() -> None:
    one, other = Passcode.of(PASSCODE, SECRET, CHEAP), Passcode.of(PASSCODE, SECRET, CHEAP)
    assert one.salt != other.salt
    assert not set(one.pairs.values()) & set(other.pairs.values())


def test_no_digit_is_in_what_is_kept_or_shown() -> None:
    made = Passcode.of(PASSCODE, SECRET, Cost())
    assert PASSCODE not in repr(made) + str(made.to_json())
    assert "salt" not in repr(made)
    assert (made.cost.memory, made.cost.iterations, made.cost.lanes) == (19_456, 2, 1), "OWASP's least"
