"""Ctrl-C waits for a step that moves money, and is not forgotten."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from assistant.bank.uninterrupted import uninterrupted, wait_for_others


def test_ctrl_c_comes_when_the_step_is_over() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
            with uninterrupted():
                os.kill(os.getpid(), signal.SIGINT)
            done.append("step")
        done.append("after")
    assert done == ["step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_ones_own_is_called_once_and_afterwards() -> None:
    came: list[int] = []
    former = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    try:
        with uninterrupted():
            for _ in range(3):
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(0.01)
            assert came == []
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, former)


def test_an_error_of_the_step_is_not_lost() -> None:
    with pytest.raises(KeyboardInterrupt) as interrupt, uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("of the step")
    assert isinstance(interrupt.value.__context__, ValueError)


def test_other_threads_are_left_alone() -> None:
    handlers: list[object] = []

    def work() -> None:
        with uninterrupted():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]


def test_who_ends_the_program_waits_for_steps_in_other_threads() -> None:
    begun, may_end, done = threading.Event(), threading.Event(), []

    def work() -> None:
        with uninterrupted(), uninterrupted():
            begun.set()
            may_end.wait()
            done.append("step")

    def ended() -> None:
        wait_for_others()
        done.append("end")

    working = threading.Thread(target=work)
    working.start()
    begun.wait()
    ending = threading.Thread(target=ended)
    ending.start()
    may_end.set()
    ending.join()
    working.join()
    assert done == ["step", "end"]
    wait_for_others()
