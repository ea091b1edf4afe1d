"""The sounds of our own speech models and how their transition ids are numbered.

A phone is a base sound with its place in the word (`AA_B` begins one). What the network tells apart is
the base sound and, coarsely, the sound before it: its *left class*. Each pair of (phone, left class) is
one Kaldi transition state with two transition ids: going in, and staying. Model files store these
numbers, so `units.json` in the model folder says which classes it was trained with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

SILENCE, NOISE = "SIL", "SPN"
BASE = [
    "AA",
    "AE",
    "AH",
    "AO",
    "AW",
    "AY",
    "B",
    "CH",
    "D",
    "DH",
    "EH",
    "ER",
    "EY",
    "F",
    "G",
    "HH",
    "IH",
    "IY",
    "JH",
    "K",
    "L",
    "M",
    "N",
    "NG",
    "OW",
    "OY",
    "P",
    "R",
    "S",
    "SH",
    "T",
    "TH",
    "UH",
    "UW",
    "V",
    "W",
    "Y",
    "Z",
    "ZH",
]
"""ARPAbet without stress, the alphabet of the CMU dictionary."""
PLACES = "BEIS"
"""Begin, end, inside, single: the last character of a phone's name."""

SILENCE_PHONE, NOISE_PHONE = 1, 2
PHONES = (f"{SILENCE}", f"{NOISE}_S", *(f"{base}_{place}" for base in BASE for place in PLACES))
"""Phone ids count from 1 in this order."""
_PHONE_ID = {name: number for number, name in enumerate(PHONES, 1)}
_KINDS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}

# Sounds that colour the next one alike: by place of articulation for consonants, by where the tongue
# ends for vowels. Class 0 is silence and noise.
_CLASSES = """
SIL SPN
P B M F V
T D
S Z TH DH
CH JH SH ZH
K G NG HH
N
L
R ER
W UW OW AW UH
IY Y EY AY OY
IH EH AE
AA AO AH
"""
LEFT_CLASSES: Mapping[str, int] = {
    sound: number for number, sounds in enumerate(_CLASSES.strip().splitlines()) for sound in sounds.split()
}


@dataclass(frozen=True)
class Units:
    """Left classes of one model; `Units.plain()` is a model without phone context."""

    left_class: Mapping[str, int] = field(default_factory=lambda: dict(LEFT_CLASSES))
    """Base sound → class, silence and noise included."""

    @classmethod
    def plain(cls) -> Units:
        return cls(dict.fromkeys(LEFT_CLASSES, 0))

    @classmethod
    def of_model(cls, model: Path) -> Units:
        """The classes that `units.json` of a model folder names; plain when there is no such file."""
        path = model / "units.json"
        if not path.is_file():
            return cls.plain()
        return cls({str(k): int(v) for k, v in json.loads(path.read_text("utf-8"))["left_class"].items()})

    def write(self, model: Path) -> None:
        (model / "units.json").write_text(json.dumps({"left_class": dict(self.left_class)}) + "\n", "utf-8")

    @cached_property
    def classes(self) -> int:
        return max(self.left_class.values()) + 1

    @property
    def states(self) -> int:
        """Kaldi transition states: silence, noise, then each phone in each left class."""
        return 2 + (len(PHONES) - 2) * self.classes

    @property
    def outputs(self) -> int:
        """Outputs of the network: going in and staying, for silence, noise and each (base, class)."""
        return 4 + 2 * len(BASE) * self.classes

    def state(self, phone: int, left: int) -> int:
        """Transition state, from 0, of a phone after a sound of class `left`."""
        if phone <= NOISE_PHONE:
            return phone - 1
        return 2 + (phone - 3) * self.classes + left

    def entering(self, phone: int, left: int) -> int:
        """Transition id of the first frame of a phone."""
        return 2 * self.state(phone, left) + 2

    def staying(self, phone: int, left: int) -> int:
        """Transition id of every further frame."""
        return 2 * self.state(phone, left) + 1

    def output(self, base: str, left: int) -> int:
        """Index of the network's output for the first frame; the one for further frames follows it."""
        if base == SILENCE:
            return 0
        if base == NOISE:
            return 2
        return 4 + 2 * (BASE.index(base) * self.classes + left)

    def rows(self) -> list[tuple[int, int, int]]:
        """(phone, output entering, output staying) of every transition state, in order."""
        table = [(SILENCE_PHONE, 0, 1), (NOISE_PHONE, 2, 3)]
        for phone in range(3, len(PHONES) + 1):
            for left in range(self.classes):
                entering = self.output(base_of(phone), left)
                table.append((phone, entering, entering + 1))
        return table


def base_of(phone: int) -> str:
    return PHONES[phone - 1].split("_")[0]


def placed(sounds: tuple[str, ...]) -> tuple[int, ...]:
    """Phone ids of a word's sounds: `("K", "AE", "T")` → begin, inside, end."""
    if len(sounds) == 1:
        return (_PHONE_ID[f"{sounds[0]}_S"],)
    places = ["B", *"I" * (len(sounds) - 2), "E"]
    return tuple(_PHONE_ID[f"{sound}_{place}"] for sound, place in zip(sounds, places, strict=True))


def word_boundaries() -> str:
    """Content of `graph/phones/word_boundary.int`."""
    lines = [f"{SILENCE_PHONE} nonword"]
    lines += [f"{number} {_KINDS[name[-1]]}" for number, name in enumerate(PHONES[1:], 2)]
    return "\n".join(lines) + "\n"
