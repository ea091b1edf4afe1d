"""The synthetic corpus: which sentence is said by which voice, and the WAV files of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path

from assistant.asr.adaptation_questions import LIKE_YES, YES
from assistant.asr.graph_text import DIGITS
from assistant.training.speech.sentences import Commands
from assistant.training.speech.texts import ALONE
from assistant.training.speech.voices import HELD_OUT, Speaker, able, draw_speaker, synthesise, with_pauses

_SHARES = {
    "command": 44,
    "general": 32,
    "words": 11,
    "names": 5,
    "digits": 4,
    "alone": 8,
    "answers": 16,
    "answers in a row": 4,
}
"""Commands teach the task, everyday sentences and loose words the sounds of the language, digits and other
answers said alone what nothing around them tells, a yes and what sounds like it a difference that money
hangs on. In a row, with pauses, answers are said by Kokoro too, which says nothing well that is alone."""
_ALONE = sorted(ALONE)
_ANSWERS = (("yes",), YES, LIKE_YES, LIKE_YES)
"""Drawn from alike: half are a yes, and half of those the one that most people give."""

_PACES = (0.8, 1.0, 1.2)
"""At which digits are said alone."""


@dataclass(frozen=True, slots=True)
class Saying:
    id: str
    kind: str
    """One of `_SHARES`; for the held-out voices test, or digit for one digit."""
    text: str
    marked: str
    """The text with commas and semicolons where the voice is to pause."""
    speaker: Speaker

    def path(self, folder: Path) -> Path:
        return folder / self.id[-2:] / f"{self.id}.wav"


def plan(
    count: int,
    seed: int,
    *,
    commands: Commands,
    general: Sequence[str],
    words: Sequence[str],
    names: Sequence[str],
    engines: Sequence[str],
) -> list[Saying]:
    """`count` training sayings, the same for the same seed and sources."""
    rng = random.Random(seed)
    kinds = rng.choices(list(_SHARES), list(_SHARES.values()), k=count)
    sayings = []
    for number, kind in enumerate(kinds):
        if kind == "command":
            text = commands.sentence()
        elif kind == "general":
            text = rng.choice(general)
        elif kind == "words":
            text = " ".join(rng.choice(words) for _ in range(rng.randint(1, 6)))
        elif kind == "names":
            text = " ".join(rng.choice(names) for _ in range(rng.randint(1, 3)))
        elif kind == "alone":
            text = rng.choice(_ALONE)
        elif kind == "answers":
            text = rng.choice(rng.choice(_ANSWERS))
        elif kind == "answers in a row":
            row = [rng.choice(rng.choice((_ALONE, *_ANSWERS))) for _ in range(rng.randint(3, 5))]
            text = " ".join(row)
        else:
            text = " ".join(rng.choice(DIGITS) for _ in range(rng.choice((1, 1, 2, 4))))
        marked = "; ".join(row) if kind == "answers in a row" else with_pauses(rng, text)
        speaker = draw_speaker(rng, able(engines, text))
        sayings.append(Saying(f"tr{number:06d}", kind, text, marked, speaker))
    return sayings


def plan_test(count: int, seed: int, commands: Commands, engines: Sequence[str]) -> list[Saying]:
    """`count` commands for each held-out voice whose engine is installed, and each digit alone."""
    rng = random.Random(seed)
    sayings = []
    for voice, speaker in enumerate(HELD_OUT):
        for number in range(count):
            text = commands.sentence()
            if speaker.engine in able(engines, text):
                marked = with_pauses(rng, text)
                sayings.append(Saying(f"te{voice}{number:04d}", "test", text, marked, speaker))
    for voice, speaker in enumerate(HELD_OUT):
        for number, rate in enumerate(_PACES):
            paced = replace(speaker, rate=rate)
            sayings += [
                Saying(f"di{voice}{number}{value:02d}", "digit", digit, digit, paced)
                for value, digit in enumerate(DIGITS)
                if speaker.engine in able(engines, digit)
            ]
    return sayings


def write_plan(path: Path, sayings: Sequence[Saying]) -> None:
    path.write_text("".join(json.dumps(asdict(saying)) + "\n" for saying in sayings), "utf-8")


def read_plan(path: Path) -> list[Saying]:
    return [_saying(json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def record(sayings: Sequence[Saying], folder: Path, workers: int, progress: Callable[[str], None]) -> None:
    """Synthesise what is not there yet; may be stopped and started again."""
    missing = [saying for saying in sayings if not saying.path(folder).is_file()]
    for saying in missing:
        saying.path(folder).parent.mkdir(parents=True, exist_ok=True)
    batches = [batch[i : i + 40] for batch in _by_engine(missing) for i in range(0, len(batch), 40)]
    random.Random(0).shuffle(batches)  # so that a run that is cut short has heard every engine
    done = 0
    with ProcessPoolExecutor(workers) as pool:
        for batch, good in zip(batches, pool.map(_record, batches, [folder] * len(batches)), strict=True):
            done += good
            if done // 1000 != (done - good) // 1000:
                progress(f"{done} of {len(missing)} sayings recorded (last: {batch[0].speaker.engine})")


def _record(batch: Sequence[Saying], folder: Path) -> int:
    good = 0
    for speaker, same in groupby(batch, lambda saying: saying.speaker):
        good += synthesise(speaker, [(saying.marked, saying.path(folder)) for saying in same])
    return good


def _by_engine(sayings: Sequence[Saying]) -> list[list[Saying]]:
    """Engine by engine, and like speakers next to each other, so that they can share a process."""
    groups: dict[str, list[Saying]] = {}
    for saying in sorted(sayings, key=lambda saying: (saying.speaker.voice, saying.speaker.rate, saying.id)):
        groups.setdefault(saying.speaker.engine, []).append(saying)
    return list(groups.values())


def _saying(row: Mapping[str, object]) -> Saying:
    fields = dict(row)
    fields["speaker"] = Speaker(**fields["speaker"])  # type: ignore[arg-type]
    return Saying(**fields)  # type: ignore[arg-type]
