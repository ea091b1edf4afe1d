"""All text that the recipe learns from, in one place: what may be said, and which words must be known."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.asr.adaptation_sentences import names as nlu_names
from assistant.asr.adaptation_sentences import utterances
from assistant.asr.graph_language import Counts, count, merge
from assistant.asr.graph_text import NUMBERS
from assistant.training.speech.names import common_words, people, spelt_words
from assistant.training.speech.outside import banking_texts, conversations, dictionary_examples, novels
from assistant.training.speech.people import Clip
from assistant.training.speech.sentences import Commands

WORDNET = Path("/usr/share/wordnet")
"""Where Debian's `wordnet-base` puts its dictionary; the recipe does without it when it is absent."""
SCOWL = Path("/usr/share/dict/scowl")
"""Where Debian's `scowl` puts its word lists."""

ALONE = NUMBERS | {"oh", "yes", "no", "stop", "hundred", "thousand"}
"""Words that are answers by themselves."""
_COMMANDS = 120_000
# How heavily each kind of text counts. The command templates repeat themselves, the questions to banks
# are typed and wordier than speech. Of all else there is more than of commands: it keeps other speech from
# being forced into them. Words that are said alone are listed once; without them "two" by itself is heard
# as "to".
_WEIGHTS = {
    "commands": 1.2,
    "utterances": 2.4,
    "banking": 2.4,
    "everyday": 0.7,
    "conversations": 0.5,
    "novels": 0.5,
    "alone": 600.0,
}
_LEAST = (8.0, 12.0)
"""What a pair and a triple must be worth (`Counts.thinned`): with less, the model grows for nothing."""


@dataclass(frozen=True, slots=True)
class Texts:
    commands: list[str]
    utterances: list[str]
    banking: list[str]
    everyday: list[str]
    """Single sentences of all kinds."""
    conversations: list[str]
    novels: list[str]
    alone: list[str]
    needed: set[str]
    """Words that must be in the vocabulary however rare: names, merchants, places, what commands say."""
    common: list[str]
    spelt: set[str]
    """Words of a large dictionary: what is not among them is a slip of the pen or a name in a novel."""

    def counts(self, words: Sequence[str]) -> Counts:
        """The language model's counts over `words`, thinned to what is worth its place."""
        parts = [
            (count(getattr(self, kind), words), weight)
            for kind, weight in _WEIGHTS.items()
            if getattr(self, kind)
        ]
        return merge(parts, words).thinned(_LEAST)


def gather(data: Path, nlu_data: Path, clips: Sequence[Clip], held_out: set[str], seed: int) -> Texts:
    """Read every source that is there.

    `data` is a folder with `text/` (may be missing), `held_out` are test sentences: never learnt from.
    Transcripts of held-out speakers among `clips` are left out.
    """

    def unseen(texts: Iterable[str]) -> list[str]:
        return [text for text in texts if text not in held_out]

    rng = random.Random(seed)
    first, last = people()
    commands = Commands(rng, [f"{rng.choice(first)} {rng.choice(last)}" for _ in range(6000)] + first)
    said = unseen(commands.sentence() for _ in range(_COMMANDS))
    trained = unseen(utterances(nlu_data))
    everyday = list(dict.fromkeys(dictionary_examples(WORDNET)))
    everyday += [clip.text for clip in clips if not clip.held_out]
    listed = [*commands.lists(), *nlu_names(nlu_data), *first, *last]
    spelt = spelt_words(SCOWL)
    return Texts(
        commands=said,
        utterances=trained,
        banking=list(dict.fromkeys(banking_texts(data / "text"))),
        everyday=everyday,
        conversations=unseen(conversations(spelt)),
        novels=unseen(novels()),
        alone=sorted(ALONE),
        needed={word for text in (*listed, *said, *trained) for word in text.split()},
        common=common_words(SCOWL),
        spelt=spelt,
    )
