"""What it costs to keep conversations outside of the process: `python -m bench.stores`.

A text turn whose action needs no bank, in one conversation, with each place that `ASSISTANT_STORE` can name;
the servers are started for it, on sockets of this computer.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from cryptography.fernet import Fernet

from assistant.nlu.runtime import Dialogue
from assistant.nlu.training import train
from assistant.settings import MEMORY, Settings
from tests.store_servers import missing, running

TURNS, WARM_UP = 300, 30


def turn_ms(model: Path, store: str) -> float:
    """The median."""
    taken = []
    key = Fernet.generate_key()
    with Dialogue.load(model, actions="tests.nlu.plain_actions", store=store, key=key) as dialogue:
        for _ in range(TURNS):
            began = time.perf_counter()
            dialogue.handle("what is my balance", conversation="bench")
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[WARM_UP:])


def main() -> None:
    model = train(Settings.from_environment(), print)
    memory = turn_ms(model, MEMORY)
    print(f"memory    {memory:5.1f} ms")
    for kind in ("redis", "postgres"):
        if reason := missing(kind):
            print(f"{kind:9} {reason}")
            continue
        with running(kind) as server:
            taken = turn_ms(model, server.url)
        print(f"{kind:9} {taken:5.1f} ms, {taken / memory:.1f} times memory")


if __name__ == "__main__":
    main()
