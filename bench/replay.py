"""`python -m bench.replay`: what replaying a suite costs beside the bare engines, and how it scales.

The bare engines are Vosk on the same sounds and Rasa's own agent, with the same actions in the same process,
on the same texts; both ask the same practice bank, whose processes are not counted. CPU seconds of this
process are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.asr.taught import teach
from assistant.audio.frames import in_chunks
from assistant.nlu.training import train
from assistant.practice import practice_settings
from assistant.replay.cases import Case, multiplied
from assistant.replay.pool import replay_here, single_threaded
from assistant.replay.reading import read_scenarios
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.scenario import Given
from assistant.replay.sounds import sounds_of
from assistant.replay.variations import AS_IT_IS
from assistant.replay.world import World, world
from assistant.settings import SAMPLE_RATE, Settings
from bench.acceptance import COMMANDS
from bench.measure import Row, mebibytes, report

_ROUNDS = 3
"""The first of them also looks for the voice in each recording, which is known from then on."""
_POINTS = 4
"""At which memory is looked at."""
_WARM = 6
"""Results at the beginning of a run that are not timed: processes become ready one after the other."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=3, help="take every n-th command")
    parser.add_argument("--memory", type=int, default=60, help="cases for the growth of memory")
    parser.add_argument("--repeat", type=int, default=2, help="how often, for the scaling")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    settings = practice_settings(Settings.from_environment())
    setup = Setup(settings, train(settings, print), teach(settings).model)
    scenarios = read_scenarios(COMMANDS)[:: options.every]
    cases = list(multiplied(scenarios, [AS_IT_IS], 1))
    with single_threaded():
        rows = [*_cost(cases, setup), _growth(cases, setup, options.memory)]
    many = list(multiplied(scenarios, [AS_IT_IS], options.repeat))
    alone, both = _per_second(many, setup, 1), _per_second(many, setup, 2)
    load = os.getloadavg()[0]
    rows.append(
        Row(
            f"cases a second on two processes beside one (load of the machine {load:.1f})",
            f"{both:.1f}",
            f"{alone:.1f}",
            both / alone,
            "≥ 1.80 ×",
            both / alone >= 1.8,
        )
    )
    report("Replaying the recorded commands", rows, Path("out/bench-replay.json"))


def _cost(cases: Sequence[Case], setup: Setup) -> list[Row]:
    """By turns, so that a slow moment of the machine meets both; of what is done again the least counts."""
    from assistant.nlu.in_process import InProcessActions

    seconds = first = again = bare = 0.0
    with TemporaryDirectory() as home:  # where nothing is known of any recording
        fresh = replace(setup, settings=replace(setup.settings, home=Path(home)))
        with Replayer(fresh).load() as replayer:
            from rasa.core.agent import Agent

            replayer.run(cases[0])  # opens the bank
            engines = replayer.engines
            agent = Agent.load(str(setup.model), action_endpoint=InProcessActions("assistant.actions"))
            loop = asyncio.new_event_loop()
            with world(engines, Given()) as place:
                for number, case in enumerate(cases):
                    here: list[float] = []
                    there: list[float] = []
                    for once in range(_ROUNDS):
                        result, took = _timed(lambda case=case: replayer.run(case))
                        if result.crash:
                            raise AssertionError(result.crash)
                        here.append(took)
                        texts = [turn.heard for turn in result.turns]
                        name = f"bare-{number}-{once}"
                        _, took = _timed(
                            lambda case=case, texts=texts, name=name: _bare(
                                case, texts, place, agent, loop, name
                            )
                        )
                        there.append(took)
                    seconds += sum(turn.seconds for turn in result.turns)
                    first += here[0]
                    again += min(here[1:])
                    bare += min(there)
    what = f"replaying {len(cases)} cases, {seconds:.0f} s of sound"
    return [
        Row(f"{what}, for the first time", f"{first:.2f} s CPU", f"{bare:.2f} s CPU", first / bare),
        Row(
            f"{what}, again",
            f"{again:.2f} s CPU",
            f"{bare:.2f} s CPU",
            again / bare,
            "≤ 1.10 ×",
            again / bare <= 1.1,
        ),
    ]


def _growth(cases: Sequence[Case], setup: Setup, count: int) -> Row:
    """Of the process that replays, after as many cases as there are have warmed it up; a point a quarter."""
    with Replayer(setup).load() as replayer:
        for case in cases:
            replayer.run(case)
        points = [mebibytes()]
        for number in range(count):
            replayer.run(cases[number % len(cases)])
            if (number + 1) * _POINTS % count < _POINTS:
                points.append(mebibytes())
                print(f"{number + 1} cases: {points[-1]:.0f} MiB", flush=True)
    curve = " → ".join(f"{point:.0f}" for point in points)
    return Row(f"memory over {count} more cases, MiB", curve)


def _timed(work: Any) -> tuple[Any, float]:
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def _bare(
    case: Case, texts: Sequence[str], place: World, agent: Any, loop: asyncio.AbstractEventLoop, name: str
) -> None:
    """What somebody would write who wanted nothing but words and replies."""
    import vosk

    place.enter(())
    assert place.desk.hearing is not None
    model = place.desk.hearing.expecting(None)().model
    for turn, text in zip(case.scenario.turns, texts, strict=True):
        for sound in sounds_of(turn):
            if sound is None:
                continue
            recogniser: vosk.KaldiRecognizer = model.recogniser()
            assert SAMPLE_RATE == 16_000
            recogniser.SetWords(True)
            for chunk in in_chunks([sound]):
                if recogniser.AcceptWaveform(chunk.tobytes()):
                    json.loads(recogniser.Result())
            json.loads(recogniser.FinalResult())
        loop.run_until_complete(agent.handle_text(text, sender_id=name))


def _per_second(cases: Sequence[Case], setup: Setup, processes: int) -> float:
    began, count = 0.0, 0
    for count, result in enumerate(replay_here(cases, setup, processes), 1):
        if result.crash:
            raise AssertionError(result.crash)
        if count == _WARM:
            began = time.perf_counter()
    return (count - _WARM) / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
