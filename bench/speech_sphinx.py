"""pocketsphinx as an ear: its own acoustic model of people, with our lexicon and our language model."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from assistant.asr import graph_files
from assistant.asr.graph_lexicon import read_lexicon, read_words
from assistant.training.speech.listen import Heard
from assistant.training.speech.recordings import Samples

_NEVER = -99.0
"""ARPA's logarithm of zero."""


def sphinx_ear(model: Path, folder: Path) -> Callable[[Samples], Heard] | None:
    """`model`'s words and language for pocketsphinx, converted into `folder`; None without pocketsphinx."""
    if find_spec("pocketsphinx") is None:
        return None
    from pocketsphinx import Decoder

    folder.mkdir(parents=True, exist_ok=True)
    dictionary, language = folder / "words.dict", folder / "language.arpa"
    _write_dictionary(dictionary, model)
    _write_arpa(language, model)
    decoder = Decoder(lm=str(language), dict=str(dictionary), loglevel="FATAL")

    def hear(samples: Samples) -> Heard:
        decoder.start_utt()
        decoder.process_raw((np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes(), False, True)
        decoder.end_utt()
        text = decoder.hyp().hypstr if decoder.hyp() else ""
        return Heard(text, tuple(1.0 for _ in text.split()))

    return hear


def _write_dictionary(path: Path, model: Path) -> None:
    lines = []
    for word, ways in read_lexicon(model / "lexicon.txt").items():
        for number, sounds in enumerate(ways, 1):
            lines.append(f"{word if number == 1 else f'{word}({number})'} {' '.join(sounds)}\n")
    path.write_text("".join(lines), "utf-8")


def _write_arpa(path: Path, model: Path) -> None:
    """The back-off acceptor as text: each state is a history, each arc a word with its probability."""
    fst = graph_files.read(model / "graph" / "Gr.fst")
    names = {label: word for word, label in read_words(model / "graph" / "words.txt").items()}
    down = {}  # state → (state without its oldest word, back-off weight)
    for state in range(fst.states):
        first = fst.arcs[fst.first[state] : fst.first[state + 1]][:1]
        if len(first) and first[0]["ilabel"] == 0:
            down[state] = (int(first[0]["nextstate"]), _log(first[0]["weight"]))
    histories = {0: (), fst.start: ("<s>",)}
    grams: list[dict[tuple[str, ...], float]] = [{("<s>",): _NEVER}, {}, {}]
    for level in range(3):
        for state in [state for state, history in histories.items() if len(history) == level]:
            history = histories[state]
            for arc in fst.arcs[fst.first[state] : fst.first[state + 1]]:
                if not arc["ilabel"]:
                    continue
                word, target = names[int(arc["ilabel"])], int(arc["nextstate"])
                gram = (*history, word)
                grams[level][gram] = _log(arc["weight"])
                longer = target in down and down[target][0] != 0
                histories.setdefault(target, gram[-2:] if longer else (word,))
            if np.isfinite(fst.final[state]):
                end = (*history, "</s>")
                grams[level][end] = _log(fst.final[state])
    backs = {history: down[state][1] for state, history in histories.items() if state in down}
    lines = ["\\data\\", *(f"ngram {level + 1}={len(table)}" for level, table in enumerate(grams))]
    for level, table in enumerate(grams):
        lines += ["", f"\\{level + 1}-grams:"]
        for words, log in sorted(table.items()):
            back = f"\t{backs.get(words, 0.0):.4f}" if level < 2 else ""
            lines.append(f"{log:.4f}\t{' '.join(words)}{back}")
    path.write_text("\n".join([*lines, "", "\\end\\", ""]), "utf-8")


def _log(cost: float) -> float:
    return -float(cost) / math.log(10)
