"""A Dask cluster on this machine, a worker of which dies in the middle: nothing is lost, nothing differs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.errors import ReplayWorkersError
from assistant.replay.cases import Case, multiplied
from assistant.replay.cluster import replay_on_cluster
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.variations import variations
from assistant.sandbox.server import bind

REPEATS = 4


def free_address() -> str:
    listener = bind("127.0.0.1", 0)
    with listener:
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def started(module: str, *arguments: str, setup: Setup) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "ASSISTANT_HOME": str(setup.settings.home), "ASSISTANT_KEYRING": "off"}
    command = [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{module}", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    for _ in range(60):
        try:
            with Client(address, timeout=5, set_as_default=False) as client:
                client.wait_for_workers(number, timeout=100)
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("no scheduler")


def test_a_worker_dies_and_the_results_are_those_of_a_local_run(
    setup: Setup, replayer: Replayer, suite: Path, nlu_model: Path
) -> None:
    models = setup.settings.nlu_models
    models.mkdir(parents=True, exist_ok=True)
    if not (models / nlu_model.name).exists():
        (models / nlu_model.name).symlink_to(nlu_model)
    scenarios = read_scenarios(suite)[:2]
    cases = list(multiplied(scenarios, variations(), REPEATS))
    address = free_address()
    port = address.rpartition(":")[2]
    worker = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
    with (
        started("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard", setup=setup),
        started("dask_worker", *worker, setup=setup) as first,
        started("dask_worker", *worker, setup=setup),
    ):
        wait_for_workers(address, 2)
        results = {}
        for result in replay_on_cluster(cases, setup, address):
            results[result.id] = result
            first.kill()  # at the first result, with cases of its own in hand
    assert results.keys() == {case.id for case in cases}
    for scenario in scenarios:
        here = replayer.run(Case(scenario)).without_times()
        for case in multiplied([scenario], variations(), REPEATS):
            there = results[case.id].without_times()
            assert {**there, "id": here["id"], "repeat": 1} == here


def test_without_a_scheduler_it_says_what_to_start(setup: Setup) -> None:
    with pytest.raises(ReplayWorkersError, match="no scheduler") as caught:
        list(replay_on_cluster([], setup, "tcp://127.0.0.1:9"))
    assert "dask-scheduler" in caught.value.remedy
