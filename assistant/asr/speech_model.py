"""A Vosk model on disk and in memory: checked before the native code sees it, loaded once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from assistant.asr.adaptation_confidence import Calibration
from assistant.errors import BrokenSpeechModelError, NoSpeechModelError
from assistant.settings import SAMPLE_RATE

_ACOUSTIC = ("am/final.mdl", "final.mdl")
_FEATURES = ("conf/mfcc.conf", "mfcc.conf")
_WORDS = ("graph/words.txt", "words.txt")
_STATIC = ("graph/HCLG.fst", "HCLG.fst")
_DYNAMIC = (("graph/HCLr.fst", "HCLr.fst"), ("graph/Gr.fst", "Gr.fst"))
"""The two layouts that vosk 0.3.45 knows (its model.cc): folders, and all files side by side."""

_OPTIONAL = (
    "conf/model.conf",
    "conf/ivector.conf",
    "graph/disambig_tid.int",
    "graph/phones/word_boundary.int",
)

_PROBE_SECONDS = 300.0
"""Time that a model may take to load and decode a second of silence in the probe; large ones read 4 GB."""


class SpeechModel:
    """A loaded model, shared by everyone who asks for the same folder."""

    def __init__(self, folder: Path) -> None:
        """Use `open_model`. Raises NoSpeechModelError or BrokenSpeechModelError."""
        check_model(folder)
        import vosk

        vosk.SetLogLevel(-1)
        self.folder = folder
        self.takes_grammar = not _any(folder, _STATIC)
        """Only models with a dynamic graph can be given a vocabulary at run time."""
        self.calibration = Calibration.of_model(folder)
        try:
            self._model = vosk.Model(str(folder))
            vosk.KaldiRecognizer(self._model, SAMPLE_RATE)  # reads the graph's consistency
        except Exception as error:
            raise BrokenSpeechModelError(f"{folder}: {error}") from error

    def knows(self, word: str) -> bool:
        """Whether the recogniser can ever write this word."""
        found: int = self._model.vosk_model_find_word(word)
        return found >= 0

    @property
    def vocabulary_size(self) -> int:
        """Entries of the word list, a handful of marks such as `[unk]` included."""
        with word_list(self.folder).open("rb") as stream:
            return sum(1 for _ in stream)

    def recogniser(self, grammar: str | None = None) -> Any:
        """A fresh `vosk.KaldiRecognizer`, for free speech or for Vosk's JSON list of phrases."""
        import vosk

        if grammar is None:
            return vosk.KaldiRecognizer(self._model, SAMPLE_RATE)
        return vosk.KaldiRecognizer(self._model, SAMPLE_RATE, grammar)


_loaded: weakref.WeakValueDictionary[tuple[str, int], SpeechModel] = weakref.WeakValueDictionary()
_loading = threading.Lock()


def open_model(folder: Path) -> SpeechModel:
    """The model in `folder`, from memory when somebody already uses it and its files are the same.

    Raises NoSpeechModelError or BrokenSpeechModelError.
    """
    check_model(folder)
    with _loading:
        key = (os.path.realpath(folder), _stamp(folder))
        model = _loaded.get(key)
        if model is None:
            model = SpeechModel(folder)
            _loaded[key] = model
        return model


def check_model(folder: Path) -> None:
    """Look for all files that Vosk needs, without loading them: some that are missing or empty make its
    native code crash or never answer.

    Raises NoSpeechModelError when there is no such folder, BrokenSpeechModelError naming what is wrong.
    """
    if not folder.is_dir():
        raise NoSpeechModelError(f"there is no folder {folder}")
    for names in (_ACOUSTIC, _FEATURES, _WORDS):
        _require(folder, names)
    if not _any(folder, _STATIC):
        for names in _DYNAMIC:
            _require(folder, names)
    for name in _OPTIONAL:
        path = folder / name
        if path.is_file() and not path.stat().st_size:
            raise BrokenSpeechModelError(f"{path} is empty")
    _check_words(word_list(folder))


def word_list(folder: Path) -> Path:
    """`words.txt` of a model that has one: a word and its number a line."""
    return next(folder / name for name in _WORDS if (folder / name).is_file())


def prove_model(folder: Path) -> None:
    """Load the model and decode a second of silence in a process of its own.

    For models from outside: damage that makes the native code abort or hang must not take the
    assistant with it. Raises NoSpeechModelError or BrokenSpeechModelError.
    """
    check_model(folder)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-c", _PROBE, str(folder)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BrokenSpeechModelError(f"{folder} does not answer") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise BrokenSpeechModelError(f"{folder}: {lines[-1] if lines else f'signal {-done.returncode}'}")


_PROBE = """
import sys
from pathlib import Path
from assistant.asr.speech_model import SpeechModel
recogniser = SpeechModel(Path(sys.argv[1])).recogniser()
recogniser.AcceptWaveform(bytes(32000))
recogniser.FinalResult()
"""


def _require(folder: Path, names: tuple[str, ...]) -> None:
    if not _any(folder, names):
        raise BrokenSpeechModelError(f"{folder / names[0]} is missing or empty")


def _any(folder: Path, names: tuple[str, ...]) -> bool:
    return any((folder / name).is_file() and (folder / name).stat().st_size for name in names)


def _check_words(path: Path) -> None:
    """Vosk takes half a word list without a word and then hears words that it cannot write."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 200))
        tail = stream.read()
    last = tail.rstrip(b"\n").rpartition(b"\n")[2].split()
    whole = tail.endswith(b"\n") and len(last) == 2 and last[1].isdigit()
    if not whole or len(path.read_bytes().splitlines()) < _pronounced(path.parents[1] / "lexicon.txt"):
        raise BrokenSpeechModelError(f"{path} is truncated")


def _pronounced(lexicon: Path) -> int:
    """How many words our own models say they know; 0 for other models."""
    if not lexicon.is_file():
        return 0
    return len({line.split(maxsplit=1)[0] for line in lexicon.read_bytes().splitlines() if line.strip()})


def _stamp(folder: Path) -> int:
    """Changes when a file of the model does, by name, length and time."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hash(tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files))
