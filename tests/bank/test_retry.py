"""The retry rule: what may be repeated, and how long is waited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bank.retry import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MOST_TRIES,
    Failure,
    Trouble,
    wait_before_retry,
)

failures = st.builds(
    Failure,
    st.sampled_from(Trouble),
    st.integers(400, 599),
    st.none() | st.floats(0, 1e6),
)
draws = st.floats(0, 1, exclude_max=True)
NOT_SENT = Failure(Trouble.NOT_SENT)


@given(
    failures,
    st.integers(1, 10),
    st.floats(-10, 100),
    draws,
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
)
def test_a_wait_is_capped_fits_into_what_is_left_and_ends(
    failure: Failure, tries: int, left: float, draw: float, method: str
) -> None:
    wait = wait_before_retry(method, failure, tries, left, draw)
    if wait is not None:
        assert tries < MOST_TRIES
        assert 0 <= wait <= LONGEST_WAIT
        assert wait < left


@given(failures, st.integers(1, 2), draws, st.sampled_from(["POST", "PUT", "DELETE"]))
def test_what_may_have_been_sent_is_never_sent_twice(
    failure: Failure, tries: int, draw: float, method: str
) -> None:
    wait = wait_before_retry(method, failure, tries, 60, draw)
    assert (wait is not None) == (
        failure.trouble is Trouble.NOT_SENT and (failure.retry_after or 0) <= LONGEST_WAIT
    )


@given(draws, st.integers(1, 2), st.floats(0, 1000))
def test_a_conflict_is_never_repeated(draw: float, tries: int, retry_after: float) -> None:
    assert wait_before_retry("GET", Failure(Trouble.REFUSED, 409, retry_after), tries, 60, draw) is None


@given(st.floats(0, 1e6), draws)
def test_retry_after_is_honoured_or_the_call_given_up(asked: float, draw: float) -> None:
    wait = wait_before_retry("GET", Failure(Trouble.REFUSED, 503, asked), 1, 60, draw)
    assert (wait is None) == (asked > LONGEST_WAIT)
    assert wait is None or wait >= asked


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_overloaded_bank_is_asked_again(status: int) -> None:
    assert wait_before_retry("GET", Failure(Trouble.REFUSED, status), 1, 60, 0.5) == FIRST_WAIT / 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 429, 500, 501])
def test_a_refusal_that_stays_is_not_repeated(status: int) -> None:
    assert wait_before_retry("GET", Failure(Trouble.REFUSED, status), 1, 60, 0.5) is None


def test_too_many_requests_with_a_short_wait_named_is_repeated() -> None:
    assert wait_before_retry("GET", Failure(Trouble.REFUSED, 429, 1.0), 1, 60, 0.0) == 1.0


@pytest.mark.parametrize("trouble", [Trouble.NOT_SENT, Trouble.BROKEN_OFF, Trouble.TIMED_OUT])
def test_a_read_is_repeated_after_trouble_on_the_way(trouble: Trouble) -> None:
    assert wait_before_retry("GET", Failure(trouble), 1, 60, 0.0) == 0.0


def test_the_limit_of_the_wait_doubles() -> None:
    first = wait_before_retry("GET", NOT_SENT, 1, 60, 0.999)
    second = wait_before_retry("GET", NOT_SENT, 2, 60, 0.999)
    assert first is not None
    assert second == pytest.approx(2 * first)


@pytest.mark.parametrize(
    ("failure", "maybe"),
    [
        (NOT_SENT, False),
        (Failure(Trouble.NOT_TRUSTED), False),
        (Failure(Trouble.BROKEN_OFF), True),
        (Failure(Trouble.TIMED_OUT), True),
        (Failure(Trouble.REFUSED, 400), False),
        (Failure(Trouble.REFUSED, 409), False),
        (Failure(Trouble.REFUSED, 429), False),
        (Failure(Trouble.REFUSED, 408), True),
        (Failure(Trouble.REFUSED, 500), True),
        (Failure(Trouble.REFUSED, 503), True),
        (Failure(Trouble.REFUSED), True),
    ],
)
def test_only_a_clear_no_rules_out_that_it_was_done(failure: Failure, maybe: bool) -> None:
    assert failure.maybe_done is maybe
