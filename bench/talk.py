"""Talk that is no request, through the whole assistant: how often does it ask a bank for something?

`python -m bench.talk --data DATA`: every sentence that held-out people read, from novels and from exercises.
Beside it the recorded commands, clean and in noise: how many that were understood rightly are asked again.
"""

from __future__ import annotations

import argparse
import logging
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

from rich.progress import track

from assistant.asr.taught import teach
from assistant.conversation import SAY_AGAIN
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.replay.cases import Case, recording_scenario
from assistant.replay.replayer import Replayer, Setup
from assistant.replay.results import TurnResult
from assistant.replay.variations import AS_IT_IS, Variation
from assistant.security.demands import OPEN
from assistant.settings import Settings
from bench.acceptance import commands, played
from bench.measure import Row, report
from bench.speech_sets import held_out_people


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.talk", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder with speech/manifest.tsv")
    parser.add_argument("--every", type=int, default=1, help="measure only every n-th recording")
    parser.add_argument("--output", type=Path, default=Path("out/bench-talk.json"))
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    settings = practice_settings(Settings.from_environment())
    model = train(settings, print)
    rows: list[Row] = []
    with (
        practising(settings),
        redirect_stderr(StringIO()),
        Replayer(Setup(settings, model, teach(settings).model)).load() as replayer,
    ):
        people = []
        for one in held_out_people(options.data):
            turns = [
                (item.text, turn)
                for item in track(one.items[:: options.every], one.name, transient=True)
                for turn in played(replayer, Case(recording_scenario(item.path)))
            ]
            people += turns
            rows.append(_asked_a_bank(one.name, turns, None))
        if people:
            rows.append(_asked_a_bank("all of them", people, 0.01))
        for name, variation in (("clean", AS_IT_IS), ("in noise 12 dB below", Variation(snr=12))):
            heard = commands(replayer, variation, options.every)
            rows.append(_asked_again(name, [turn for _, turn in track(heard, name, transient=True)]))
    report("Talk that is no request", rows, options.output)


def _asked_a_bank(name: str, turns: list[tuple[str, TurnResult]], target: float | None) -> Row:
    """A greeting, which looks for the customer's name, is none."""
    asked = [(said, turn) for said, turn in turns if turn.calls and turn.intent not in OPEN]
    for said, turn in asked:
        print(f"  “{said}”, heard “{turn.heard}”: {turn.intent}")
    share = len(asked) / max(1, len(turns))
    aim = "" if target is None else f"≤ {target:.0%}"
    met = None if target is None else share <= target
    return Row(f"{name}: {len(turns)} turns, a bank was asked", f"{share:.1%}", "", None, aim, met)


def _asked_again(name: str, turns: list[TurnResult]) -> Row:
    """Of those that were heard word for word: nobody is asked to say again what was heard."""
    heard = [turn for turn in turns if turn.counts is not None and not turn.counts.errors]
    again = [turn for turn in heard if any(each["response"] == SAY_AGAIN for each in turn.replies)]
    return Row(
        f"recorded commands, {name}: of {len(heard)} heard word for word, asked again",
        f"{len(again) / max(1, len(heard)):.1%}",
    )


if __name__ == "__main__":
    main()
