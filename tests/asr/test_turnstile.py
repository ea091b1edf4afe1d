"""Who decodes next."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from assistant.asr.spotter import Spotter
from assistant.asr.turnstile import Turnstile
from tests.asr.line import in_line
from tests.asr.speech import model, silence


def _waiting(turnstile: Turnstile, *, hurry: bool, then: Callable[[], None]) -> threading.Thread:
    """Somebody who stands in line when this returns."""
    before = turnstile.waiting

    def go() -> None:
        with turnstile.passed(hurry=hurry):
            then()

    thread = threading.Thread(target=go)
    thread.start()
    while turnstile.waiting == before:
        time.sleep(0.001)
    return thread


def test_who_is_in_a_hurry_goes_first_and_each_line_in_its_order() -> None:
    turnstile, went = Turnstile(1), list[str]()
    with turnstile.passed(hurry=False):
        line = [
            _waiting(turnstile, hurry=name.startswith("hurry"), then=partial(went.append, name))
            for name in ("one", "two", "hurry three", "four", "hurry five")
        ]
        assert went == []
    for thread in line:
        thread.join()
    assert went == ["hurry three", "hurry five", "one", "two", "four"]


def test_so_many_go_in_at_a_time_and_no_more() -> None:
    turnstile, inside, most = Turnstile(2), list[int](), list[int]()
    lock = threading.Lock()

    def work(number: int) -> None:
        for _ in range(200):
            with turnstile.passed(hurry=number % 2 == 0):
                with lock:
                    inside.append(number)
                    most.append(len(inside))
                time.sleep(0)
                with lock:
                    inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
    assert len(most) == 1200
    assert turnstile.waiting == 0


def test_a_place_is_given_back_by_who_fails() -> None:
    turnstile = Turnstile(1)
    for _ in range(3):
        try:
            with turnstile.passed(hurry=False):
                raise ValueError
        except ValueError:
            pass
    with turnstile.passed(hurry=True):
        assert turnstile.waiting == 0


def test_who_is_interrupted_in_the_line_takes_no_place() -> None:
    turnstile, done = Turnstile(1), threading.Event()

    def interrupt() -> None:
        while turnstile.waiting == 0:
            time.sleep(0.001)
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGUSR1)

    def interrupted(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    def hold() -> None:
        with turnstile.passed(hurry=False):
            done.wait()

    before = signal.signal(signal.SIGUSR1, interrupted)
    holder, other = threading.Thread(target=hold), threading.Thread(target=interrupt)
    try:
        holder.start()
        time.sleep(0.05)
        other.start()
        with pytest.raises(KeyboardInterrupt), turnstile.passed(hurry=True):
            pass
    finally:
        signal.signal(signal.SIGUSR1, before)
        done.set()
        holder.join()
        other.join()
    assert turnstile.waiting == 0
    with turnstile.passed(hurry=False):
        pass


def test_a_spotter_stands_in_line_too() -> None:
    spotter = Spotter(model(), ["stop"])
    assert in_line(lambda: spotter.feed(silence(0.1))) is None
