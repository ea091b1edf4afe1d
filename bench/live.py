"""`python -m bench.live [WHAT …]`: the live loop in figures; see docs/live.md.

First at a real PortAudio device (PulseAudio with null sinks), in real time and alone on the machine: latency,
stop, pulled, duplex. Then in virtual time, where the clock counts sound, in two processes: cutoffs, lone,
digits, echo, wake, turns. All when WHAT is left out. Recordings are synthetic: commands in voices that the
speech model was not trained on, single phrases in espeak-ng's own. What must not wake it is read by people
(`../shared/data/speech`, when present).
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant.audio.recordings import read_recording
from assistant.cli.listening import native_noise_hidden
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from bench import live_device, live_virtual
from bench.live_speech import LIST, RECORDINGS, commands, halting, prompts
from bench.measure import Row, report

OUTPUT = Path("out/bench-live.json")
Measure = Callable[[Desk, int], list[Row]]


def _latency(desk: Desk, count: int) -> list[Row]:
    return live_device.latency(
        desk, [read_recording(path) for path in commands(count)], prompts(max(4, count // 2))
    )


def _stop(desk: Desk, count: int) -> list[Row]:
    return live_device.silence(desk, halting(count), LIST)


def _pulled(desk: Desk, count: int) -> list[Row]:
    return live_device.pulled(desk, read_recording(RECORDINGS / "check-balance-1.flac"), count)


def _duplex(desk: Desk, count: int) -> list[Row]:
    return live_device.duplex(desk, read_recording(RECORDINGS / "check-balance-1.flac"), LIST, count)


AT_A_DEVICE: dict[str, tuple[Measure, int]] = {
    "latency": (_latency, 40),
    "stop": (_stop, 50),
    "pulled": (_pulled, 10),
    "duplex": (_duplex, 5),
}
"""Name → what measures it, and how much of it."""
VIRTUAL: dict[str, tuple[Measure, int]] = {
    "turns": (live_virtual.turns, 500),
    "echo": (live_virtual.echo, 100),
    "wake": (live_virtual.wake, 400),
    "cutoffs": (live_virtual.cutoffs, 120),
    "digits": (live_virtual.digits, 20),
    "lone": (live_virtual.lone, 32),
    "virtual-latency": (live_virtual.latency, 116),
    "virtual-stop": (live_virtual.stop, 50),
}
"""The longest first."""
LEFT_OUT = ("virtual-latency", "virtual-stop")
"""What is measured at a device too; when they are named."""


def _at_a_device(names: list[str], share: float, settings: Settings, model: Path) -> list[Row]:
    rows: list[Row] = []
    if not names:
        return rows
    with native_noise_hidden(), practising(settings), Desk(settings).load(model=model) as desk:
        for name in names:
            rows += _told(name, desk, AT_A_DEVICE[name], share)
    return rows


def _virtual(name: str, share: float, settings: Settings, model: Path) -> list[Row]:
    """In a process of its own, which has a customer of its own."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as home:
        mine = replace(settings, home=Path(home))
        with practising(mine), Desk(mine).load(model=model) as desk:
            return _told(name, desk, VIRTUAL[name], share)


def _told(name: str, desk: Desk, what: tuple[Measure, int], share: float) -> list[Row]:
    measure, count = what
    began, used = time.monotonic(), time.process_time()
    try:
        rows = measure(desk, max(4, round(count * share)))
    except RuntimeError as error:
        return [Row(name, str(error), met=False)]
    seconds = time.monotonic() - began
    print(f"{name}: {seconds:.0f} s, {time.process_time() - used:.0f} s of computing", flush=True)
    for row in rows:
        print(f"   {row.what}: {row.ours} {row.target}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="*", choices=[*AT_A_DEVICE, *VIRTUAL, []], help="all when left out")
    parser.add_argument("--share", type=float, default=1.0, help="of the rounds; 0.1 is a quick look")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the figures as JSON (%(default)s)")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    wanted = chosen.what or [*AT_A_DEVICE, *(name for name in VIRTUAL if name not in LEFT_OUT)]
    settings = practice_settings(Settings.from_environment())
    model = train(settings, print)
    rows = _at_a_device([name for name in AT_A_DEVICE if name in wanted], chosen.share, settings, model)
    work = [(name, chosen.share, settings, model) for name in VIRTUAL if name in wanted]
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        for found in pool.starmap(_virtual, work, chunksize=1):
            rows += found
    report("The live loop (recordings are synthetic voices)", rows, chosen.output)


if __name__ == "__main__":
    main()
