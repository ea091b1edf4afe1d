"""Making a speech model listen for this customer: a new language model, and new words, without training.

The adapted model is a folder of its own, ready for Vosk; files that do not change are links to the
original's. Our own model (the one with `lexicon.txt`) learns new words; any other dynamic-graph model
keeps its vocabulary and hears a new word as the known ones that sound nearest.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.asr import graph_files, graph_language
from assistant.asr.adaptation_names import imitate
from assistant.asr.adaptation_nearest import NearestWords
from assistant.asr.graph_language import Counts
from assistant.asr.graph_lexicon import read_lexicon, read_words, write_graph, write_lexicon
from assistant.asr.graph_sounds import from_dictionary, sound_out
from assistant.asr.graph_text import normalise
from assistant.asr.graph_units import Units
from assistant.asr.graph_words import UNKNOWN
from assistant.asr.model_copies import fresh, link_all
from assistant.asr.speech_model import word_list
from assistant.errors import SpeechModelError

BACKGROUND = "background.npz"
"""Counts of what is said: everyday English in our own model's folder, and all it learnt in an adapted one."""

_DOMAIN_SHARE = 0.35
"""Of the probability of a sentence's first word; the rest is everyday English."""
_NAMES_WEIGHT = 3.0
"""All names together are expected this often for each time that a known name was counted: the customer's own
payees are likelier than any one shop, and 200 of them must not drown everything else."""
_RARE_NAME = 0.3
"""A single name counts no more than this for each time of a known name."""
_THRESHOLDS = (0.3, 0.6)
"""Pairs and triples seen more thinly than this (in background counts) are dropped."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A word that the model lacks."""

    word: str
    nearest: str
    """Known words that sound most alike, possibly several for one; empty when nothing comes close."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    model: Path
    """Folder to give to Vosk."""
    added: tuple[str, ...]
    """Words that the model has learnt."""
    missing: tuple[Missing, ...]
    """Words that it still lacks; with our own model only those without any pronunciation."""

    @property
    def heard_as(self) -> dict[str, str]:
        """What the model will write → the word that was meant, for words it stands in for."""
        return {item.nearest: item.word for item in self.missing if item.nearest}


def adapt(
    model: Path,
    target: Path,
    *,
    lexicon: Path,
    sentences: Iterable[str] = (),
    names: Iterable[str] = (),
    expected: Sequence[str] = (),
    expectation: float = 0.4,
    background: Path | None = None,
) -> Adaptation:
    """Write to `target` a copy of `model` that expects `sentences` and knows `names`.

    `lexicon` is the folder `voices/<language>/lexicon` with the pronunciation dictionary and the names that
    new names are used like. `sentences`
    are commands as they may be said, weighed against everyday English. `names` are payees, merchants,
    nicknames of accounts, in written form. `expected`, when given, are the answers to the question
    that is being asked; they take the share `expectation` (0 to 1), free speech keeps the rest.
    `background` is a folder with everyday English for models that bring none (our own model's).

    The result can be adapted again: it keeps its words, sentences and names, and loses what it expected.

    Raises SpeechModelError for a model with a static graph, BrokenSpeechModelError for a damaged one.
    """
    if not adaptable(model):
        raise SpeechModelError(
            f"{model.name} has a static graph",
            remedy="Use a model with a dynamic graph (HCLr.fst and Gr.fst), such as `builtin`.",
        )
    spoken = [text for text in map(normalise, sentences) if text]
    people = [text for text in map(normalise, names) if text]
    answers = [text for text in map(normalise, expected) if text]
    wanted = {word for text in (*spoken, *people, *answers) for word in text.split()}
    part = Path(tempfile.mkdtemp(prefix=".adapting-", dir=_made(target.parent)))
    try:
        link_all(model, part)
        if (model / "lexicon.txt").is_file():
            labels, added, missing = _extend(model, part, wanted, lexicon)
        else:
            labels = read_words(model / "graph" / "words.txt")
            added, missing = (), _nearest(wanted, labels, lexicon)
        spoken, people, answers = (_replaced(texts, missing) for texts in (spoken, people, answers))
        like = (lexicon / "like.txt").read_text("utf-8").split()
        _write_language(part, background or model, labels, spoken, people, like, answers, expectation)
        _swap(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Adaptation(target, added, missing)


def adaptable(model: Path) -> bool:
    """Whether this model has a dynamic graph."""
    return all((model / "graph" / name).is_file() for name in ("HCLr.fst", "Gr.fst", "words.txt"))


def nearest(words: Iterable[str], model: Path, lexicon: Path) -> tuple[Missing, ...]:
    """The known words of `model` that sound most like each of `words` that it lacks."""
    return _nearest(set(words), read_words(word_list(model)), lexicon)


def _extend(
    model: Path, part: Path, wanted: set[str], folder: Path
) -> tuple[dict[str, int], tuple[str, ...], tuple[Missing, ...]]:
    lexicon = read_lexicon(model / "lexicon.txt")
    new = wanted - lexicon.keys() - {UNKNOWN}
    if not new:
        return read_words(model / "graph" / "words.txt"), (), ()
    ways = from_dictionary(new, folder / "dictionary.txt.gz")
    ways |= {word: [sounds] for word, sounds in sound_out(new - ways.keys()).items()}
    lexicon |= ways
    labels = write_graph(part, lexicon, Units.of_model(model))
    write_lexicon(fresh(part / "lexicon.txt"), lexicon)
    return labels, tuple(sorted(ways)), tuple(Missing(word, "") for word in sorted(new - ways.keys()))


def _nearest(wanted: set[str], labels: Mapping[str, int], folder: Path) -> tuple[Missing, ...]:
    unknown = {word for word in wanted if word not in labels and word != UNKNOWN}
    if not unknown:
        return ()
    dictionary = folder / "dictionary.txt.gz"
    sounds = {word: ways[0] for word, ways in from_dictionary(unknown, dictionary).items()}
    sounds |= sound_out(unknown - sounds.keys())
    known = NearestWords(from_dictionary(labels.keys(), dictionary))
    return tuple(
        Missing(word, known.find(sounds[word]) if word in sounds else "") for word in sorted(unknown)
    )


def _replaced(texts: Sequence[str], missing: Sequence[Missing]) -> list[str]:
    stand_in = {item.word: item.nearest for item in missing if item.nearest}
    if not stand_in:
        return list(texts)
    return [" ".join(stand_in.get(word, word) for word in text.split()) for text in texts]


def _write_language(
    part: Path,
    background: Path,
    labels: Mapping[str, int],
    sentences: Sequence[str],
    names: Sequence[str],
    like: Sequence[str],
    expected: Sequence[str],
    expectation: float,
) -> None:
    words = [word for word in labels if not word.startswith(("<", "#"))]
    parts: list[tuple[Counts, float]] = []
    path = background / BACKGROUND
    everyday = Counts.load(path) if path.is_file() else None
    total = 10_000.0 if everyday is None else everyday.sentences
    if everyday is not None:
        parts.append((everyday, 1.0))
    if sentences:
        domain = graph_language.count(sentences, words)
        parts.append((domain, _DOMAIN_SHARE / (1 - _DOMAIN_SHARE) * total / domain.sentences))
    if names and everyday is not None:
        weight = min(_RARE_NAME, _NAMES_WEIGHT / len(names))
        parts.append((imitate(everyday, names, like, weight), 1.0))
    elif names:
        parts.append((graph_language.count(names, words), total / 1000))
    if sentences or names:
        parts = [(graph_language.merge(parts, words), 1.0)]
        parts[0][0].save(fresh(part / BACKGROUND))
    if expected:
        answers = graph_language.count(expected, words)
        so_far = sum(counts.sentences * weight for counts, weight in parts) or 1.0
        odds = expectation / max(1 - expectation, 1e-6)
        parts.append((answers, odds * so_far / answers.sentences))
    if not parts:
        return
    fst = graph_language.compile_graph(graph_language.merge(parts, words), labels, _THRESHOLDS)
    graph_files.write_const(fresh(part / "graph" / "Gr.fst"), fst, acceptor=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _swap(part: Path, target: Path) -> None:
    """Put the finished folder in place of an older one."""
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=target.parent))
        target.replace(old / "model")
        part.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.replace(target)
