"""Banking commands to say and to expect, drawn from templates."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.training.speech.spoken import Sayings

TEMPLATES = Path(__file__).with_name("commands.yml")
_CHOICE = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


class Commands:
    """Endless banking commands drawn from `commands.yml`."""

    def __init__(self, rng: random.Random, people: list[str], templates: Path = TEMPLATES):
        """`people`: first and full names to pay and be paid by, drawn as often as those of the templates."""
        document: dict[str, Any] = YAML(typ="safe").load(templates.read_text("utf-8"))
        self._rng = rng
        self._sayings = Sayings(rng)
        self._people = people
        self._slots: dict[str, list[str]] = document["slots"]
        self._groups: list[list[str]] = [group["say"] for group in document["groups"]]
        self._shares: list[int] = [group["share"] for group in document["groups"]]

    def sentence(self) -> str:
        rng = self._rng
        text = self._fill(self._choose(rng.choice(rng.choices(self._groups, self._shares)[0])))
        draw = rng.random()
        if draw < 0.03:
            text = f"please {text}"
        elif draw < 0.06:
            text = f"{text} please"
        elif draw < 0.09:
            text = f"{rng.choice(('hey', 'okay', 'so', 'well', 'um', 'hello', 'and', 'now'))} {text}"
        return " ".join(text.split())

    def lists(self) -> list[str]:
        """Every value of the listed slots: names that must be in the vocabulary however rare they are."""
        return [value for values in self._slots.values() for value in values]

    def _choose(self, text: str) -> str:
        while match := _CHOICE.search(text):
            if match[1] is not None:
                put = self._rng.choice(match[1].split("|"))
            else:
                put = self._rng.choice(match[2].split("|")) if self._rng.random() < 0.5 else ""
            text = text[: match.start()] + put + text[match.end() :]
        return text

    def _fill(self, text: str) -> str:
        return _SLOT.sub(lambda match: self._slot(match[1]), text)

    def _slot(self, name: str) -> str:
        rng = self._rng
        if name in ("amount", "digits", "number", "count", "date", "period", "year"):
            return str(getattr(self._sayings, name)())
        if name == "who":
            name = rng.choice(("merchant", "merchant", "person"))
        if name == "person":
            draw = rng.random()
            if draw < 0.5 and self._people:
                return rng.choice(self._people)
            return rng.choice(self._slots["relative" if draw < 0.65 else "person"])
        return rng.choice(self._slots[name])
