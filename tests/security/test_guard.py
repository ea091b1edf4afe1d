"""What the guard wants before which act, and what an answer is worth."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from assistant.errors import GuardError, LockedError, NoPasscodeError, WrongPasscodeError
from assistant.security.demands import Act, Need
from assistant.security.guard import Guard
from assistant.security.waits import SPOKEN_TRIES, WAITS
from tests.bank.test_payment_orders import order
from tests.security.clock import PASSCODE, Machine, asked, digits_for, guard_in, wrong

TEN = order(amount="10.00")


def test_without_a_passcode_answers_are_given_and_no_money_moves(folder: Path, machine: Machine) -> None:
    guard = guard_in(folder, machine)
    assert guard.demand(Act.ANSWER, conversation="desk") is None
    for act in (Act.PAY, Act.MOVE, Act.CHANGE):
        demand = guard.demand(act, order=TEN, conversation="desk")
        assert demand is not None
        assert demand.need is Need.SET
        assert isinstance(demand.error, NoPasscodeError)
    assert not guard.lock(), "there would be no way to open it again"
    with pytest.raises(NoPasscodeError):
        guard.prove(PASSCODE)


@pytest.mark.parametrize("act", [Act.PAY, Act.MOVE, Act.CHANGE, Act.ANSWER])
def test_two_digits_open_it(act: Act, guard: Guard) -> None:
    demand = guard.demand(act, order=TEN, conversation="desk")
    outcome = guard.answer("desk", digits_for(demand))
    assert outcome.right
    assert outcome.demand is None
    assert guard.demand(act, order=TEN, conversation="desk") is None


def test_it_is_open_for_this_conversation_only(guard: Guard) -> None:
    guard.answer("desk", digits_for(asked(guard)))
    assert guard.demand(Act.PAY, order=TEN, conversation="desk") is None
    assert guard.demand(Act.PAY, order=TEN, conversation="kitchen") is not None


def test_it_closes_again_when_it_has_been_quiet(guard: Guard, machine: Machine) -> None:
    guard.answer("desk", digits_for(asked(guard)))
    machine.wait(4 * 60)
    assert guard.demand(Act.CHANGE, conversation="desk") is None
    machine.wait(4 * 60)
    assert guard.demand(Act.CHANGE, conversation="desk") is None, "it was in use meanwhile"
    machine.wait(5 * 60)
    assert guard.demand(Act.CHANGE, conversation="desk") is not None
    assert guard.demand(Act.ANSWER, conversation="desk") is None, "answers have longer"
    machine.wait(11 * 60)
    assert guard.demand(Act.ANSWER, conversation="desk") is None, "in use eleven minutes ago"
    machine.wait(15 * 60)
    assert guard.demand(Act.ANSWER, conversation="desk") is not None


def test_a_clock_that_is_set_back_keeps_nothing_open(guard: Guard, machine: Machine) -> None:
    guard.answer("desk", digits_for(asked(guard)))
    machine.wait(6 * 60)
    machine.set_clock(-6 * 60)
    assert guard.demand(Act.PAY, order=TEN, conversation="desk") is not None


def test_every_payment_can_be_asked_for(guard: Guard) -> None:
    guard.set_rules(replace(guard.rules, money_after=0))
    guard.answer("desk", digits_for(asked(guard)))
    assert guard.demand(Act.PAY, order=TEN, conversation="desk") is None
    assert guard.demand(Act.PAY, order=TEN, conversation="desk") is not None


def test_answers_may_be_left_open_and_lock_closes_them(folder: Path, machine: Machine, guard: Guard) -> None:
    guard.set_rules(replace(guard.rules, answers_after=None))
    assert guard.demand(Act.ANSWER, conversation="desk") is None
    assert guard.lock()
    demand = guard.demand(Act.ANSWER, conversation="desk")
    again = guard_in(folder, machine)
    assert again.demand(Act.ANSWER, conversation="kitchen") == demand, "a restart opens nothing"
    assert again.answer("kitchen", digits_for(demand)).right
    assert again.demand(Act.ANSWER, conversation="desk") is None


def test_lock_ends_what_was_open_at_another_server(folder: Path, machine: Machine, guard: Guard) -> None:
    """Opened again in one conversation, the others stay closed wherever they had been open."""
    other = guard_in(folder, machine)
    other.answer("desk", digits_for(asked(other)))
    guard.lock()
    outcome = guard.answer("kitchen", digits_for(asked(guard)))
    assert outcome.right
    assert guard.demand(Act.CHANGE, conversation="kitchen") is None
    assert other.demand(Act.CHANGE, conversation="desk") is not None


def test_lock_ends_what_was_open(guard: Guard) -> None:
    guard.answer("desk", digits_for(asked(guard)))
    assert guard.lock()
    assert guard.demand(Act.CHANGE, conversation="desk") is not None


def test_the_same_digits_are_asked_for_until_they_are_right(
    folder: Path, machine: Machine, guard: Guard
) -> None:
    first = asked(guard)
    for conversation in ("desk", "kitchen", "desk"):
        assert asked(guard, conversation) == first
    assert asked(guard_in(folder, machine)) == first, "a restart fishes for no others"
    outcome = guard.answer("desk", wrong(digits_for(first)))
    assert not outcome.right
    assert outcome.demand == first
    assert guard.answer("desk", digits_for(first)).right


def test_none_is_asked_for_again_before_half_of_them_were(guard: Guard) -> None:
    seen: list[object] = []
    for number in range(30):
        demand = asked(guard, f"conversation {number}")
        assert demand.positions not in seen[-7:]
        seen.append(demand.positions)
        assert guard.answer("desk", digits_for(demand)).right
    assert set(seen) <= set(combinations(range(1, 7), 2))
    assert len(set(seen)) > 8


@pytest.mark.parametrize("digits", ["", "1", "123", PASSCODE, PASSCODE[:5], "12345678"])
def test_what_cannot_be_an_answer_costs_no_try(digits: str, guard: Guard) -> None:
    """The whole passcode neither, when it was spoken: it would only have been heard by others."""
    demand = asked(guard)
    outcome = guard.answer("desk", digits)
    assert (outcome.right, outcome.judged, outcome.demand) == (False, False, demand)
    assert guard.tries() == (0, 0.0)
    assert guard.demand(Act.CHANGE, conversation="desk") is not None


def test_typed_the_whole_passcode_counts(guard: Guard) -> None:
    asked(guard)
    assert guard.answer("desk", PASSCODE, typed=True).right
    assert guard.demand(Act.CHANGE, conversation="desk") is None


def test_waits_grow_and_lock_out(guard: Guard, machine: Machine) -> None:
    for number in range(1, len(WAITS) + 3):
        demand = asked(guard)
        if number <= SPOKEN_TRIES:
            outcome = guard.answer("desk", wrong(digits_for(demand)))
        else:
            assert demand.need is Need.TYPED
            outcome = guard.answer("desk", "739159", typed=True)
        assert not outcome.right
        assert outcome.judged
        wait = WAITS[min(number, len(WAITS) - 1)]
        assert guard.tries() == (number, wait)
        if wait:
            machine.wait(wait - 1)
            early = guard.answer("desk", PASSCODE, typed=True)
            assert (early.right, early.judged) == (False, False), "not even the right one, too early"
            with pytest.raises(LockedError):
                guard.prove(PASSCODE)
            machine.wait(1)
    assert guard.answer("desk", PASSCODE, typed=True).right
    assert guard.tries() == (0, 0.0)
    assert asked(guard, "kitchen").need is Need.POSITIONS


def test_locked_out_no_two_digits_count(guard: Guard, machine: Machine) -> None:
    demand = asked(guard)
    for _ in range(SPOKEN_TRIES):
        guard.answer("desk", wrong(digits_for(demand)))
        machine.wait(WAITS[-1])
    outcome = guard.answer("desk", digits_for(demand), typed=True)
    assert (outcome.right, outcome.judged) == (False, False)
    assert outcome.demand is not None
    assert outcome.demand.need is Need.TYPED


@pytest.mark.parametrize("change", ["set back", "restart", "set back and restart"])
def test_neither_the_clock_nor_a_restart_shortens_a_wait(
    change: str, folder: Path, machine: Machine, guard: Guard
) -> None:
    demand = asked(guard)
    guard.answer("desk", wrong(digits_for(demand)))
    guard.answer("desk", wrong(digits_for(demand)))
    if "set back" in change:
        machine.set_clock(-3600)
    if "restart" in change:
        machine.restart(seconds=10)
    again = guard_in(folder, machine)
    assert again.tries()[0] == 2
    assert again.tries()[1] >= 20
    assert not again.answer("desk", digits_for(demand)).judged


def test_setting_the_clock_forward_shortens_nothing_while_the_machine_runs(
    machine: Machine, guard: Guard
) -> None:
    demand = asked(guard)
    guard.answer("desk", wrong(digits_for(demand)))
    guard.answer("desk", wrong(digits_for(demand)))
    machine.set_clock(+3600)
    assert guard.tries() == (2, WAITS[2])


def test_setting_a_new_one_ends_the_old_one(guard: Guard, machine: Machine) -> None:
    with pytest.raises(WrongPasscodeError):
        guard.prove("739159")
    guard.prove(PASSCODE)
    guard.set_passcode("48205913")
    with pytest.raises(WrongPasscodeError):
        guard.prove(PASSCODE)
    guard.prove("48205913")
    assert asked(guard).positions is not None


def test_nothing_is_released_by_asking(guard: Guard) -> None:
    guard.demand(Act.PAY, order=TEN, conversation="desk")
    with pytest.raises(GuardError):
        guard.permit(TEN, ())
