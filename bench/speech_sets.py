"""What the speech model is measured on: recordings with what is said in them, never trained on."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.asr.graph_text import DIGITS, normalise, number_words
from assistant.replay.reading import read_scenarios
from assistant.training.speech.corpus import read_plan
from assistant.training.speech.fragments import cut
from assistant.training.speech.people import read_manifest
from assistant.training.speech.recordings import Samples, add_noise, load

_PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison/digits")


@dataclass(frozen=True, slots=True)
class Item:
    path: Path
    text: str
    """As it is said, in plain words."""
    group: str
    """Voice or speaker."""

    def samples(self, noise: float | None) -> Samples:
        """Float samples at 16 kHz, with noise so many decibels below the speech; always the same noise."""
        clean = load(self.path)
        if noise is None:
            return clean
        return add_noise(clean, noise, np.random.default_rng(zlib.crc32(self.path.name.encode())))


@dataclass(frozen=True, slots=True)
class TestSet:
    name: str
    items: Sequence[Item]
    banking: bool
    """Commands, or speech that is none."""
    covered: bool = False
    """Whether the model is to be given the words of the set beforehand, and nothing but the words."""
    sentences: Sequence[str] = ()
    """Taught beforehand; a set that comes with them is small, and measured whole."""


def spoken_commands(folder: Path) -> TestSet:
    """The recorded commands of `tests/audio`, in six voices kept for testing."""
    turns = [each.turns[-1] for each in read_scenarios(folder / "commands.scenario.yml")]
    items = [Item(turn.audio, normalise(turn.say), turn.voice) for turn in turns if turn.audio]
    return TestSet("recorded commands", items, banking=True)


def held_out_voices(work: Path) -> TestSet:
    """The test half of the recipe's synthetic corpus; empty where the recipe has not been run."""
    return TestSet("synthetic voices", _synthetic(work, "test"), banking=True)


def single_digits(work: Path) -> Sequence[Item]:
    """Each digit alone, by the same voices at three speeds."""
    return _synthetic(work, "digit")


def cut_digits(data: Path, model: Path, work: Path) -> Sequence[Item]:
    """Digits cut out of held-out people's readings, with traces of what stood beside them.

    Where the model finds all words of a reading, if it may hear no others: the rest is not counted.
    """
    clips = [clip for clip in read_manifest(data / "speech") if clip.held_out]
    pieces = cut(clips, model, work, 0, lambda _: None)
    return [Item(each.path, each.text, "people") for each in pieces if each.path and each.text in DIGITS]


def prompted_numbers() -> Sequence[Item]:
    """Numbers that a person recorded for telephones, at 8 kHz: Debian's `asterisk-core-sounds-en-wav`
    (Allison Smith, CC BY-SA 3.0). Empty where it is not installed."""
    numbers = (*range(20), *range(20, 100, 10))
    items = [Item(_PROMPTS / f"{number}.wav", number_words(number), "prompts") for number in numbers]
    return [item for item in items if item.path.is_file()]


def _synthetic(work: Path, kind: str) -> list[Item]:
    plan = work / "test.jsonl"
    return [
        Item(saying.path(work / "audio"), saying.text, f"{saying.speaker.engine} {saying.speaker.voice}")
        for saying in (read_plan(plan) if plan.is_file() else [])
        if saying.kind == kind and saying.path(work / "audio").is_file()
    ]


def held_out_people(data: Path) -> list[TestSet]:
    """Held-out speakers of the manifest: native readers, and learners of English, adults and children."""
    clips = [clip for clip in read_manifest(data / "speech") if clip.held_out]
    native = [clip for clip in clips if clip.corpus.startswith("librispeech")]
    learners = [clip for clip in clips if clip.corpus.startswith("speechocean")]
    sets = [TestSet("people reading novels", [Item(c.path, c.text, c.speaker) for c in native], False, True)]
    for group, name in (("adult", "learners, adults"), ("child", "learners, children")):
        items = [Item(c.path, c.text, c.speaker) for c in learners if c.group == group]
        sets.append(TestSet(name, items, False, True))
    return [one for one in sets if one.items]
