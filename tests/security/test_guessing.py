"""Every two digits tried, in processes that are killed with SIGKILL in the middle: it ends in a lock-out."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import TamperedError
from assistant.security.demands import Need
from assistant.security.guard import Guard
from assistant.security.trail import Deed
from assistant.security.waits import SPOKEN_TRIES, WAITS
from tests.conftest import ROOT
from tests.security.clock import PASSCODE, Machine, asked, digits_for, guard_in


def guesser(folder: Path, uptime: float, first: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.security.guesser", str(folder), str(uptime), str(first)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=120)
    return output.splitlines()


def test_every_two_digits_tried_across_restarts_end_in_a_lock_out(
    folder: Path, machine: Machine, guard: Guard
) -> None:
    """The guesser starts anew after each refusal and waits as long as it must; no more than three guesses are
    ever looked at, all at the same two places."""
    right = digits_for(asked(guard))
    numbers = [number for number in range(100) if f"{number:02d}" != right]
    judged, places, uptime = 0, set(), machine.uptime
    for _ in range(6):
        shown = lines(guesser(folder, uptime, numbers[judged]))
        judged += shown.count("judged False")
        assert "judged True" not in shown
        places |= {tuple(line.split()[2:]) for line in shown if line.startswith("guess")}
        if shown[-1].startswith(Need.TYPED.value):
            break
        assert shown[-1].startswith(Need.WAIT.value), shown
        uptime += float(shown[-1].split()[1]) + 1
    else:
        pytest.fail("it goes on guessing")
    assert judged == SPOKEN_TRIES
    assert len(places) == 1


def test_a_kill_in_the_middle_of_judging_gives_no_free_try(
    folder: Path, machine: Machine, guard: Guard
) -> None:
    """Each process is killed as soon as it says what it is about to guess: every such guess may have been
    judged, so at most one more than the tries allows was, and none is forgotten."""
    asked(guard)
    begun, uptime = 0, machine.uptime
    for number in range(12):
        process = guesser(folder, uptime, number)
        assert process.stdout is not None
        line = process.stdout.readline()
        if line.startswith("guess"):
            begun += 1
            time.sleep(0.004 * number)  # now before it is written down, now after
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        wrong, wait = guard_in(folder, Machine(uptime=uptime)).tries()
        assert wrong <= SPOKEN_TRIES
        if wrong == SPOKEN_TRIES:
            break
        uptime += wait + 1
    counted = sum(each.deed is Deed.PASSCODE_TRIED for each in guard.trail.entries())
    wrong, _ = guard_in(folder, Machine(uptime=uptime)).tries()
    assert counted == wrong, "what was written down as tried is what counts"
    later = Machine(uptime=uptime + WAITS[-1])
    if wrong == SPOKEN_TRIES:
        assert asked(guard_in(folder, later)).need is Need.TYPED
    assert guard_in(folder, later).answer("desk", PASSCODE, typed=True).right


def test_many_at_once_get_no_more_tries(folder: Path, machine: Machine, guard: Guard) -> None:
    right = digits_for(asked(guard))
    starts = [number for number in (10, 20, 30, 40, 50, 60) if f"{number}" != right]
    crowd = [guesser(folder, machine.uptime, number) for number in starts]
    shown = [line for process in crowd for line in lines(process)]
    assert shown.count("judged False") == 2, "then all of them have to wait"
    assert guard_in(folder, machine).tries() == (2, WAITS[2])


def test_an_older_file_put_back_gives_no_tries_back(folder: Path, machine: Machine, guard: Guard) -> None:
    demand = asked(guard)
    older = {path: path.read_bytes() for path in folder.glob("security.sqlite*")}
    guard.answer("desk", "00" if digits_for(demand) != "00" else "11")
    for path in folder.glob("security.sqlite*"):
        path.unlink()
    for path, content in older.items():
        path.write_bytes(content)
    with pytest.raises(TamperedError):
        guard_in(folder, machine).answer("desk", digits_for(demand))
