"""`make bench`: every figure beside the bare engine, in one run, printed as a table and written as JSON."""

from __future__ import annotations

import argparse
import logging
from collections import Counter
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

from rich.console import Console

from assistant.asr.store import SpeechModelStore
from assistant.nlu.training import train
from assistant.practice import practice_settings, practising
from assistant.settings import Settings
from assistant.startup import Desk
from bench import acceptance, hearing, ready, turns
from bench.measure import Row, percentile, report

OUTPUT = Path("out/bench.json")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the figures as JSON (%(default)s)")
    output = parser.parse_args().output
    logging.disable(logging.WARNING)
    settings = practice_settings(Settings.from_environment())
    model = train(settings, print)
    rows: list[Row] = []
    with practising(settings):
        print("Starting up, alternately with a bare agent …")
        rows += ready.measure(settings, model)
        print("Recorded commands …")
        rows += _accepted(settings, model)
        with Desk(settings, hearing=False, speaking=False).load(model=model) as desk:  # as `chat` does
            print("Text turns, here and through servers …")
            rows += turns.measure(desk, settings, model)
    print("Recognition beside bare Vosk …")
    recordings = sorted(acceptance.RECORDINGS.glob("*.flac"))
    rows += hearing.measure(SpeechModelStore(settings).active, recordings)
    report("Voice banking assistant (recordings are synthetic voices kept out of training)", rows, output)


def _accepted(settings: Settings, model: Path) -> list[Row]:
    with redirect_stderr(StringIO()):
        outcomes = list(acceptance.run(settings, model))
    turns = [turn for _, turn in outcomes]
    count = len(turns)
    accepted = sum(each.accepted for each in turns)
    wrong = sum(each.silently_wrong for each in turns)
    exact = sum(each.counts is not None and not each.counts.errors for each in turns)
    reply = percentile([sum(each.stages.values()) for each in turns], 50)
    out = Console()
    for each in turns:
        if not each.accepted:
            told = "; ".join(problem.text for problem in each.problems)
            out.print(f"  “{each.said}”, heard “{each.heard}”: {told}", markup=False)
    misses = Counter(voice for voice, each in outcomes if not each.accepted)
    by_voice = ", ".join(f"{voice} {number}" for voice, number in misses.most_common())
    return [
        Row(
            f"{count} recorded commands accepted (intent and every slot right)",
            f"{accepted / count:.1%}",
            target="≥ 95 %",
            met=accepted / count >= 0.95,
        ),
        Row(
            "wrong answers given with confidence",
            f"{wrong / count:.1%}",
            target="≤ 1 %",
            met=wrong / count <= 0.01,
        ),
        Row("heard word for word", f"{exact / count:.1%}"),
        Row("missed, by voice", by_voice or "none"),
        Row("end of recording → reply PCM, p50", f"{reply:.0f} ms", target="≤ 150 ms", met=reply <= 150),
    ]


if __name__ == "__main__":
    main()
