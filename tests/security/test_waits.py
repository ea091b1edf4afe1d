"""However clocks are set and machines restarted, no wait gets shorter than the time that passed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.security.waits import WAITS, Moment, Tries, now
from tests.security.clock import Machine

steps = st.lists(
    st.tuples(st.sampled_from(["wait", "set_clock", "wrong"]), st.floats(-1e6, 1e6)), min_size=1, max_size=30
)


@given(steps)
def test_while_the_machine_runs_only_time_counts(course: list[tuple[str, float]]) -> None:
    machine, tries, free_at = Machine(), Tries(), 0.0
    for step, seconds in course:
        if step == "wait":
            machine.wait(abs(seconds))
        elif step == "set_clock":
            machine.set_clock(seconds)
        else:
            tries = tries.another(machine())
            free_at = machine.uptime + WAITS[min(tries.wrong, len(WAITS) - 1)]
        assert abs(tries.wait(machine()) - max(0.0, free_at - machine.uptime)) < 1e-3
        assert Tries.from_json(tries.to_json()) == tries


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_after_a_restart_a_clock_set_back_gives_nothing(passed: float, back: float) -> None:
    machine = Machine()
    tries = Tries(wrong=4).another(machine())
    machine.restart(seconds=passed)
    machine.set_clock(-back)
    assert tries.wait(machine()) >= WAITS[5] - passed - 1e-3


def test_waits_grow() -> None:
    assert list(WAITS) == sorted(WAITS)
    assert WAITS[-1] == 86_400


def test_this_machine_has_a_clock_of_its_own() -> None:
    first, second = now(), now()
    assert isinstance(first, Moment)
    assert first.boot == second.boot
    assert 0 <= second.since(first) < 60
    assert first.since(second) == 0
