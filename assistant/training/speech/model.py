"""Putting a model folder together: everything that Vosk reads, and what run-time adaptation needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant.asr import graph_files, graph_language
from assistant.asr.adaptation import BACKGROUND
from assistant.asr.graph_lexicon import write_graph, write_lexicon
from assistant.asr.graph_text import NUMBERS
from assistant.asr.graph_units import Units, word_boundaries
from assistant.training.speech import vocabulary
from assistant.training.speech.accents import with_british
from assistant.training.speech.acoustics import MFCC_CONF
from assistant.training.speech.texts import Texts

_SEEN_OFTEN, _SEEN_IN_PROSE = 4, 5
"""Times that a word must occur in single sentences, and in conversations and novels, to be worth a place in
the vocabulary."""

MODEL_CONF = (
    "--min-active=20\n--max-active=1500\n--beam=12.0\n--lattice-beam=5.0\n--acoustic-scale=1.15\n"
    "--frame-subsampling-factor=3\n--frames-per-chunk=45\n--endpoint.silence-phones=1\n"
    "--endpoint.rule2.min-trailing-silence=0.5\n--endpoint.rule3.min-trailing-silence=0.75\n"
    "--endpoint.rule4.min-trailing-silence=1.0\n"
)


def assemble(folder: Path, acoustic: Path, units: Units, texts: Texts, lexicon_folder: Path) -> int:
    """Write the model into `folder` (its README stays); how many words it knows.

    `acoustic` is the trained `final.mdl`, `lexicon_folder` is `voices/<language>/lexicon`.
    """
    for name in ("am", "conf", "graph/phones"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    frequent = vocabulary.seen(texts.banking + texts.everyday, _SEEN_OFTEN)
    frequent |= vocabulary.seen(texts.conversations + texts.novels, _SEEN_IN_PROSE) & texts.spelt
    words = vocabulary.choose(texts.needed, frequent, texts.common)
    # With British ways of all frequent words people are heard worse.
    lexicon = with_british(vocabulary.pronounce(words, lexicon_folder, texts.needed), NUMBERS)
    shutil.copyfile(acoustic, folder / "am" / "final.mdl")
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF, "ascii")
    (folder / "conf" / "model.conf").write_text(MODEL_CONF, "ascii")
    (folder / "graph" / "phones" / "word_boundary.int").write_text(word_boundaries(), "ascii")
    units.write(folder)
    write_lexicon(folder / "lexicon.txt", lexicon)
    labels = write_graph(folder, lexicon, units)
    counts = texts.counts(list(lexicon))
    counts.save(folder / BACKGROUND, compressed=True)
    fst = graph_language.compile_graph(counts, labels)
    graph_files.write_const(folder / "graph" / "Gr.fst", fst, acceptor=True)
    return len(lexicon)
