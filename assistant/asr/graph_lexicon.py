"""The word files of a model folder: `lexicon.txt` and what is built from it under `graph/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.asr import graph_files, graph_words
from assistant.asr.graph_sounds import Sounds
from assistant.asr.graph_units import Units
from assistant.asr.model_copies import fresh


def read_words(path: Path) -> dict[str, int]:
    """`graph/words.txt`: word → label."""
    pairs = (line.rsplit(maxsplit=1) for line in path.read_text("utf-8").splitlines() if line.strip())
    return {word: int(number) for word, number in pairs}


def read_lexicon(path: Path) -> dict[str, list[Sounds]]:
    """`lexicon.txt`: a word and its ARPAbet sounds a line, a line for each pronunciation."""
    lexicon: dict[str, list[Sounds]] = {}
    for line in path.read_text("utf-8").splitlines():
        word, *sounds = line.split()
        lexicon.setdefault(word, []).append(tuple(sounds))
    return lexicon


def write_lexicon(path: Path, lexicon: Mapping[str, Sequence[Sounds]]) -> None:
    lines = (f"{word} {' '.join(way)}\n" for word, ways in sorted(lexicon.items()) for way in ways)
    path.write_text("".join(lines), "utf-8")


def write_graph(model: Path, lexicon: Mapping[str, Sequence[Sounds]], units: Units) -> dict[str, int]:
    """Write `HCLr.fst` and `words.txt` of a lexicon into a model folder; returns the word labels."""
    graph = graph_words.build(lexicon, units)
    folder = model / "graph"
    graph_files.write_lookahead(fresh(folder / "HCLr.fst"), graph.fst, graph.reachable, graph.end_label)
    fresh(folder / "words.txt").write_text("".join(f"{w} {n}\n" for w, n in graph.words.items()), "utf-8")
    # The graph needs no disambiguation symbols; Vosk wants the file all the same.
    fresh(folder / "disambig_tid.int").write_text(f"{2 * units.states + 1}\n", "ascii")
    return graph.words
