"""Somebody who tries every two digits, as a process that may be killed: `python -m tests.security.guesser …`.

`FOLDER UPTIME FIRST`: the customer's files, how long the machine has been running, the first guess. It tells
each guess before it makes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.security.demands import Need
from tests.security.clock import Machine, asked, guard_in


def tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(folder: Path, uptime: float, first: int) -> None:
    machine = Machine(uptime=uptime)
    guard = guard_in(folder, machine)
    for number in range(first, 100):
        demand = asked(guard)
        if demand.need is not Need.POSITIONS:
            tell(demand.need.value, f"{demand.wait:.0f}")
            return
        tell("guess", f"{number:02d}", *demand.positions or ())
        outcome = guard.answer("desk", f"{number:02d}")
        tell("judged" if outcome.judged else "refused", outcome.right)
        if outcome.right:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
