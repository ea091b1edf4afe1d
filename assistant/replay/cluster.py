"""The same replay on more than one machine: a Dask cluster, whose workers run on machines that have the
assistant installed.

Recordings travel with their cases, so the workers need no common disk. A worker that dies costs nothing:
Dask has its cases replayed elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.errors import AssistantError, ReplayWorkersError
from assistant.replay.cases import Case
from assistant.replay.pool import crashed
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import CaseResult
from assistant.replay.scenario import SaidTurn
from assistant.replay.suite import make_setup
from assistant.settings import Settings

_SECONDS = 10.0
"""Until there must be a connection to the scheduler."""
_AHEAD = 3
"""Cases for each thread that are on their way or waiting there."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A case that can be opened on a machine that has none of its files."""

    case: Case
    sounds: dict[str, bytes]
    """Content of the recordings, of voices, noise and banks, by path."""
    model: str
    """Name of the trained model: the same name, the same training data."""
    paced: bool


def replay_on_cluster(cases: Iterable[Case], setup: Setup, address: str) -> Iterator[CaseResult]:
    """Results as they come, in no order; `address` is the scheduler's, `tcp://HOST:PORT`.

    Raises ReplayWorkersError when nobody answers there, no worker is there, or one has other training data.
    """
    from distributed import Client, as_completed  # takes half a second

    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        remedy = "Start `dask-scheduler`, then `dask-worker` on each machine."
        raise ReplayWorkersError(f"no scheduler answers at {address}", remedy=remedy) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ReplayWorkersError(
                f"{address} has no worker", remedy=f"Start some: `dask-worker {address} --nthreads 1`."
            )
        waiting = iter(cases)
        sent: dict[Any, Case] = {}

        def send(case: Case) -> Any:
            future = client.submit(replay_parcel, _pack(case, setup), key=f"replay-{case.id}", pure=False)
            sent[future] = case
            return future

        first = [send(case) for case in islice(waiting, threads * _AHEAD)]
        coming = as_completed(first, loop=client.loop)
        for future in coming:
            case = sent.pop(future)
            failure = future.exception()
            if failure is None:
                yield replace(future.result(), id=case.id)
            elif isinstance(failure, AssistantError):
                raise failure
            else:
                yield crashed(case, f"{type(failure).__name__}: it ended every worker that took it")
            future.release()
            following = next(waiting, None)
            if following is not None:
                coming.add(send(following))


def _pack(case: Case, setup: Setup) -> Parcel:
    files = {turn.audio for turn in case.scenario.turns}
    files |= {case.variation.noise, case.scenario.given.recorded}
    sounds = {str(path): path.read_bytes() for path in files if path is not None and path.is_file()}
    return Parcel(case, sounds, setup.model.name, setup.paced)


# --- on a worker ---------------------------------------------------------------------------------

_one_at_a_time = threading.Lock()
_replayer: Replayer | None = None


def replay_parcel(parcel: Parcel) -> CaseResult:
    """Replay it with this process's own engines, which are loaded for the first one.

    Raises ReplayWorkersError when this machine has other training data than the sender.
    """
    with _one_at_a_time, TemporaryDirectory(prefix="parcel-") as folder:
        return _engines(parcel).run(_unpacked(parcel, Path(folder)))


def _engines(parcel: Parcel) -> Replayer:
    global _replayer
    if _replayer is None:
        setup = make_setup(Settings.from_environment(), lambda _: None, paced=parcel.paced)
        if setup.model.name != parcel.model:
            raise ReplayWorkersError(
                f"a worker has model {setup.model.stem}, and not {parcel.model}",
                remedy="Bring the workers' nlu_data and assistant up to date, and start them again.",
            )
        _replayer = Replayer(setup).load()
    return _replayer


def _unpacked(parcel: Parcel, folder: Path) -> Case:
    places: dict[str, Path] = {}
    for number, (path, content) in enumerate(sorted(parcel.sounds.items())):
        place = folder / str(number) / Path(path).name
        place.parent.mkdir()
        place.write_bytes(content)
        places[path] = place

    def here(path: Path | None) -> Path | None:
        return None if path is None else places.get(str(path), path)

    def turn_here(turn: SaidTurn) -> SaidTurn:
        return replace(turn, audio=here(turn.audio))

    case = parcel.case
    given = replace(case.scenario.given, recorded=here(case.scenario.given.recorded))
    scenario = replace(case.scenario, given=given, turns=tuple(map(turn_here, case.scenario.turns)))
    return Case(scenario, replace(case.variation, noise=here(case.variation.noise)), case.repeat)
