"""English from outside: questions to banks, a dictionary's examples, conversations, novels.

Each source yields sentences in plain words. Conversations come with the recipe's environment; the others
are read where they are there.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Container, Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path

from assistant.asr.graph_text import normalise

_QUOTED = re.compile(r'"([^"]{8,90})"')
_SENTENCE_END = re.compile(r"(?<=[.!?;:])[\"')]*\s+")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_NOVELS = "writeLines(as.character(janeaustenr::austen_books()$text))"
_TITLES = {"Mr.": "mister", "Mrs.": "missus", "Dr.": "doctor", "St.": "saint"}
_TITLE = re.compile(r"\b(?:Mrs?|Dr|St)\.")


def banking_texts(folder: Path) -> Iterator[str]:
    """Banking questions and out-of-scope utterances of `data/text`; nothing when absent."""
    for row in _rows(folder / "banking77" / "train.csv", ","):
        yield normalise(row[0])
    for row in _rows(folder / "clinc" / "train.tsv", "\t"):
        yield normalise(row[0])
    for path in sorted((folder / "nlupp_banking").glob("fold*.json")):
        for item in json.loads(path.read_text("utf-8")):
            yield normalise(item["text"])


def dictionary_examples(folder: Path) -> Iterator[str]:
    """Example sentences of WordNet (Debian: `wordnet-base`), general English in short phrases."""
    for path in sorted(folder.glob("data.*")):
        for quote in _QUOTED.findall(path.read_text("utf-8", errors="replace")):
            text = normalise(quote)
            if 3 <= len(text.split()) <= 14:
                yield text


def conversations(spelt: Container[str]) -> Iterator[str]:
    """What 1,300 people wrote to each other about this and that (the package chitchat-dataset).

    Written in haste: sentences with a word that is not among the `spelt` ones are left out.
    """
    talks = import_module("chitchat_dataset").Dataset().values()
    messages = (message for talk in talks for turn in talk["messages"] for message in turn)
    lines = (line for message in messages for line in message["text"].splitlines())
    for text in chain.from_iterable(map(in_sentences, lines)):
        words = text.split()
        if 2 <= len(words) <= 20 and all(word in spelt for word in words):
            yield text


def novels() -> Iterator[str]:
    """Jane Austen's six novels (Debian: `r-cran-janeaustenr`), which are in nobody's copyright."""
    if shutil.which("Rscript") is None:
        return
    run = subprocess.run(["Rscript", "--vanilla", "-e", _NOVELS], capture_output=True, check=False)
    for paragraph in _PARAGRAPH_END.split(run.stdout.decode("utf-8", "replace")):
        yield from (text for text in in_sentences(paragraph) if len(text.split()) >= 3)


def in_sentences(text: str) -> Iterator[str]:
    """The sentences of a paragraph, cut at colons and semicolons too, as they are read aloud."""
    text = _TITLE.sub(lambda title: _TITLES[title[0]], text)
    text = text.replace("_", "").replace("--", ", ")  # stressed words and dashes
    return filter(None, map(normalise, _SENTENCE_END.split(text)))


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        if delimiter == ",":
            next(reader, None)
        yield from (row for row in reader if row)
