"""The test that the first prototype of the speech model was measured by: targets are told in its terms.

300 banking sentences, drawn as the prototype drew them, in three of the voices that it kept for testing (the
fourth, MBROLA's, is not free). As there, the language model is made from 40,000 sentences of the same kind.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
from pathlib import Path
from types import ModuleType

from assistant.training.speech.voices import Speaker, installed_engines, synthesise, with_pauses
from bench.speech_sets import Item, TestSet

_VOICES = (Speaker("flite", "rms"), Speaker("rhvoice", "clb"), Speaker("pico", "en-GB"))
_SENTENCES = 100
"""A voice."""
_TAUGHT = 40_000
_TAUGHT_SEED, _SEED = 1, 4242


def prototype_folder(path: str) -> Path:
    """For a command line. Raises ArgumentTypeError for a folder that does not hold the prototype."""
    if not (Path(path) / "corpus.py").is_file():
        raise argparse.ArgumentTypeError(
            f"there is no corpus.py in {path}: name the folder of the prototype's scripts"
        )
    return Path(path)


def prototype_test(prototype: Path, work: Path) -> TestSet:
    """Its sentences, said into `work` by those of the voices that are installed."""
    corpus = _module(prototype / "corpus.py")
    taught = _drawn(corpus, _TAUGHT_SEED, _TAUGHT)
    said = _drawn(corpus, _SEED, len(_VOICES) * _SENTENCES)
    items = []
    installed = installed_engines()
    for number, speaker in enumerate(_VOICES):
        texts = said[number * _SENTENCES : (number + 1) * _SENTENCES]
        if speaker.engine in installed:
            items += _recorded(speaker, texts, work / speaker.engine)
    return TestSet("the prototype's test", items, banking=True, sentences=taught)


def _recorded(speaker: Speaker, texts: list[str], folder: Path) -> list[Item]:
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(_SEED)
    paths = [folder / f"{number:03d}.wav" for number in range(len(texts))]
    jobs = [(with_pauses(rng, text), path) for text, path in zip(texts, paths, strict=True)]
    synthesise(speaker, [job for job in jobs if not job[1].is_file()])
    voice = f"{speaker.engine} {speaker.voice}"
    return [Item(path, text, voice) for text, path in zip(texts, paths, strict=True) if path.is_file()]


def _drawn(corpus: ModuleType, seed: int, count: int) -> list[str]:
    """It draws from the one generator that all of Python shares."""
    before = random.getstate()
    random.seed(seed)
    try:
        return [re.sub(r"\s+", " ", corpus.sentence()).strip() for _ in range(count)]
    finally:
        random.setstate(before)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("prototype_corpus", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
